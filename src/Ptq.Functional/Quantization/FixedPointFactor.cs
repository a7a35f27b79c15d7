using Ptq.Numerics;

namespace Ptq.Quantization;

/// <summary>A positive real factor as Mantissa · 2^(Exponent − 31), with a mantissa of 31 bits: 2³⁰ ≤ Mantissa &lt; 2³¹.</summary>
/// <param name="Mantissa">The leading 31 bits, rounded.</param>
/// <param name="Exponent">The power of two above the factor.</param>
internal readonly record struct FixedPointFactor(int Mantissa, int Exponent)
{
    /// <summary>The nearest such number to a positive finite double.</summary>
    public static FixedPointFactor Of(double factor)
    {
        var exponent = Math.ILogB(factor) + 1;
        var mantissa = (long)Rounding.HalfToEven(Math.ScaleB(factor, 31 - exponent));
        return mantissa == 1L << 31 ? new(1 << 30, exponent + 1) : new((int)mantissa, exponent);
    }

    /// <summary>value · factor to the nearest integer, ties upwards, rounded once; saturated to 64 bits.</summary>
    public long Times(int value)
    {
        var product = (long)value * Mantissa; // below 2⁶² in magnitude
        var shift = 31 - Exponent;
        return shift switch
        {
            > 62 => 0, // the product is at most a half
            >= 1 => Rounding.ShiftHalfUp(product, shift),
            > -64 => (long)Int128.Clamp((Int128)product << -shift, long.MinValue, long.MaxValue),
            _ => product == 0 ? 0 : product < 0 ? long.MinValue : long.MaxValue,
        };
    }
}
