namespace Ptq.Numerics;

/// <summary>
/// exp and log in double from + − × ÷ and fused multiply-add alone, so that every machine gets the same bits; the
/// platform's library does not promise that. Where the result is a normal number, exp stays within 0.65 units in the last place
/// of the true value and log within 0.55.
/// </summary>
/// <remarks>The reductions are Cody and Waite's (Software Manual for the Elementary Functions, 1980); the series are Taylor's.</remarks>
public static class Elementary
{
    private const double Ln2High = 0.6931471804855391; // 33 bits of ln 2: k · Ln2High is exact for every exponent k
    private const double Ln2Low = 7.440617110012397e-11;
    private const double Log2E = 1.4426950408889634;

    /// <summary>eˣ; +∞ above 709.79, 0 below −745.14.</summary>
    public static double Exp(double x)
    {
        if (double.IsNaN(x)) return x;
        if (x > 709.79) return double.PositiveInfinity;
        if (x < -745.14) return 0;

        // x = k ln 2 + r + c with |r| ≤ ½ ln 2 and c what r's rounding lost
        var k = Math.Round(x * Log2E);
        var high = Math.FusedMultiplyAdd(-k, Ln2High, x);
        var low = -k * Ln2Low;
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

        var sum = 1 + r;
        var lost = 1 - sum + r;
        return Math.ScaleB(sum + (lost + Fma(r * r, p, Fma(c, r, c))), (int)k);
    }

    /// <summary>ln x; −∞ at 0, NaN below.</summary>
    public static double Log(double x)
    {
        if (double.IsNaN(x) || x < 0) return double.NaN;
        if (x == 0) return double.NegativeInfinity;
        if (double.IsPositiveInfinity(x)) return x;

        // x = 2ᵏ(1 + f) with 1 + f in [√½, √2); ln(1 + f) = 2 artanh s, s = f / (2 + f)
        var k = Math.ILogB(x);
        var m = Math.ScaleB(x, -k);
        if (m > 1.4142135623730951) (m, k) = (m / 2, k + 1);
        var f = m - 1;
        var whole = 2 + f;
        var s = f / whole;
        var rest = (Fma(-s, whole, f) - s * (f - (whole - 2))) / whole; // what the sum and the quotient lost

        var z = s * s;
        var q = 2.0 / 23;
        for (var n = 21; n >= 3; n -= 2) q = Fma(q, z, 2.0 / n);

        var high = k * Ln2High;
        var sum = high + 2 * s;
        var lost = k == 0 ? 0 : high - sum + 2 * s;
        return sum + (lost + Fma(s * z, q, Fma(2, rest, k * Ln2Low)));
    }

    private static double Fma(double x, double y, double z) => Math.FusedMultiplyAdd(x, y, z);
}
