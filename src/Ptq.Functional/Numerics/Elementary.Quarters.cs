using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Numerics;

public static partial class Elementary
{
    /// <summary>x = quarter · π/2 + r + c, |r| ≤ about π/4, c what r lost; the quarter modulo 4. NaN where x is not finite.</summary>
    /// <remarks>Cody and Waite's subtraction where the multiple has 20 bits, Payne and Hanek's product with a window of 2/π beyond (SIGNUM Newsletter 18, 1983).</remarks>
    [MethodImpl(AggressiveInlining)]
    private static (int Quarter, double R, double C) Quarters(double x)
    {
        if (!(Math.Abs(x) < 1e6)) return FarQuarters(x);
        var k = Math.Round(x * 0.6366197723675814);

        // π/2 = 33 bits + 33 bits + a double: both products are exact
        var high = Fma(-k, 1.5707963267341256, x);
        var (sum, lost) = TwoSum(high, -k * 6.077100506303966e-11);
        var (r, c) = TwoSum(sum, Fma(-k, 2.0222662487959506e-21, lost));
        return ((int)k & 3, r, c);
    }

    private static (int Quarter, double R, double C) FarQuarters(double x)
    {
        if (!double.IsFinite(x)) return (0, double.NaN, double.NaN);

        // |x| = m · 2ᵉ. Bits of 2/π whose weight times 2ᵉ is a multiple of 4 do not matter, so 192 bits from there on: the product modulo 2¹⁹² is x · 2/π modulo 4.
        var bits = BitConverter.DoubleToInt64Bits(Math.Abs(x));
        var m = (ulong)(bits & 0xFFFFFFFFFFFFF | 1L << 52);
        var start = (int)(bits >> 52) - 1075 - 2;
        var low = (UInt128)m * Window(start + 128);
        var middle = (UInt128)m * Window(start + 64) + (low >> 64);
        var high = m * Window(start) + (ulong)(middle >> 64);

        // Two bits before the point, the rest behind it; the fraction goes to [−½, ½).
        var fraction = (Int128)(new UInt128(high, (ulong)middle) << 2 | (ulong)low >> 62);
        var quarter = (int)(high >> 62) + (fraction < 0 ? 1 : 0);
        fraction >>= 1; // so that its double fits again
        var head = (double)fraction;
        var tail = Math.ScaleB((double)(fraction - (Int128)head), -127);
        head = Math.ScaleB(head, -127);
        var (r, lost) = TwoProduct(head, HalfPi);
        (r, var c) = TwoSum(r, lost + Fma(head, HalfPiLow, tail * HalfPi));
        return x < 0 ? (-quarter & 3, -r, -c) : (quarter & 3, r, c);
    }

    /// <summary>64 bits of 2/π, the first of weight 2^(−1 − start); those before the point are 0.</summary>
    private static ulong Window(int start)
    {
        var (word, shift) = (start >> 6, start & 63);
        return shift == 0 ? Word(word) : Word(word) << shift | Word(word + 1) >> 64 - shift;
    }

    private static ulong Word(int i) => i < 0 ? 0 : TwoOverPi[i];

    /// <summary>The bits of 2/π.</summary>
    private static ReadOnlySpan<ulong> TwoOverPi =>
    [
        0xA2F9836E4E441529, 0xFC2757D1F534DDC0, 0xDB6295993C439041, 0xFE5163ABDEBBC561, 0xB7246E3A424DD2E0,
        0x06492EEA09D1921C, 0xFE1DEB1CB129A73E, 0xE88235F52EBB4484, 0xE99C7026B45F7E41, 0x3991D639835339F4,
        0x9C845F8BBDF9283B, 0x1FF897FFDE05980F, 0xEF2F118B5A0A6D1F, 0x6D367ECF27CB09B7, 0x4F463F669E5FEA2D,
        0x7527BAC7EBE5F17B, 0x3D0739F78A5292EA, 0x6BFB5FB11F8D5D08, 0x56033046FC7B6BAB, 0xF0CFBC209AF4361D,
    ];
}
