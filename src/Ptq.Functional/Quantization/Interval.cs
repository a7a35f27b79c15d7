namespace Ptq.Quantization;

/// <summary>A closed range of real values, Low ≤ High, both finite.</summary>
public readonly record struct Interval
{
    private Interval(double low, double high) => (Low, High) = (low, high);

    /// <summary>The lower end.</summary>
    public double Low { get; }

    /// <summary>The upper end.</summary>
    public double High { get; }

    /// <summary>From the lower end to the upper.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An end is not finite within float32, or the ends are in the wrong order.</exception>
    public static Interval Of(double low, double high) =>
        low >= -float.MaxValue && low <= high && high <= float.MaxValue ? new(low, high) : throw new ArgumentOutOfRangeException(nameof(low), string.Create(System.Globalization.CultureInfo.InvariantCulture, $"[{low}, {high}] is not a finite range."));

    /// <summary>From the smallest value to the largest; [0, 0] of none.</summary>
    public static Interval Covering(ReadOnlySpan<float> values)
    {
        if (values.IsEmpty) return default;
        float low = values[0], high = values[0];
        foreach (var x in values) (low, high) = (MathF.Min(low, x), MathF.Max(high, x));
        return Of(low, high);
    }

    /// <summary>The smallest range that holds this one and 0.</summary>
    public Interval WithZero => new(Math.Min(Low, 0), Math.Max(High, 0));

    /// <summary>The larger of the distances of the ends from 0.</summary>
    public double Magnitude => Math.Max(Math.Abs(Low), Math.Abs(High));
}
