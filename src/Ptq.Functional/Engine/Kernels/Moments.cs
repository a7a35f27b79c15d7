using System.Numerics;
using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>Means and variances in double, each formed in index order; and what normalizing by them makes of float32 numbers.</summary>
internal static class Moments
{
    /// <summary>Mean and variance (over n, not n − 1) of each row of a matrix. The variance takes a second walk: a mean that is large beside it costs no digits.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Rows(ReadOnlySpan<float> matrix, int columns, Span<double> means, Span<double> variances)
    {
        means.Clear();
        Fold.Rows<Folds.Sum, float, double>(matrix, columns, means);
        for (var i = 0; i < means.Length; i++) means[i] /= columns;

        var row = 0;
        for (; row + 4 <= means.Length; row += 4) // four sums at a time: one alone would wait for itself
        {
            var (x0, x1, x2, x3) = (row * columns, (row + 1) * columns, (row + 2) * columns, (row + 3) * columns);
            var (m0, m1, m2, m3) = (means[row], means[row + 1], means[row + 2], means[row + 3]);
            var (s0, s1, s2, s3) = (0.0, 0.0, 0.0, 0.0);
            for (var i = 0; i < columns; i++)
            {
                var (d0, d1, d2, d3) = (matrix[x0 + i] - m0, matrix[x1 + i] - m1, matrix[x2 + i] - m2, matrix[x3 + i] - m3);
                s0 += d0 * d0;
                s1 += d1 * d1;
                s2 += d2 * d2;
                s3 += d3 * d3;
            }
            (variances[row], variances[row + 1], variances[row + 2], variances[row + 3]) = (s0 / columns, s1 / columns, s2 / columns, s3 / columns);
        }
        for (; row < means.Length; row++)
        {
            var sum = 0.0;
            foreach (var x in matrix.Slice(row * columns, columns)) sum += (x - means[row]) * (x - means[row]);
            variances[row] = sum / columns;
        }
    }

    /// <summary>(x − shift) · factor + bias, in double, rounded once.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Scale(ReadOnlySpan<float> x, double shift, double factor, double bias, Span<float> y)
    {
        y = y[..x.Length];
        var i = 0;
        if (Vector.IsHardwareAccelerated)
            for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector.Widen(new Vector<float>(x[i..]), out var low, out var high);
                Vector.Narrow(Scaled(low, shift, factor) + new Vector<double>(bias), Scaled(high, shift, factor) + new Vector<double>(bias)).CopyTo(y[i..]);
            }
        for (; i < x.Length; i++) y[i] = (float)((x[i] - shift) * factor + bias);
    }

    /// <summary>(x − shift) · factor · scales + biases, in double, rounded once; no biases are zeros.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Scale(ReadOnlySpan<float> x, double shift, double factor, ReadOnlySpan<float> scales, ReadOnlySpan<float> biases, Span<float> y)
    {
        y = y[..x.Length];
        scales = scales[..x.Length];
        var i = 0;
        if (Vector.IsHardwareAccelerated)
            for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector.Widen(new Vector<float>(x[i..]), out var low, out var high);
                Vector.Widen(new Vector<float>(scales[i..]), out var lowScale, out var highScale);
                (low, high) = (Scaled(low, shift, factor) * lowScale, Scaled(high, shift, factor) * highScale);
                if (!biases.IsEmpty)
                {
                    Vector.Widen(new Vector<float>(biases[i..]), out var lowBias, out var highBias);
                    (low, high) = (low + lowBias, high + highBias);
                }
                Vector.Narrow(low, high).CopyTo(y[i..]);
            }
        for (; i < x.Length; i++)
        {
            var scaled = (x[i] - shift) * factor * scales[i];
            y[i] = (float)(biases.IsEmpty ? scaled : scaled + biases[i]);
        }
    }

    [MethodImpl(AggressiveInlining)]
    private static Vector<double> Scaled(Vector<double> x, double shift, double factor) => (x - new Vector<double>(shift)) * new Vector<double>(factor);
}
