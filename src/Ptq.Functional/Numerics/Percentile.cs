namespace Ptq.Numerics;

/// <summary>NumPy's percentile (method "linear") of a sorted sample, as it is computed for float64 arrays: order statistics are converted before they are subtracted.</summary>
public static class Percentile
{
    /// <summary>The value below which <paramref name="percent"/> of the sample lies, interpolated in double between order statistics.</summary>
    /// <param name="sorted">At least one value, ascending.</param>
    /// <param name="percent">0 to 100.</param>
    /// <remarks>
    /// Index (n − 1)·(percent/100); between two order statistics a ≤ b at fraction t, NumPy's interpolation: a + (b − a)·t
    /// below the middle and b − (b − a)·(1 − t) from it on, so that both ends are hit exactly.
    /// </remarks>
    /// <exception cref="ArgumentException">The sample is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The percentage is not in [0, 100].</exception>
    public static double Of(ReadOnlySpan<float> sorted, double percent)
    {
        if (sorted.IsEmpty) throw new ArgumentException("A percentile needs at least one value.", nameof(sorted));
        if (!(percent is >= 0 and <= 100)) throw new ArgumentOutOfRangeException(nameof(percent), percent, "0 to 100");

        var index = (sorted.Length - 1) * (percent / 100);
        var below = (int)Math.Floor(index);
        var t = index - below;
        double a = sorted[below], b = sorted[Math.Min(below + 1, sorted.Length - 1)];
        return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
    }
}
