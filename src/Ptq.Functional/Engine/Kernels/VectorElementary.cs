using System.Numerics;
using System.Runtime.CompilerServices;
using Ptq.Numerics;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>
/// <see cref="Elementary"/> on vectors, step by step the same operations, so that results rounded to float32 are the same bits. Only where the
/// float32 result is an end that is reached long before (0, 1, ±∞) does an argument stop instead of going on.
/// </summary>
internal static class VectorElementary
{
    private const double Magic = 6755399441055744; // 1.5 · 2⁵²: added to a small integer, it leaves it in the lowest bits

    /// <summary>eˣ between e^−708 and e^709.78.</summary>
    [MethodImpl(AggressiveInlining)]
    public static Vector<double> Exp(Vector<double> x)
    {
        var (k, r, q) = Reduced(Vector.Min(Vector.Max(x, new(-708)), new(709.78)));
        var sum = Vector<double>.One + r;
        var lost = Vector<double>.One - sum + r;
        // 2ᵏ⁻¹ and twice it, for 2¹⁰²⁴ is no number
        return (sum + (lost + q)) * Power(k - Vector<double>.One) * new Vector<double>(2);
    }

    /// <summary>eˣ − 1 for x from −40 to 50.</summary>
    [MethodImpl(AggressiveInlining)]
    public static Vector<double> Expm1(Vector<double> x)
    {
        var (k, r, q) = Reduced(x);
        var power = Power(k);
        var (a, b) = (power - Vector<double>.One, power * r);
        var sum = a + b;
        var ofB = sum - a;
        var lost = a - (sum - ofB) + (b - ofB);
        return sum + Fma(power, q, lost);
    }

    /// <summary>tanh x.</summary>
    [MethodImpl(AggressiveInlining)]
    public static Vector<double> Tanh(Vector<double> x)
    {
        var e = Expm1(Vector.Min(new Vector<double>(2) * Vector.Abs(x), new(44)));
        return Vector.CopySign(e / (e + new Vector<double>(2)), x);
    }

    /// <summary>erf x.</summary>
    [MethodImpl(AggressiveInlining)]
    public static Vector<double> Erf(Vector<double> x)
    {
        var a = Vector.Min(Vector.Abs(x), new(6));
        var near = Fma(x, Horner(Elementary.ErfNear, x * x), x);
        var t = (a - new Vector<double>(3)) / (a + new Vector<double>(3));
        var far = Fma(-Exp(-a * a), Horner(Elementary.ErfFar, t), Vector<double>.One);
        return Vector.ConditionalSelect(Vector.LessThan(a, Vector<double>.One), near, Vector.CopySign(far, x));
    }

    [MethodImpl(AggressiveInlining)]
    private static (Vector<double> K, Vector<double> R, Vector<double> Q) Reduced(Vector<double> x)
    {
        var k = Vector.Round(x * new Vector<double>(Elementary.Log2E));
        var high = Fma(-k, new(Elementary.Ln2High), x);
        var low = -k * new Vector<double>(Elementary.Ln2Low);
        var r = high + low;
        var c = high - r + low;

        var p = new Vector<double>(1.0 / 6227020800);
        p = Fma(p, r, new(1.0 / 479001600));
        p = Fma(p, r, new(1.0 / 39916800));
        p = Fma(p, r, new(1.0 / 3628800));
        p = Fma(p, r, new(1.0 / 362880));
        p = Fma(p, r, new(1.0 / 40320));
        p = Fma(p, r, new(1.0 / 5040));
        p = Fma(p, r, new(1.0 / 720));
        p = Fma(p, r, new(1.0 / 120));
        p = Fma(p, r, new(1.0 / 24));
        p = Fma(p, r, new(1.0 / 6));
        p = Fma(p, r, new(0.5));
        return (k, r, Fma(r * r, p, Fma(c, r, c)));
    }

    /// <summary>2ᵏ for integers from −1022 to 1023.</summary>
    [MethodImpl(AggressiveInlining)]
    private static Vector<double> Power(Vector<double> k) => Vector.AsVectorDouble(Vector.ShiftLeft(Vector.AsVectorInt64(k + new Vector<double>(Magic + 1023)), 52));

    [MethodImpl(AggressiveInlining)]
    private static Vector<double> Horner(ReadOnlySpan<double> coefficients, Vector<double> x)
    {
        var p = new Vector<double>(coefficients[0]);
        for (var i = 1; i < coefficients.Length; i++) p = Fma(p, x, new(coefficients[i]));
        return p;
    }

    [MethodImpl(AggressiveInlining)]
    private static Vector<double> Fma(Vector<double> x, Vector<double> y, Vector<double> z) => Vector.FusedMultiplyAdd(x, y, z);
}
