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

    [MethodImpl(AggressiveInlining)]
    private static Vector<double> Exp(Vector<double> x)
    {
        var power = Vector.ConditionalSelect(Vector.LessThan(x, new(-708)), Vector<double>.Zero, VectorElementary.Exp(x));
        return Vector.ConditionalSelect(Vector.GreaterThan(x, new(709)), new(double.PositiveInfinity), power);
    }

    // Where the vectors do not follow the scalar function.
    private static double? Outside(double x) => x < -708 ? 0 : x > 709 ? double.PositiveInfinity : null;
}
