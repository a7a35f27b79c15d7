using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Numerics;

/// <summary>
/// Standard normal numbers by a ziggurat of 256 levels of equal area (Marsaglia and Tsang, "The Ziggurat Method for
/// Generating Random Variables", 2000; Doornik, "An Improved Ziggurat Method to Generate Normal Random Samples", 2005),
/// with NumPy's layout of the bits and the last bit of its tables.
/// </summary>
internal static class Ziggurat
{
    private const double R = 3.6541528853610087963519472518; // where the tail begins
    private const double InverseR = 0.27366123732975827203338247596;
    private const double Area = 0.0049286732339746519; // of each level: NumPy's figure; the true one is 4 units in the last place larger
    private const double Grid = 1L << 52; // a level is sampled at 2⁵² points

    private static readonly ImmutableArray<Level> Levels = Build();

    [MethodImpl(AggressiveInlining)]
    public static double Normal(ref Pcg64 source)
    {
        var bits = source.NextUInt64();
        if (UnderTheCurve(bits, out var x)) return x; // 98.5 % of the time
        var rest = source; // a copy to point at, so that the common path stays in registers
        x = Uncertain(bits, x, ref rest);
        source = rest;
        return x;
    }

    /// <summary>From the low end of the bits: 8 of level, 1 of sign, 52 of magnitude.</summary>
    [MethodImpl(AggressiveInlining)]
    private static bool UnderTheCurve(ulong bits, out double x)
    {
        var level = Levels[(byte)bits];
        var magnitude = (long)(bits >> 9 & (1UL << 52) - 1);
        x = WithSign(magnitude * level.Step, bits << 55);
        return magnitude < level.Inside;
    }

    private static double Uncertain(ulong bits, double x, ref Pcg64 source)
    {
        do
        {
            if ((byte)bits == 0) return WithSign(Tail(ref source), bits << 46); // not the sign bit but bit 8 of the magnitude
            var (outer, inner) = (Levels[(byte)bits].Density, Levels[(byte)bits - 1].Density);
            if ((inner - outer) * source.NextDouble() + outer < Elementary.Exp(-0.5 * x * x)) return x;
            bits = source.NextUInt64();
        }
        while (!UnderTheCurve(bits, out x));
        return x;
    }

    /// <summary>A normal number beyond R (Marsaglia 1964).</summary>
    private static double Tail(ref Pcg64 source)
    {
        while (true)
        {
            var x = -InverseR * LogOneMinus(source.NextDouble());
            var y = -LogOneMinus(source.NextDouble());
            if (y + y > x * x) return R + x;
        }
    }

    private static double WithSign(double magnitude, ulong signAtTop) =>
        BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(magnitude) | signAtTop & 1UL << 63);

    /// <summary>
    /// From the tail inwards, x' = f⁻¹(f(x) + Area / x) with f(x) = exp(−x²/2), each step rounded to double. Every last bit
    /// counts, so exp and log are rounded correctly here instead of by the platform's library. One entry of NumPy's table is
    /// not: at level 38 the nearest double lies 0.4983 units below exp, and NumPy has the one 0.5017 units above.
    /// </summary>
    private static ImmutableArray<Level> Build()
    {
        var levels = new Level[256];
        var (x, f) = (R, Exp(-0.5 * R * R));
        levels[0] = new((long)Math.Round(R * f / Area * Grid), Area / f / Grid, 1);
        for (var i = 255; i > 1; i--)
        {
            var inner = Math.Sqrt(-2 * Log(f + Area / x));
            levels[i] = new((long)Math.Round(inner / x * Grid), x / Grid, f);
            (x, f) = (inner, Exp(-0.5 * inner * inner));
            if (i == 39) f = Math.BitIncrement(f);
        }
        levels[1] = new(0, x / Grid, f);
        return ImmutableArray.Create(levels);
    }

    private static double Exp(double x) => Rounded(Exp(Exactly(x)));

    private static double Log(double x) // one of Halley's steps takes 15 digits to 28
    {
        var (value, guess) = (Exactly(x), (decimal)Elementary.Log(x));
        var reached = Exp(guess);
        return Rounded(guess + 2 * (value - reached) / (value + reached));
    }

    private static decimal Exp(decimal x) // |x| < 8: a power series for x/64, squared six times
    {
        var (sum, term, small) = (1m, 1m, x / 64);
        for (var n = 1; term != 0; n++) sum += term *= small / n;
        for (var n = 0; n < 6; n++) sum *= sum;
        return sum;
    }

    private static decimal Exactly(double x) // to 28 digits: a cast keeps 15
    {
        var shift = 52 - Math.ILogB(x);
        return (decimal)(long)Math.ScaleB(x, shift) / (1L << shift);
    }

    private static double Rounded(decimal x) => double.Parse(x.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture); // a cast rounds twice

    /// <summary>
    /// log1p(−u) for u a multiple of 2⁻⁵³ in [0, 1), where 1 − u is exact. NumPy takes it from the C library and a tail draw
    /// shows its last bit, so this is fdlibm's arithmetic (K. C. Ng, Sun Microsystems, 1993) in glibc's order with fused steps.
    /// </summary>
    internal static double LogOneMinus(double u)
    {
        const double ln2High = 6.93147180369123816490e-01, ln2Low = 1.90821492927058770002e-10;
        if (u < 1.0 / (1 << 29)) return -u - u * u * 0.5;
        var (k, f) = (0, -u);
        if (u >= 1228484.0 / (1 << 22)) // 1 − √½: beyond it 1 − u = 2ᵏ(1 + f), √½ < 1 + f < √2
        {
            k = Math.ILogB(1 - u);
            f = Math.ScaleB(1 - u, -k);
            if (f >= 1482910.0 / (1 << 20)) (k, f) = (k + 1, f / 2);
            f -= 1;
        }

        var half = 0.5 * f * f;
        var s = f / (2 + f);
        var z = s * s;
        var z2 = z * z;
        var z4 = z2 * z2;
        var series = z2 * Fma(z, 2.857142874366239149e-01, 3.999999999940941908e-01);
        series = Fma(z, 6.666666666666735130e-01, series);
        series = Fma(z4, Fma(z, 1.818357216161805012e-01, 2.222219843214978396e-01), series);
        series = Fma(z2 * z4, Fma(z, 1.479819860511658591e-01, 1.531383769920937332e-01), series);
        return k == 0 ? f - (half - s * (half + series)) : k * ln2High - (half - (s * (half + series) + k * ln2Low) - f);
    }

    private static double Fma(double x, double y, double z) => Math.FusedMultiplyAdd(x, y, z);

    /// <summary>Step: the width over the grid. Inside: the number of grid points that lie under the curve for certain. Density: at the outer edge.</summary>
    private readonly record struct Level(long Inside, double Step, double Density);
}
