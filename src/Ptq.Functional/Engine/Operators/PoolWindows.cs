namespace Ptq.Engine.Operators;

/// <summary>The inputs under every window of a pool along up to three axes, walked in index order.</summary>
internal sealed class PoolWindows
{
    private readonly PoolAxis[] axes;
    private readonly (int From, int To)[][] taps;
    private readonly int[][] counted;

    /// <summary>The walk for these axes; those that lack have one input.</summary>
    public PoolWindows(PoolAxis[] axes)
    {
        this.axes = [.. Enumerable.Repeat(PoolAxis.None, 3 - axes.Length), .. axes];
        taps = [.. this.axes.Select(axis => Enumerable.Range(0, axis.Outputs).Select(axis.Taps).ToArray())];
        counted = [.. this.axes.Select(axis => Enumerable.Range(0, axis.Outputs).Select(axis.Counted).ToArray())];
        Inputs = this.axes.Aggregate(1, (size, axis) => size * axis.Length);
    }

    /// <summary>Inputs of a plane.</summary>
    public int Inputs { get; }

    /// <summary>Σ |x|ᵖ, or Σ x where p is 0, in double, of every window of every plane.</summary>
    /// <param name="x">The planes.</param>
    /// <param name="power">p.</param>
    /// <param name="countPadding">Whether padding counts.</param>
    /// <param name="finish">From a sum and how many it has, at least 1.</param>
    /// <param name="y">Written.</param>
    public void Sums(ReadOnlySpan<float> x, int power, bool countPadding, Func<double, int, float> finish, Span<float> y)
    {
        var (a, b, c) = (axes[0], axes[1], axes[2]);
        var at = 0;
        for (; !x.IsEmpty; x = x[Inputs..])
            for (var i = 0; i < a.Outputs; i++)
                for (var j = 0; j < b.Outputs; j++)
                    for (var k = 0; k < c.Outputs; k++)
                    {
                        var (sum, seen) = (0.0, 0);
                        for (var p = taps[0][i].From; p < taps[0][i].To; p++)
                            for (var q = taps[1][j].From; q < taps[1][j].To; q++)
                            {
                                var row = (a.Window.At(i, p) * b.Length + b.Window.At(j, q)) * c.Length;
                                for (var r = taps[2][k].From; r < taps[2][k].To; r++, seen++) sum += Term(x[row + c.Window.At(k, r)], power);
                            }
                        y[at++] = finish(sum, Math.Max(1, countPadding ? counted[0][i] * counted[1][j] * counted[2][k] : seen));
                    }
    }

    /// <summary>The largest input of every window and where it is: its index in the whole tensor, the first of several.</summary>
    /// <param name="x">The planes.</param>
    /// <param name="lowest">What a window over nothing but padding gives; its index is −1.</param>
    /// <param name="lastAxisFirst">Whether the index within a plane counts along the first axis fastest.</param>
    /// <param name="y">Written.</param>
    /// <param name="indices">Written.</param>
    public void Largest<T>(ReadOnlySpan<T> x, T lowest, bool lastAxisFirst, Span<T> y, Span<long> indices) where T : IComparable<T>
    {
        var (a, b, c) = (axes[0], axes[1], axes[2]);
        var at = 0;
        for (var first = 0L; first < x.Length; first += Inputs)
            for (var i = 0; i < a.Outputs; i++)
                for (var j = 0; j < b.Outputs; j++)
                    for (var k = 0; k < c.Outputs; k++)
                    {
                        var (largest, index) = (lowest, -1L);
                        for (var p = taps[0][i].From; p < taps[0][i].To; p++)
                            for (var q = taps[1][j].From; q < taps[1][j].To; q++)
                                for (var r = taps[2][k].From; r < taps[2][k].To; r++)
                                {
                                    var (d, h, w) = (a.Window.At(i, p), b.Window.At(j, q), c.Window.At(k, r));
                                    var value = x[(int)first + (d * b.Length + h) * c.Length + w];
                                    if (index >= 0 && value.CompareTo(largest) <= 0) continue;
                                    (largest, index) = (value, first + (lastAxisFirst ? ((long)w * b.Length + h) * a.Length + d : ((long)d * b.Length + h) * c.Length + w));
                                }
                        (y[at], indices[at++]) = (largest, index);
                    }
    }

    private static double Term(double x, int power)
    {
        if (power == 0) return x;
        var (magnitude, term) = (Math.Abs(x), 1.0);
        for (; power > 0; power--) term *= magnitude;
        return term;
    }
}
