namespace Ptq.Numerics;

/// <summary>The roundings that quantization uses, by name, so that no call site rounds by habit.</summary>
public static class Rounding
{
    /// <summary>To the nearest integer, ties to the even one (IEEE 754 roundTiesToEven): ONNX, NumPy and the ONNX Runtime.</summary>
    public static float HalfToEven(float x) => MathF.Round(x, MidpointRounding.ToEven);

    /// <inheritdoc cref="HalfToEven(float)"/>
    public static double HalfToEven(double x) => Math.Round(x, MidpointRounding.ToEven);

    /// <summary>value ÷ 2^<paramref name="shift"/> to the nearest integer, ties upwards: one rounding, as fixed-point hardware does it.</summary>
    /// <param name="value">The dividend; its magnitude is at most 2⁶².</param>
    /// <param name="shift">1 to 62.</param>
    public static long ShiftHalfUp(long value, int shift) => (value + (1L << shift - 1)) >> shift;

    /// <summary>numerator ÷ denominator to the nearest integer, exactly, ties to the even one.</summary>
    /// <param name="numerator">Any sign; its magnitude is below 2¹²⁶.</param>
    /// <param name="denominator">1 to 2¹²⁵.</param>
    public static Int128 DivideHalfToEven(Int128 numerator, Int128 denominator)
    {
        var (floor, rest) = Int128.DivRem(numerator, denominator);
        if (rest < 0) (floor, rest) = (floor - 1, rest + denominator);
        var twice = rest << 1;
        return twice > denominator || twice == denominator && !Int128.IsEvenInteger(floor) ? floor + 1 : floor;
    }
}
