using System.Numerics;
using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>Weighted sums of elements along an axis, in float32: products and sums are rounded apart, in the order of the weights.</summary>
internal static class Resample
{
    /// <summary>Along the last axis: each element of <paramref name="y"/> from so many of <paramref name="x"/>.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Line(ReadOnlySpan<float> x, ReadOnlySpan<int> places, ReadOnlySpan<float> weights, Span<float> y)
    {
        if (places.Length == 2 * y.Length)
        {
            for (var i = 0; i < y.Length; i++) y[i] = weights[2 * i] * x[places[2 * i]] + weights[2 * i + 1] * x[places[2 * i + 1]];
            return;
        }
        var taps = places.Length / y.Length;
        for (int i = 0, k = 0; i < y.Length; i++)
        {
            var sum = 0f;
            for (var end = k + taps; k < end; k++) sum += weights[k] * x[places[k]];
            y[i] = sum;
        }
    }

    /// <summary>Along another axis: a row of <paramref name="y"/> from rows of <paramref name="x"/>.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Row(ReadOnlySpan<float> x, ReadOnlySpan<int> rows, ReadOnlySpan<float> weights, Span<float> y)
    {
        var i = 0;
        if (Vector.IsHardwareAccelerated)
            for (; i <= y.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                var sums = Vector<float>.Zero;
                for (var k = 0; k < rows.Length; k++) sums += new Vector<float>(x[(rows[k] * y.Length + i)..]) * weights[k];
                sums.CopyTo(y[i..]);
            }
        for (; i < y.Length; i++)
        {
            var sum = 0f;
            for (var k = 0; k < rows.Length; k++) sum += x[rows[k] * y.Length + i] * weights[k];
            y[i] = sum;
        }
    }
}
