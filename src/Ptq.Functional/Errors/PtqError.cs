using Ptq.Numerics;

namespace Ptq.Errors;

/// <summary>Everything that can be wrong with an input, as data: what was seen, where, and what was wanted.</summary>
public abstract record PtqError
{
    private PtqError() { }

    /// <summary>The bytes of a file are not what its format says.</summary>
    /// <param name="File">The file's name as the user knows it.</param>
    /// <param name="Where">The place inside the file: an entry, a field, an offset.</param>
    /// <param name="Seen">What stands there.</param>
    /// <param name="Wanted">What should stand there.</param>
    public sealed record BadFile(string File, string Where, string Seen, string Wanted) : PtqError;

    /// <summary>A file or folder could not be read or written.</summary>
    /// <param name="File">Its name as the user knows it.</param>
    /// <param name="Action">What was tried: "read" or "write".</param>
    /// <param name="Reason">What the operating system said.</param>
    public sealed record NoAccess(string File, string Action, string Reason) : PtqError;

    /// <summary>A network, or its quantization, does not fit together.</summary>
    /// <param name="Node">The node; empty for the graph as a whole.</param>
    /// <param name="Tensor">The tensor or attribute.</param>
    /// <param name="Seen">What stands there.</param>
    /// <param name="Wanted">What should stand there.</param>
    public sealed record BadGraph(string Node, string Tensor, string Seen, string Wanted) : PtqError;

    /// <summary>The values asked for are not acceptable; all that is wrong with them at once.</summary>
    /// <param name="Faults">At least one.</param>
    public sealed record BadRequest(Values<Fault> Faults) : PtqError
    {
        /// <summary>A request with one thing wrong.</summary>
        public BadRequest(string field, string seen, string wanted) : this([new Fault(field, seen, wanted)]) { }
    }

    /// <summary>A message for a human: what was seen, where, what was wanted. No trailing line break.</summary>
    public string Describe() => this switch
    {
        BadFile e => $"{e.File}: {e.Where}: saw {e.Seen}, wanted {e.Wanted}",
        NoAccess e => $"{e.File}: cannot {e.Action} it: {e.Reason}",
        BadGraph e => $"{(e.Node.Length == 0 ? "graph" : $"node '{e.Node}'")}, {e.Tensor}: saw {e.Seen}, wanted {e.Wanted}",
        BadRequest e => string.Join('\n', e.Faults.Span.ToArray().Select(f => f.Describe())),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
