using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>Sums over the windows of a line, in double and in index order.</summary>
internal static class WindowSums
{
    /// <summary>Adds Σ x of each window to its sum.</summary>
    /// <param name="line">The inputs.</param>
    /// <param name="windows">The first input of each, and how many it has.</param>
    /// <param name="apart">From one input of a window to the next.</param>
    /// <param name="sums">A sum a window.</param>
    [MethodImpl(AggressiveOptimization)]
    public static void Add(ReadOnlySpan<float> line, ReadOnlySpan<(int From, int Count)> windows, int apart, Span<double> sums)
    {
        for (var i = 0; i < windows.Length; i++)
        {
            var (from, count) = windows[i];
            var sum = sums[i];
            for (; count > 0; count--, from += apart) sum += line[from];
            sums[i] = sum;
        }
    }

    /// <summary>Adds Σ |x|ᵖ of each window to its sum, p at least 1.</summary>
    /// <param name="line">The inputs.</param>
    /// <param name="windows">The first input of each, and how many it has.</param>
    /// <param name="apart">From one input of a window to the next.</param>
    /// <param name="power">p.</param>
    /// <param name="sums">A sum a window.</param>
    [MethodImpl(AggressiveOptimization)]
    public static void AddPowers(ReadOnlySpan<float> line, ReadOnlySpan<(int From, int Count)> windows, int apart, int power, Span<double> sums)
    {
        for (var i = 0; i < windows.Length; i++)
        {
            var (from, count) = windows[i];
            for (; count > 0; count--, from += apart)
            {
                var (magnitude, term) = (Math.Abs((double)line[from]), 1.0);
                for (var factor = 0; factor < power; factor++) term *= magnitude;
                sums[i] += term;
            }
        }
    }

    /// <summary>Each sum divided by how many numbers it has, at least 1; rounded once.</summary>
    /// <param name="sums">The sums.</param>
    /// <param name="lines">How many lines each is of.</param>
    /// <param name="along">How many numbers of a line each has.</param>
    /// <param name="means">Written.</param>
    [MethodImpl(AggressiveOptimization)]
    public static void Divide(ReadOnlySpan<double> sums, int lines, ReadOnlySpan<int> along, Span<float> means)
    {
        for (var i = 0; i < sums.Length; i++) means[i] = (float)(sums[i] / Math.Max(1, lines * along[i]));
    }
}
