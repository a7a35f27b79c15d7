using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Numerics;

public static partial class Elementary
{
    /// <summary>The error function 2/√π · ∫₀ˣ e^(−t²) dt; within 1 unit in the last place.</summary>
    /// <remarks>
    /// Both polynomials are Chebyshev interpolants, rounded to double: erf(x)/x − 1 in x² on [0, 1] (error 1.3·10⁻¹⁹), and e^(x²)·erfc(x) in
    /// t = (x − 3)/(x + 3) on [1, 6] (error 1.0·10⁻¹⁷). From 6 on erf is 1 in double.
    /// </remarks>
    [MethodImpl(AggressiveOptimization)]
    public static double Erf(double x)
    {
        var a = Math.Abs(x);
        if (a < 1)
        {
            var z = x * x;
            var p = 5.957176147748911e-11;
            p = Fma(p, z, -1.1372848856791674e-09);
            p = Fma(p, z, 1.4659775274047436e-08);
            p = Fma(p, z, -1.6350312701054695e-07);
            p = Fma(p, z, 1.6461000484121368e-06);
            p = Fma(p, z, -1.4925595266831182e-05);
            p = Fma(p, z, 0.0001205533111164271);
            p = Fma(p, z, -0.000854832698083379);
            p = Fma(p, z, 0.0052239776248180145);
            p = Fma(p, z, -0.026866170645076792);
            p = Fma(p, z, 0.11283791670954879);
            p = Fma(p, z, -0.3761263890318375);
            p = Fma(p, z, 0.1283791670955126);
            return x == 0 ? x : Fma(x, p, x);
        }
        if (a >= 6) return Math.CopySign(1, x);
        if (double.IsNaN(x)) return x;

        var t = (a - 3) / (a + 3);
        var q = 1.2801900862962662e-06;
        q = Fma(q, t, 2.023603179641757e-06);
        q = Fma(q, t, -8.008021319412685e-06);
        q = Fma(q, t, -1.284889451252353e-05);
        q = Fma(q, t, 6.406182073530546e-05);
        q = Fma(q, t, 4.525472635483354e-05);
        q = Fma(q, t, -0.0005970623517093284);
        q = Fma(q, t, 0.0007077464443901538);
        q = Fma(q, t, 0.004269136347508256);
        q = Fma(q, t, -0.024392499318273194);
        q = Fma(q, t, 0.07166583719774874);
        q = Fma(q, t, -0.15011593650078744);
        q = Fma(q, t, 0.24560380171233195);
        q = Fma(q, t, -0.32623356004303716);
        q = Fma(q, t, 0.17900115118138996);
        return Math.CopySign(Fma(-Exp(-a * a, 0), q, 1), x);
    }
}
