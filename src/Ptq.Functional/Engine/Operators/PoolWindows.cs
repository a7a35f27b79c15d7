using System.Runtime.CompilerServices;
using Ptq.Engine.Kernels;
using Ptq.Quantization;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Operators;

/// <summary>The inputs under every window of a pool along up to three axes, walked in index order.</summary>
internal sealed class PoolWindows
{
    private readonly PoolAxis[] axes;
    private readonly (int From, int Count)[][] windows;

    /// <summary>The walk for these axes; those that lack have one input.</summary>
    public PoolWindows(PoolAxis[] axes)
    {
        this.axes = [.. Enumerable.Repeat(PoolAxis.None, 3 - axes.Length), .. axes];
        windows = Array.ConvertAll(this.axes, axis => axis.Windows());
        Inputs = this.axes.Aggregate(1, (size, axis) => size * axis.Length);
    }

    /// <summary>Inputs of a plane.</summary>
    public int Inputs { get; }

    /// <summary>Makes outputs of the sums of windows that lie on the same lines, as many of which lie on an input or, where it counts, on padding.</summary>
    public delegate void Finish(ReadOnlySpan<double> sums, int lines, Span<float> y);

    /// <summary>How many places of every axis lie under each window.</summary>
    /// <param name="countPadding">Whether padding counts.</param>
    public int[][] Counts(bool countPadding) => Array.ConvertAll(axes, axis => Enumerable.Range(0, axis.Outputs).Select(output => countPadding ? axis.Counted(output) : axis.Taps(output) is var (from, to) ? to - from : 0).ToArray());

    /// <summary>Σ |x|ᵖ, or Σ x where p is 0, in double, of every window of every plane.</summary>
    /// <param name="x">The planes.</param>
    /// <param name="power">p.</param>
    /// <param name="counts">How many places of every axis lie under each window.</param>
    /// <param name="finish">What becomes of the sums.</param>
    /// <param name="y">Written.</param>
    public void Sums(ReadOnlySpan<float> x, int power, int[][] counts, Finish finish, Span<float> y)
    {
        var (a, b, c) = (axes[0], axes[1], axes[2]);
        var sums = new double[c.Outputs];
        for (; !y.IsEmpty; x = x[Inputs..])
            for (var i = 0; i < a.Outputs; i++)
                for (var j = 0; j < b.Outputs; j++, y = y[c.Outputs..])
                {
                    Array.Clear(sums);
                    for (var p = 0; p < windows[0][i].Count; p++)
                        for (var q = 0; q < windows[1][j].Count; q++)
                        {
                            var line = x.Slice(((windows[0][i].From + p * a.Window.Dilation) * b.Length + windows[1][j].From + q * b.Window.Dilation) * c.Length, c.Length);
                            if (power == 0) WindowSums.Add(line, windows[2], c.Window.Dilation, sums);
                            else WindowSums.AddPowers(line, windows[2], c.Window.Dilation, power, sums);
                        }
                    finish(sums, counts[0][i] * counts[1][j], y[..c.Outputs]);
                }
    }

    /// <summary>The code of the mean of every window of every plane of codes.</summary>
    /// <param name="x">The planes.</param>
    /// <param name="mean">How sums and codes are formed.</param>
    /// <param name="area">What every sum is divided by; where it is 0, the number of inputs under the window.</param>
    /// <param name="y">Written.</param>
    public void Means(ReadOnlySpan<long> x, CodeMean mean, long area, Span<long> y)
    {
        var (a, b, c) = (axes[0], axes[1], axes[2]);
        var (reals, at) = (new float[Inputs], 0);
        for (; at < y.Length; x = x[Inputs..])
        {
            for (var i = 0; i < reals.Length; i++) reals[i] = mean.Real((int)x[i]);
            foreach (var (firstA, countA) in windows[0])
                foreach (var (firstB, countB) in windows[1])
                    foreach (var (firstC, countC) in windows[2])
                    {
                        var sum = 0f;
                        for (var p = 0; p < countA; p++)
                            for (var q = 0; q < countB; q++)
                            {
                                var line = ((firstA + p * a.Window.Dilation) * b.Length + firstB + q * b.Window.Dilation) * c.Length + firstC;
                                for (var r = 0; r < countC; r++) sum += reals[line + r * c.Window.Dilation];
                            }
                        y[at++] = mean.Of(sum, area > 0 ? area : (long)countA * countB * countC);
                    }
        }
    }

    /// <summary>The largest input of every window and where it is: its index in the whole tensor, the first of several.</summary>
    /// <param name="x">The planes.</param>
    /// <param name="lowest">What a window over nothing but padding gives; its index is −1.</param>
    /// <param name="lastAxisFirst">Whether the index within a plane counts along the first axis fastest.</param>
    /// <param name="y">Written.</param>
    /// <param name="indices">Written.</param>
    [MethodImpl(AggressiveOptimization)]
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
                        for (var p = 0; p < windows[0][i].Count; p++)
                            for (var q = 0; q < windows[1][j].Count; q++)
                                for (var r = 0; r < windows[2][k].Count; r++)
                                {
                                    var (d, h, w) = (windows[0][i].From + p * a.Window.Dilation, windows[1][j].From + q * b.Window.Dilation, windows[2][k].From + r * c.Window.Dilation);
                                    var value = x[(int)first + (d * b.Length + h) * c.Length + w];
                                    if (index >= 0 && value.CompareTo(largest) <= 0) continue;
                                    (largest, index) = (value, first + (lastAxisFirst ? ((long)w * b.Length + h) * a.Length + d : ((long)d * b.Length + h) * c.Length + w));
                                }
                        (y[at], indices[at++]) = (largest, index);
                    }
    }
}
