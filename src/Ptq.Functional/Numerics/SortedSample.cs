namespace Ptq.Numerics;

/// <summary>The values of one tensor over the calibration images, in order, so that any percentile costs O(1).</summary>
public sealed record SortedSample
{
    private SortedSample(Values<float> sorted) => Sorted = sorted;

    /// <summary>The values, ascending; at least one, none of them NaN.</summary>
    public Values<float> Sorted { get; }

    /// <summary>The smallest value.</summary>
    public float Minimum => Sorted[0];

    /// <summary>The largest value.</summary>
    public float Maximum => Sorted[Sorted.Length - 1];

    /// <summary>NumPy's percentile, see <see cref="Numerics.Percentile"/>.</summary>
    public double Percentile(double percent) => Numerics.Percentile.Of(Sorted.Span, percent);

    /// <summary>Sorts a copy.</summary>
    /// <exception cref="ArgumentException">There is no value, or one is NaN.</exception>
    public static SortedSample Of(ReadOnlySpan<float> values)
    {
        if (values.IsEmpty) throw new ArgumentException("A sample needs at least one value.", nameof(values));
        var sorted = values.ToArray();
        Array.Sort(sorted); // NaN sorts first
        if (float.IsNaN(sorted[0])) throw new ArgumentException("A sample with NaN has no order.", nameof(values));
        return new(Values.Freeze(sorted));
    }
}
