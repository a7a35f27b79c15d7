using Ptq.Numerics;

namespace Ptq.Errors;

/// <summary>Everything that can be wrong with an input, as data: what was seen, where, and what was wanted.</summary>
public abstract record PtqError
{
    /// <summary>How much of a part is told: a file may hold a name of a million characters.</summary>
    internal const int LongestPart = 300, LongestWanted = 3000;

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

    /// <summary>A message for a human: what was seen, where, what was wanted; a line a fault, no trailing line break, control characters escaped, parts of files cut to 300 characters.</summary>
    public string Describe() => this switch
    {
        BadFile e => $"{Path(e.File)}: {Part(e.Where)}: saw {Part(e.Seen)}, wanted {Longer(e.Wanted)}",
        NoAccess e => $"{Path(e.File)}: cannot {e.Action} it: {Part(e.Reason)}",
        BadGraph e => $"{(e.Node.Length == 0 ? "graph" : $"node '{Part(e.Node)}'")}, {Part(e.Tensor)}: saw {Part(e.Seen)}, wanted {Longer(e.Wanted)}",
        BadRequest e => string.Join('\n', e.Faults.Span.ToArray().Select(f => f.Describe())),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Path(string path) => Quoted.Line(path, short.MaxValue);

    private static string Part(string text) => Quoted.Line(text, LongestPart);

    private static string Longer(string text) => Quoted.Line(text, LongestWanted);
}
