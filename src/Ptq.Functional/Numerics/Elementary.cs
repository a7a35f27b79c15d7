using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Numerics;

/// <summary>
/// Elementary functions in double from + − × ÷ √ and fused multiply-add alone, so that every machine gets the same bits; the
/// platform's library does not promise that. Where the result is a normal number, exp stays within 0.65 units in the last place
/// of the true value, log within 0.55, and the others within the bound that each states (measured on 20,000 arguments, rounded up to a half).
/// </summary>
/// <remarks>
/// The reductions of exp and log are Cody and Waite's (Software Manual for the Elementary Functions, 1980), their series Taylor's. A method
/// is compiled with all optimisations at its first call: whole tensors go through it, and the first network run should not wait for tiers.
/// </remarks>
public static partial class Elementary
{
    private const double Ln2 = 0.6931471805599453;
    internal const double Ln2High = 0.6931471804855391; // 33 bits of ln 2: k · Ln2High is exact for every exponent k
    internal const double Ln2Low = 7.440617110012397e-11;
    internal const double Log2E = 1.4426950408889634;
    private const double Sqrt2 = 1.4142135623730951;

    /// <summary>eˣ; +∞ above 709.79, 0 below −745.14.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static double Exp(double x)
    {
        if (double.IsNaN(x)) return x;
        if (x > 709.79) return double.PositiveInfinity;
        return x < -745.14 ? 0 : Exp(x, 0);
    }

    /// <summary>eˣ − 1, also where eˣ is nearly 1; within 1 unit in the last place.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static double Expm1(double x)
    {
        if (double.IsNaN(x) || x == 0) return x;
        if (Math.Abs(x) > 40) return x > 0 ? Exp(x) : -1;

        // 2ᵏ(1 + r + q) − 1
        var (k, r, q) = Reduced(x, 0);
        if (k == 0) return r + q;
        var power = Scaled(1, (int)k);
        var (sum, lost) = TwoSum(power - 1, power * r);
        return sum + Fma(power, q, lost);
    }

    /// <summary>ln x; −∞ at 0, NaN below.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static double Log(double x)
    {
        if (double.IsNaN(x) || x < 0) return double.NaN;
        if (x == 0) return double.NegativeInfinity;
        if (double.IsPositiveInfinity(x)) return x;

        // x = 2ᵏ(1 + f) with 1 + f in [√½, √2); ln(1 + f) = 2 artanh s, s = f / (2 + f)
        var (k, f) = Split(x);
        var (s, rest) = Ratio(f);

        var z = s * s;
        var q = 2.0 / 23;
        q = Fma(q, z, 2.0 / 21);
        q = Fma(q, z, 2.0 / 19);
        q = Fma(q, z, 2.0 / 17);
        q = Fma(q, z, 2.0 / 15);
        q = Fma(q, z, 2.0 / 13);
        q = Fma(q, z, 2.0 / 11);
        q = Fma(q, z, 2.0 / 9);
        q = Fma(q, z, 2.0 / 7);
        q = Fma(q, z, 2.0 / 5);
        q = Fma(q, z, 2.0 / 3);

        var high = k * Ln2High;
        var sum = high + 2 * s;
        var lost = k == 0 ? 0 : high - sum + 2 * s;
        return sum + (lost + Fma(s * z, q, Fma(2, rest, k * Ln2Low)));
    }

    /// <summary>ln(1 + x), also where x is nearly 0; −∞ at −1, NaN below. Within 1.5 units in the last place.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static double Log1p(double x)
    {
        if (Math.Abs(x) < 5e-17) return x;
        var u = 1 + x;
        if (!(u > 0) || double.IsPositiveInfinity(u)) return Log(u);
        return Log(u) + (x >= 1 ? 1 - (u - x) : x - (u - 1)) / u; // what 1 + x lost moves the logarithm by lost / u
    }

