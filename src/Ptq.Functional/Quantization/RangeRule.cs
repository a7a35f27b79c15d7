using Ptq.Numerics;

namespace Ptq.Quantization;

/// <summary>How the range of an activation follows from what calibration saw.</summary>
public abstract record RangeRule
{
    private RangeRule() { }

    /// <summary>From the smallest value to the largest: nothing is clipped.</summary>
    public sealed record MinMax : RangeRule;

    /// <summary>From the percentile 100 − p to the percentile p; min-max where the two are equal.</summary>
    /// <param name="P">50 to 100.</param>
    /// <exception cref="ArgumentOutOfRangeException">p is not in that range.</exception>
    public sealed record Percentile(double P) : RangeRule
    {
        /// <summary>The upper percentile.</summary>
        public double P { get; } = P is >= 50 and <= 100 ? P : throw new ArgumentOutOfRangeException(nameof(P), P, "50 to 100");
    }

    /// <summary>The range of a sample.</summary>
    public Interval Of(SortedSample sample) => this switch
    {
        Percentile(var p) when (sample.Percentile(100 - p), sample.Percentile(p)) is var (low, high) && low < high => Interval.Of(low, high),
        Percentile or MinMax => Interval.Of(sample.Minimum, sample.Maximum),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
