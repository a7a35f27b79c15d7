using Ptq.Numerics;

namespace Ptq.Quantization;

/// <summary>The exact quotient a·b/c of three normal positive float32 scales, as Numerator / Denominator · 2^Exponent.</summary>
/// <param name="Numerator">2⁴⁶ to 2⁴⁸: the product of two mantissas of 24 bits.</param>
/// <param name="Denominator">2²³ to 2²⁴.</param>
/// <param name="Exponent">The power of two left over.</param>
internal readonly record struct ExactFactor(long Numerator, int Denominator, int Exponent)
{
    /// <summary>a·b/c.</summary>
    public static ExactFactor Of(float a, float b, float c)
    {
        var ((ma, ea), (mb, eb), (mc, ec)) = (Split(a), Split(b), Split(c));
        return new((long)ma * mb, mc, ea + eb - ec);
    }

    /// <summary>value · factor to the nearest integer, ties to even, without any rounding before; beyond ±2²² saturated to ±2⁶².</summary>
    public long Times(int value)
    {
        var product = (Int128)value * Numerator; // 0, or 2⁴⁶ to 2⁷⁹ in magnitude
        return Exponent switch
        {
            _ when value == 0 => 0,
            >= 0 => value < 0 ? -1L << 62 : 1L << 62, // at least 2⁴⁶ / 2²⁴
            < -57 => 0, // below 2⁷⁹ / 2²³ / 2⁵⁷, a half
            _ => (long)Int128.Clamp(Rounding.DivideHalfToEven(product, (Int128)Denominator << -Exponent), -1L << 62, 1L << 62),
        };
    }

    private static (int Mantissa, int Exponent) Split(float x)
    {
        var exponent = MathF.ILogB(x) - 23;
        return ((int)MathF.ScaleB(x, -exponent), exponent);
    }
}
