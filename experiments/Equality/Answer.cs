namespace Ptq.Experiments.Equality;

/// <summary>The codes that a side gave, or why it gave none.</summary>
internal sealed record Answer(Codes? Codes, string? Failure)
{
    public static Answer Of(Codes codes) => new(codes, null);

    public static Answer Failed(string why) => new(null, why);

    /// <summary>The codes that every path gives; a failure that names the first code of the first path that gives another than the first path does.</summary>
    /// <param name="paths">At least one; those after a difference are not run.</param>
    public static Answer Agreed(IEnumerable<(string Path, Codes Codes)> paths)
    {
        (string Path, Codes Codes)? first = null;
        foreach (var (path, codes) in paths)
        {
            var (standard, wanted) = first ??= (path, codes);
            if (codes.Against(wanted).Different == 0) continue;
            var (at, each) = (codes.Each.Span.CommonPrefixLength(wanted.Each.Span), codes.Shape.Inner.Count);
            return Failed($"path {path}: code {at % each} of image {at / each}: saw {codes.Each[at]}, wanted {wanted.Each[at]} as on the path {standard}");
        }
        return Of(first!.Value.Codes);
    }
}
