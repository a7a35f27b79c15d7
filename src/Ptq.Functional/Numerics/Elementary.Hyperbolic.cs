using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Numerics;

public static partial class Elementary
{
    /// <summary>The hyperbolic tangent; within 2.5 units in the last place.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static double Tanh(double x)
    {
        var a = Math.Abs(x);
        if (a > 22) return Math.CopySign(1, x);
        if (!(a > 1e-9)) return x; // tanh x = x − x³/3 + …, and NaN
        var e = Expm1(2 * a);
        return Math.CopySign(e / (e + 2), x);
    }

    /// <summary>The hyperbolic sine; within 2 units in the last place.</summary>
    public static double Sinh(double x)
    {
        var a = Math.Abs(x);
        if (!(a > 1e-9)) return x;
        if (a > 40) return Math.CopySign(HalfExp(a), x);
        var e = Expm1(a);
        return Math.CopySign((e + e / (1 + e)) / 2, x);
    }

    /// <summary>The hyperbolic cosine; within 1.5 units in the last place.</summary>
    public static double Cosh(double x)
    {
        var a = Math.Abs(x);
        if (!(a <= 40)) return HalfExp(a);
        var e = Exp(a);
        return (e + 1 / e) / 2;
    }

    /// <summary>The inverse of the hyperbolic sine; within 2 units in the last place.</summary>
    public static double Asinh(double x)
    {
        var a = Math.Abs(x);
        if (!(a > 1e-9)) return x;
        return Math.CopySign(a > 1e9 ? Log(a) + Ln2 : Log1p(a + a * a / (1 + Math.Sqrt(Fma(a, a, 1)))), x); // x + √(x² + 1) − 1 without a cancellation
    }

    /// <summary>The inverse of the hyperbolic cosine, not negative; NaN below 1. Within 2.5 units in the last place.</summary>
    public static double Acosh(double x)
    {
        if (!(x >= 1)) return double.NaN;
        var t = x - 1;
        return x > 1e9 ? Log(x) + Ln2 : Log1p(t + Math.Sqrt(Fma(t, t, 2 * t)));
    }

    /// <summary>The inverse of the hyperbolic tangent; ±∞ at ±1, NaN outside. Within 2.5 units in the last place.</summary>
    public static double Atanh(double x)
    {
        var a = Math.Abs(x);
        if (a > 1) return double.NaN;
        return !(a > 1e-9) ? x : Math.CopySign(Log1p(2 * a / (1 - a)) / 2, x);
    }

    // eˣ/2, which is a number a little beyond the largest eˣ
    private static double HalfExp(double x) => double.IsNaN(x) ? x : x > 711 ? double.PositiveInfinity : Exp(x, 0, -1);
}
