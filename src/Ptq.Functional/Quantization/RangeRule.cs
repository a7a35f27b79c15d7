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
    public sealed record Percentile(double P) : RangeRule;

    /// <summary>The range of a sample.</summary>
    public Interval Of(SortedSample sample) => this switch
    {
        Percentile(var p) when (sample.Percentile(100 - p), sample.Percentile(p)) is var (low, high) && low < high => Interval.Of(low, high),
        _ => Interval.Of(sample.Minimum, sample.Maximum),
    };
}
