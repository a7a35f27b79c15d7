using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Numerics;

public static partial class Elementary
{
    /// <summary>
    /// xʸ as IEEE 754 defines it: 1 for y = 0 and for x = 1, whatever the other is; NaN for a negative x and a y that is no integer; zeros and infinities
    /// keep the sign of x where y is odd. Within 1 unit in the last place. The square is the product.
    /// </summary>
    [MethodImpl(AggressiveOptimization)]
    public static double Pow(double x, double y)
    {
        if (y == 2) return x * x;
        if (y == 3 && Math.Abs(x) < 1e100) return TwoProduct(x, x) is var (square, lost) ? Fma(square, x, lost * x) : default;
        if (y == 0 || x == 1) return 1;
        if (double.IsNaN(x) || double.IsNaN(y)) return double.NaN;
        if (y == 1) return x;
        if (y == -1) return 1 / x;

        var odd = Math.Abs(y) < 9007199254740992 && y == Math.Truncate(y) && ((long)y & 1) != 0; // from 2⁵³ on all are even
        var magnitude = Math.Abs(x);
        if (magnitude == 0 || double.IsInfinity(magnitude) || double.IsInfinity(y))
        {
            var result = magnitude == 1 ? 1 : magnitude > 1 == y > 0 ? double.PositiveInfinity : 0;
            return odd ? Math.CopySign(result, x) : result;
        }
        if (x > 0) return y == 0.5 ? Math.Sqrt(x) : PowOfPositive(x, y);
        if (y != Math.Truncate(y)) return double.NaN;
        return odd ? -PowOfPositive(magnitude, y) : PowOfPositive(magnitude, y);
    }

    // ln x needs about eleven bits more than a double has, for the exponential turns absolute into relative errors: the logarithm is a sum of two.
    private static double PowOfPositive(double x, double y)
    {
        var (high, low) = LogInTwo(x);
        var (product, lost) = TwoProduct(y, high);
        if (product > 709.79) return double.PositiveInfinity;
        return product < -745.14 ? 0 : Exp(product, Fma(y, low, lost));
    }

    [MethodImpl(AggressiveInlining)]
    private static (double High, double Low) LogInTwo(double x)
    {
        var (k, f) = Split(x);
        var (s, sLow) = Ratio(f);

        // 2s + s³(2/3 + z(2/5 + …)), z = s²: the first term of the bracket in two parts too
        var (z, zLow) = TwoProduct(s, s);
        zLow = Fma(2 * s, sLow, zLow);
        var q = 2.0 / 25;
        q = Fma(q, z, 2.0 / 23);
        q = Fma(q, z, 2.0 / 21);
        q = Fma(q, z, 2.0 / 19);
        q = Fma(q, z, 2.0 / 17);
        q = Fma(q, z, 2.0 / 15);
        q = Fma(q, z, 2.0 / 13);
        q = Fma(q, z, 2.0 / 11);
        q = Fma(q, z, 2.0 / 9);
        q = Fma(q, z, 2.0 / 7);
        q = Fma(q, z, 2.0 / 5);
        var (bracket, bracketLow) = TwoSum(2.0 / 3, z * q);
        bracketLow += 3.700743415417188e-17; // 2/3 beyond its double

        var (cube, cubeLow) = TwoProduct(s, z);
        cubeLow += Fma(s, zLow, sLow * z);
        var (term, termLow) = TwoProduct(cube, bracket);
        termLow += Fma(cube, bracketLow, cubeLow * bracket);

        var (log, logLow) = TwoSum(2 * s, term);
        var (sum, lost) = TwoSum(k * Ln2High, log);
        return TwoSum(sum, lost + Fma(k, Ln2Low, logLow + Fma(2, sLow, termLow)));
    }
}
