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

    /// <summary>
    /// The min-max range shrunk by the factor, one of 100 %, 99 %, … 20 %, with the least mean squared error of codes of 8 bits: what rounding
    /// costs inside the range and clipping outside (Choukroun et al., "Low-bit Quantization of Neural Networks for Efficient Inference", 2019).
    /// </summary>
    public sealed record MeanSquare : RangeRule;

    /// <summary>The range of a sample.</summary>
    public Interval Of(SortedSample sample) => Of(sample.Minimum, sample.Maximum, sample.Percentile, () => sample.Sorted.AsEnumerable().Select(x => ((double)x, 1L)));

    /// <summary>The range of a sample of which only a histogram is left; [0, 0] of none.</summary>
    public Interval Of(Histogram sample) => sample.Count == 0 ? default : Of(sample.Minimum, sample.Maximum, sample.Percentile, () => sample.Occupied);

    private Interval Of(float minimum, float maximum, Func<double, double> percentile, Func<IEnumerable<(double Value, long Count)>> values) => this switch
    {
        Percentile(var p) when (percentile(100 - p), percentile(p)) is var (low, high) && low < high => Interval.Of(low, high),
        Percentile or MinMax => Interval.Of(minimum, maximum),
        MeanSquare => LeastSquares(Interval.Of(minimum, maximum), [.. values()]),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static Interval LeastSquares(Interval all, (double Value, long Count)[] values) =>
        Enumerable.Range(0, 81).Select(i => Interval.Of(all.Low * (100 - i) / 100, all.High * (100 - i) / 100)).MinBy(range => Error(range.WithZero, values));

    private static double Error(Interval range, (double Value, long Count)[] values)
    {
        var step = (range.High - range.Low) / 255;
        if (step == 0) return 0;
        var sum = 0.0;
        foreach (var (value, count) in values)
        {
            var kept = Math.Round((Math.Clamp(value, range.Low, range.High) - range.Low) / step) * step + range.Low;
            sum += (value - kept) * (value - kept) * count;
        }
        return sum;
    }
}
