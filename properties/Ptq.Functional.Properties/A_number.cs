using System.Numerics;
using FsCheck;
using Ptq.Numerics;
using Ptq.Properties.Framework;
using Ptq.Quantization;

namespace Ptq.Properties;

public class A_number
{
    [Property(MaxTest = 2000)]
    public bool Has_an_exponential_within_a_unit_of_the_platforms(NormalFloat x)
    {
        var bounded = Math.IEEERemainder(x.Get, 700);
        return Units(Elementary.Exp(bounded), Math.Exp(bounded)) <= 1;
    }

    [Property(MaxTest = 2000)]
    public bool Has_a_logarithm_within_a_unit_of_the_platforms(NormalFloat x) => x.Get == 0 || Units(Elementary.Log(Math.Abs(x.Get)), Math.Log(Math.Abs(x.Get))) <= 1;

    [Property(MaxTest = 1000)]
    public bool Is_in_order_with_its_exponential(NormalFloat a, NormalFloat b) => Elementary.Exp(Math.Min(a.Get, b.Get)) <= Elementary.Exp(Math.Max(a.Get, b.Get));

    [Property(MaxTest = 1000)]
    public bool Shifts_to_the_nearest_integer_with_ties_upwards(long value, byte by)
    {
        var (bounded, shift) = (value % (1L << 62), by % 62 + 1);
        var twice = 2 * (BigInteger)bounded - 2 * (BigInteger)Rounding.ShiftHalfUp(bounded, shift) * BigInteger.Pow(2, shift); // 2(v − q·2ˢ) in [−2ˢ, 2ˢ)
        return twice >= -BigInteger.Pow(2, shift) && twice < BigInteger.Pow(2, shift);
    }

    [Property(MaxTest = 1000)]
    public bool Divides_to_the_nearest_integer_with_ties_to_even(long numerator, int denominator)
    {
        var d = Math.Abs((long)denominator) + 1;
        var q = Rounding.DivideHalfToEven(numerator, d);
        var distance = Int128.Abs(2 * (numerator - q * d));
        return distance < d || distance == d && Int128.IsEvenInteger(q);
    }

    [Property(MaxTest = 1000)]
    public bool Has_a_fixed_point_form_within_half_a_unit_of_31_bits(NormalFloat x)
    {
        var factor = Math.Clamp(Math.Abs(x.Get), 1e-30, 1e30);
        var q = FixedPointFactor.Of(factor);
        return q.Mantissa >= 1 << 30 && Math.Abs(Math.ScaleB(q.Mantissa, q.Exponent - 31) - factor) <= Math.ScaleB(0.5, q.Exponent - 31);
    }

    private static long Units(double a, double b) => a == b ? 0 : Math.Abs(BitConverter.DoubleToInt64Bits(a) - BitConverter.DoubleToInt64Bits(b));
}