    /// <summary>2^power · e^(x + rest) for a rest that is small beside x; x about between the ends of <see cref="Exp(double)"/>.</summary>
    [MethodImpl(AggressiveInlining)]
    private static double Exp(double x, double rest, int power = 0)
    {
        var (k, r, q) = Reduced(x, rest);
        var sum = 1 + r;
        var lost = 1 - sum + r;
        return Scaled(sum + (lost + q), (int)k + power);
    }

    /// <summary>k, r, q with e^(x + rest) = 2ᵏ(1 + r + q), |r| ≤ ½ ln 2.</summary>
    [MethodImpl(AggressiveInlining)]
    private static (double K, double R, double Q) Reduced(double x, double rest)
    {
        // x = k ln 2 + r + c with c what r's rounding lost
        var k = Math.Round(x * Log2E);
        var high = Math.FusedMultiplyAdd(-k, Ln2High, x);
        var low = Fma(-k, Ln2Low, rest);
        var r = high + low;
        var c = high - r + low;

        var p = 1.0 / 6227020800; // 1/13!
        p = Fma(p, r, 1.0 / 479001600);
        p = Fma(p, r, 1.0 / 39916800);
        p = Fma(p, r, 1.0 / 3628800);
        p = Fma(p, r, 1.0 / 362880);
        p = Fma(p, r, 1.0 / 40320);
        p = Fma(p, r, 1.0 / 5040);
        p = Fma(p, r, 1.0 / 720);
        p = Fma(p, r, 1.0 / 120);
        p = Fma(p, r, 1.0 / 24);
        p = Fma(p, r, 1.0 / 6);
        p = Fma(p, r, 0.5);
        return (k, r, Fma(r * r, p, Fma(c, r, c)));
    }

    /// <summary>k and f with x = 2ᵏ(1 + f), 1 + f in [√½, √2); x positive and finite.</summary>
    [MethodImpl(AggressiveInlining)]
    private static (int K, double F) Split(double x)
    {
        var k = 0;
        if (x < 2.2250738585072014E-308) (x, k) = (x * 18014398509481984, -54); // 2⁵⁴: a subnormal number has no exponent of its own
        var bits = BitConverter.DoubleToInt64Bits(x);
        k += (int)(bits >> 52) - 1023;
        var m = BitConverter.Int64BitsToDouble(bits & 0xFFFFFFFFFFFFF | 1023L << 52);
        return m > Sqrt2 ? (k + 1, m / 2 - 1) : (k, m - 1);
    }

    /// <summary>f / (2 + f), and what the sum and the quotient lost.</summary>
    [MethodImpl(AggressiveInlining)]
    private static (double S, double Lost) Ratio(double f)
    {
        var whole = 2 + f;
        var s = f / whole;
        return (s, (Fma(-s, whole, f) - s * (f - (whole - 2))) / whole);
    }

    /// <summary>x · 2ᵏ, rounded once.</summary>
    [MethodImpl(AggressiveInlining)]
    private static double Scaled(double x, int k) => k is >= -1022 and <= 1023 ? x * BitConverter.Int64BitsToDouble(k + 1023L << 52) : Math.ScaleB(x, k);

    /// <summary>a + b and what its rounding lost, whichever is larger (Knuth).</summary>
    [MethodImpl(AggressiveInlining)]
    private static (double Sum, double Lost) TwoSum(double a, double b)
    {
        var sum = a + b;
        var ofB = sum - a;
        return (sum, a - (sum - ofB) + (b - ofB));
    }

    /// <summary>a · b and what its rounding lost.</summary>
    [MethodImpl(AggressiveInlining)]
    private static (double Product, double Lost) TwoProduct(double a, double b) => a * b is var product ? (product, Fma(a, b, -product)) : default;

    [MethodImpl(AggressiveInlining)]
    private static double Horner(ReadOnlySpan<double> coefficients, double x)
    {
        var p = coefficients[0];
        for (var i = 1; i < coefficients.Length; i++) p = Fma(p, x, coefficients[i]);
        return p;
    }

    [MethodImpl(AggressiveInlining)]
    private static double Fma(double x, double y, double z) => Math.FusedMultiplyAdd(x, y, z);
}
