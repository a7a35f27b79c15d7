namespace Ptq.Experiments.Equality;

/// <summary>The codes that a side gave, or why it gave none.</summary>
internal sealed record Answer(Codes? Codes, string? Failure)
{
    public static Answer Of(Codes codes) => new(codes, null);

    public static Answer Failed(string why) => new(null, why);
}
