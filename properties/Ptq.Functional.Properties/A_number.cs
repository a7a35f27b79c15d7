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

    [Property(MaxTest = 2000)]
    public bool Has_odd_and_bounded_tangents_and_errors(NormalFloat x) =>
        Elementary.Tanh(-x.Get) == -Elementary.Tanh(x.Get) && Math.Abs(Elementary.Tanh(x.Get)) <= 1 && Elementary.Erf(-x.Get) == -Elementary.Erf(x.Get) && Math.Abs(Elementary.Erf(x.Get)) <= 1;

    [Property(MaxTest = 2000)]
    public bool Is_in_order_with_its_tangent_and_its_error(NormalFloat a, NormalFloat b)
    {
        var (low, high) = (Math.IEEERemainder(Math.Min(a.Get, b.Get), 8), Math.IEEERemainder(Math.Max(a.Get, b.Get), 8));
        (low, high) = (Math.Min(low, high), Math.Max(low, high));
        return high - low < 1e-12 || Elementary.Tanh(low) <= Elementary.Tanh(high) + 1e-15 && Elementary.Erf(low) <= Elementary.Erf(high) + 1e-15;
    }

    [Property(MaxTest = 2000)]
    public bool Comes_back_from_its_inverse(NormalFloat x)
    {
        var y = Math.IEEERemainder(x.Get, 3); // within ±1.5, where every inverse is well conditioned
        bool Near(double back) => Math.Abs(back - y) <= 4e-15 * (1 + Math.Abs(y));
        return Near(Elementary.Asinh(Elementary.Sinh(y))) && Near(Elementary.Atanh(Elementary.Tanh(y))) && Near(Elementary.Atan(Elementary.Tan(y))) && Near(Elementary.Log1p(Elementary.Expm1(y)))
            && Near(Math.CopySign(Elementary.Pow(Elementary.Pow(Math.Abs(y), 3.7), 1 / 3.7), y));
    }

    [Property(MaxTest = 2000)]
    public bool Has_a_sine_and_a_cosine_on_the_unit_circle(NormalFloat x) =>
        Math.Abs(Elementary.Sin(x.Get) * Elementary.Sin(x.Get) + Elementary.Cos(x.Get) * Elementary.Cos(x.Get) - 1) <= 1e-15
        && Math.Abs(Elementary.Sin(2 * x.Get) - 2 * Elementary.Sin(x.Get) * Elementary.Cos(x.Get)) <= 1e-15;

    [Property(MaxTest = 2000)]
    public bool Has_powers_within_a_unit_of_the_platforms(NormalFloat x, NormalFloat y)
    {
        var (b, e) = (Math.Abs(Math.IEEERemainder(x.Get, 100)), Math.IEEERemainder(y.Get, 60));
        return b == 0 || Units(Elementary.Pow(b, e), Math.Pow(b, e)) <= 1;
    }

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
