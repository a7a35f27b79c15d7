using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Numerics;

public static partial class Elementary
{
    private const double HalfPi = 1.5707963267948966;
    private const double HalfPiLow = 6.123233995736766e-17;

    /// <summary>The sine of an angle in radians; NaN at ±∞. Within 1 unit in the last place.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static double Sin(double x)
    {
        if (!(Math.Abs(x) > 1e-9)) return x;
        var (quarter, r, c) = Quarters(x);
        var y = (quarter & 1) == 0 ? SinOf(r, c) : CosOf(r, c);
        return (quarter & 2) == 0 ? y : -y;
    }

    /// <summary>The cosine of an angle in radians; NaN at ±∞. Within 1 unit in the last place.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static double Cos(double x)
    {
        var (quarter, r, c) = Quarters(x);
        var y = (quarter & 1) == 0 ? CosOf(r, c) : SinOf(r, c);
        return (quarter + 1 & 2) == 0 ? y : -y;
    }

    /// <summary>The tangent of an angle in radians; NaN at ±∞. Within 2.5 units in the last place.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static double Tan(double x)
    {
        if (!(Math.Abs(x) > 1e-9)) return x;
        var (quarter, r, c) = Quarters(x);
        var (sin, cos) = (SinOf(r, c), CosOf(r, c));
        return (quarter & 1) == 0 ? sin / cos : -cos / sin;
    }

    /// <summary>The angle in [−π/2, π/2] of this sine; NaN outside [−1, 1]. Within 2.5 units in the last place.</summary>
    public static double Asin(double x) => !(Math.Abs(x) > 1e-9) ? x : Atan(x / Math.Sqrt((1 - x) * (1 + x)));

    /// <summary>The angle in [0, π] of this cosine; NaN outside [−1, 1]. Within 2.5 units in the last place.</summary>
    public static double Acos(double x) => 2 * Atan(Math.Sqrt((1 - x) / (1 + x)));

    /// <summary>The angle in [−π/2, π/2] of this tangent; within 1.5 units in the last place.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static double Atan(double x)
    {
        var a = Math.Abs(x);
        if (!(a > 1e-9)) return x;
        if (a > 1e17) return Math.CopySign(HalfPi, x);

        // atan a = start + atan r with |r| ≤ tan(π/8)
        var (start, startLow, r) = a > 2.414213562373095 ? (HalfPi, HalfPiLow, -1 / a) : a > 0.41421356237309503 ? (HalfPi / 2, HalfPiLow / 2, (a - 1) / (a + 1)) : (0.0, 0.0, a);
        return Math.CopySign(start + (r + Fma(r * r * r, Horner(Arctangent, r * r), startLow)), x);
    }

    /// <summary>(atan(x)/x − 1)/x² in x² on [0, tan²(π/8)], the highest power first: a Chebyshev interpolant rounded to double (error 1.2·10⁻¹⁸).</summary>
    private static ReadOnlySpan<double> Arctangent =>
    [
        0.016285756855221028, -0.034570561981427744, 0.04551593220626549, -0.05230454270650244, 0.05878928997834775, -0.06666424885738255,
        0.07692296375032143, -0.09090908753500877, 0.11111111105155447, -0.14285714285659828, 0.19999999999999804, -0.3333333333333333,
    ];

    // The series of Taylor on [−π/4, π/4]; c is what r lost.
    [MethodImpl(AggressiveInlining)]
    private static double SinOf(double r, double c)
    {
        var z = r * r;
        var p = -1.0 / 121645100408832000; // 1/19!
        p = Fma(p, z, 1.0 / 355687428096000);
        p = Fma(p, z, -1.0 / 1307674368000);
        p = Fma(p, z, 1.0 / 6227020800);
        p = Fma(p, z, -1.0 / 39916800);
        p = Fma(p, z, 1.0 / 362880);
        p = Fma(p, z, -1.0 / 5040);
        p = Fma(p, z, 1.0 / 120);
        p = Fma(p, z, -1.0 / 6);
        return r + Fma(r * z, p, Fma(-0.5 * z, c, c));
    }

    [MethodImpl(AggressiveInlining)]
    private static double CosOf(double r, double c)
    {
        var z = r * r;
        var p = 1.0 / 2432902008176640000; // 1/20!
        p = Fma(p, z, -1.0 / 6402373705728000);
        p = Fma(p, z, 1.0 / 20922789888000);
        p = Fma(p, z, -1.0 / 87178291200);
        p = Fma(p, z, 1.0 / 479001600);
        p = Fma(p, z, -1.0 / 3628800);
        p = Fma(p, z, 1.0 / 40320);
        p = Fma(p, z, -1.0 / 720);
        p = Fma(p, z, 1.0 / 24);
        var half = 0.5 * z;
        var sum = 1 - half;
        return sum + (1 - sum - half + Fma(z * z, p, -r * c)); // what the difference lost, and −sin r · c
    }
}
