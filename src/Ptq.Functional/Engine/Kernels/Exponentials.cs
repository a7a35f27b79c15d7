using System.Numerics;
using System.Runtime.CompilerServices;
using Ptq.Numerics;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>Powers of e of differences.</summary>
internal static class Exponentials
{
    /// <summary>exp(x − y), in place of y: 0 and ∞ at infinities, and within the range of normal numbers the bits of <see cref="Elementary.Exp(double)"/>.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void OfDifferences(ReadOnlySpan<float> x, Span<double> y)
    {
        var i = 0;
        if (Vector.IsHardwareAccelerated)
            for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector.Widen(new Vector<float>(x[i..]), out var low, out var high);
                Exp(low - new Vector<double>(y[i..])).CopyTo(y[i..]);
                Exp(high - new Vector<double>(y[(i + Vector<double>.Count)..])).CopyTo(y[(i + Vector<double>.Count)..]);
            }
        for (; i < x.Length; i++) y[i] = Outside(x[i] - y[i]) ?? Elementary.Exp(x[i] - y[i]);
    }

    /// <summary>eˣ / Σ eˣ of every row: powers of differences to the row's largest, so that none leaves double; sums in index order.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Softmax(ReadOnlySpan<float> x, int columns, Span<float> y)
    {
        const int Rows = 4; // their sums are formed side by side
        var powers = new double[Math.Min(Rows * (long)columns, x.Length)];
        Span<double> sums = stackalloc double[Rows];
        for (var start = 0; start < x.Length; start += Rows * columns)
        {
            var count = Math.Min(Rows * columns, x.Length - start);
            for (var row = 0; row < count; row += columns)
            {
                var largest = Largest(x.Slice(start + row, columns));
                powers.AsSpan(row, columns).Fill(float.IsInfinity(largest) ? 0 : largest); // ∞ − ∞ is no number, and the powers of infinities are right without
            }
            OfDifferences(x.Slice(start, count), powers);
            var ofEach = sums[..(count / columns)];
            ofEach.Clear();
            Fold.Rows<Folds.Sum, double, double>(powers, columns, ofEach);
            for (var row = 0; row < ofEach.Length; row++) Divide(powers.AsSpan(row * columns, columns), ofEach.Slice(row, 1), y.Slice(start + row * columns, columns));
        }
    }

    /// <summary>x / y, rounded once; y is as long as x, or one for all.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Divide(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<float> quotients)
    {
        var (i, isOne) = (0, y.Length == 1);
        if (Vector.IsHardwareAccelerated)
            for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                var half = i + Vector<double>.Count;
                var (low, high) = isOne ? (new(y[0]), new(y[0])) : (new Vector<double>(y[i..]), new Vector<double>(y[half..]));
                Vector.Narrow(new Vector<double>(x[i..]) / low, new Vector<double>(x[half..]) / high).CopyTo(quotients[i..]);
            }
        for (; i < x.Length; i++) quotients[i] = (float)(x[i] / y[isOne ? 0 : i]);
    }

    /// <summary>The largest element; NaN where there is one.</summary>
    [MethodImpl(AggressiveOptimization)]
    private static float Largest(ReadOnlySpan<float> x)
    {
        var (i, largest) = (0, float.NegativeInfinity);
        if (Vector.IsHardwareAccelerated && x.Length >= Vector<float>.Count)
        {
            var each = new Vector<float>(x);
            for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count) each = Vector.Max(each, new Vector<float>(x[i..]));
            for (var lane = 0; lane < Vector<float>.Count; lane++) largest = MathF.Max(largest, each[lane]);
        }
        for (; i < x.Length; i++) largest = MathF.Max(largest, x[i]);
        return largest;
    }

    [MethodImpl(AggressiveInlining)]
    private static Vector<double> Exp(Vector<double> x)
    {
        var power = Vector.ConditionalSelect(Vector.LessThan(x, new(-708)), Vector<double>.Zero, VectorElementary.Exp(x));
        return Vector.ConditionalSelect(Vector.GreaterThan(x, new(709)), new(double.PositiveInfinity), power);
    }

    // Where the vectors do not follow the scalar function.
    private static double? Outside(double x) => x < -708 ? 0 : x > 709 ? double.PositiveInfinity : null;
}
