using Ptq.Errors;

namespace Ptq.Onnx;

/// <summary>A place in a file: what every complaint about it names. Put into words only when there is one.</summary>
internal sealed class Spot
{
    private readonly Spot? outer;
    private readonly string part;
    private readonly int index;

    private Spot(Spot? outer, string part, int index) => (this.outer, this.part, this.index) = (outer, part, index);

    /// <summary>A file as a whole.</summary>
    public static Spot Of(string file) => new(null, file, -1);

    /// <summary>A part of this place; one of several where an index is given.</summary>
    public Spot In(string part, int index = -1) => new(this, part, index);

    /// <summary>What is wrong here, to be thrown.</summary>
    public Unreadable Bad(string seen, string wanted)
    {
        var (parts, spot) = (new Stack<string>(), this);
        for (; spot.outer is { } outer; spot = outer) parts.Push(spot.index < 0 ? spot.part : $"{spot.part}[{spot.index}]");
        return new(new PtqError.BadFile(spot.part, parts.Count == 0 ? "protobuf" : string.Join(", ", parts), seen, wanted));
    }
}

/// <summary>A file that cannot be understood. It never leaves <see cref="OnnxFile"/>, which returns its error as a value.</summary>
#pragma warning disable CA1032, CA1064 // neither made nor caught elsewhere
internal sealed class Unreadable(PtqError error) : Exception(error.Describe())
#pragma warning restore CA1032, CA1064
{
    public PtqError Error { get; } = error;
}
