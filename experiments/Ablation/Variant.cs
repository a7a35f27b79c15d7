using System.Globalization;
using Ptq.Calibration;
using Ptq.Engine;
using Ptq.Quantization;

namespace Ptq.Experiments.Ablation;

/// <summary>Where weight schemes come from.</summary>
internal abstract record WeightRule
{
    private WeightRule() { }

    /// <summary>One scheme for every layer.</summary>
    public sealed record Fixed(Scheme Scheme) : WeightRule;

    /// <summary>The greedy choice among all four schemes.</summary>
    public sealed record Greedy : WeightRule;

    public sealed override string ToString() => this is Fixed(var scheme) ? $"{scheme.Granularity.Name} {(scheme.Symmetric ? "symmetric" : "asymmetric")}" : "greedy";
}

/// <summary>Where activation ranges come from.</summary>
internal abstract record RangeSource
{
    private RangeSource() { }

    /// <summary>One rule for every point.</summary>
    public sealed record Rule(RangeRule Range) : RangeSource;

    /// <summary>Percentiles annealed against accuracy on the search images.</summary>
    public sealed record Annealed : RangeSource;

    public sealed override string ToString() => this switch
    {
        Rule(RangeRule.Percentile(var p)) => string.Create(CultureInfo.InvariantCulture, $"p = {p}"),
        Rule => "min-max",
        _ => "SA",
    };
}

/// <summary>One way to quantize a network under the library's default contract.</summary>
/// <param name="Weights">The weight schemes.</param>
/// <param name="WeightBits">The width of a weight's code.</param>
/// <param name="Activations">The activations' codes.</param>
/// <param name="Ranges">The activations' ranges.</param>
/// <param name="Fused">Whether a convolution and the ReLU behind it are one operation; else the convolution's output has codes of its own.</param>
/// <param name="Bias">Whether biases are kept.</param>
internal sealed record Variant(WeightRule Weights, int WeightBits, ActivationScheme Activations, RangeSource Ranges, bool Fused, BiasRule Bias)
{
    /// <summary>What every axis departs from.</summary>
    public static Variant Base { get; } = new(new WeightRule.Fixed(Scheme.PerChannelSymmetric), 8, ActivationScheme.UInt8, Percentile(99.9), true, BiasRule.Kept);

    private static RangeSource.Rule Percentile(double p) => new(new RangeRule.Percentile(p));

    /// <summary>One axis at a time around the base. A setting that is the base's stands in its axis too.</summary>
    public static IReadOnlyList<(string Axis, string Setting, Variant Variant)> Axes { get; } =
    [
        .. Scheme.Product.AsEnumerable().Select(scheme => Base with { Weights = new WeightRule.Fixed(scheme) })
            .Append(Base with { Weights = new WeightRule.Greedy() }).Select(v => ("weights", $"{v.Weights}", v)),
        ("activations", "u8 asymmetric", Base),
        ("activations", "s8 symmetric", Base with { Activations = ActivationScheme.Int8Symmetric }),
        .. ((RangeSource[])[Percentile(99), Percentile(99.9), Percentile(99.99), Percentile(99.999), new RangeSource.Rule(new RangeRule.MinMax()), new RangeSource.Annealed()])
            .Select(range => ("range", $"{range}", Base with { Ranges = range })),
        ("fusion", "Conv+ReLU fused", Base),
        ("fusion", "unfused", Base with { Fused = false }),
        .. from bits in (int[])[8, 6, 4]
           from v in (Variant[])[Base, Base with { Weights = new WeightRule.Greedy() }]
           select ("weight bits", v.Weights is WeightRule.Greedy ? $"{bits}, greedy" : $"{bits}", v with { WeightBits = bits }),
        ("bias", "kept", Base),
        ("bias", "dropped", Base with { Bias = BiasRule.Dropped }),
    ];
}
