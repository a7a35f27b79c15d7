namespace Ptq.Experiments.Equality;

/// <summary>Why codes may differ from the runtime's, and by how much at most.</summary>
/// <param name="Why">The reason; empty where they may not.</param>
/// <param name="Most">The largest share of codes.</param>
/// <param name="Furthest">The largest difference.</param>
internal sealed record Explanation(string Why, double Most, long Furthest)
{
    /// <summary>The reason for codes of one kind to differ.</summary>
    public static Explanation Of(EqualityRow row) => (row.Form, row.Optimization, row.Options, row.Activations, row.Engine) switch
    {
        ("QOperator", "disabled", _, "u8", _) or (_, _, "default", "u8", _) => Saturation,
        ("QDQ", _, "default", "s8", _) => Converted,
        ("QDQ", "disabled", _, _, _) => Float,
        ("QDQ", _, _, _, "network") => FloatHere,
        _ => Equal,
    };

    private static Explanation Equal { get; } = new("", 0, 0);

    private static Explanation Saturation { get; } = new("on x64 without VNNI the runtime lets sums of two u8 · s8 products saturate, unless session.x64quantprecision is 1 and optimizations are extended or all", 1, 255);

    private static Explanation Converted { get; } = new("on x64 the runtime makes u8 codes of s8 ones in QDQ, unless session.qdqisint8allowed is 1: what it fails to fuse then runs in float, and sums saturate", 1, 255);

    private static Explanation Float { get; } = new("without optimizations the runtime computes QDQ in float32: what lies in the middle between two codes falls to either side, and others follow", 0.05, 2);

    private static Explanation FloatHere { get; } = new("the network engine computes QDQ in float32, the runtime on integers: what lies in the middle between two codes falls to either side, and others follow", 0.05, 2);
}
