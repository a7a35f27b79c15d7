using Ptq.Numerics;

namespace Ptq.Quantization;

/// <summary>How reals become codes in the kernels of <see cref="Contract.MlasFloat32"/> that convert to INT32 before they clamp.</summary>
internal static class Int32Codes
{
    /// <summary>rne(x) clamped to codes. What INT32 does not hold, NaN among it, becomes INT32's least number on x86, and so the lowest code whatever its sign.</summary>
    public static int Of(float x, int low, int high) => Rounding.HalfToEven(x) is >= int.MinValue and < -(float)int.MinValue and var rounded ? (int)Math.Clamp(rounded, low, high) : low;
}

/// <summary>
/// The code of a + b under <see cref="Contract.MlasFloat32"/>, as QLinearAdd computes it with AVX2: with r_a = s_a / s_y and r_b = s_b / s_y, all in float32,
/// rne(fma(a_q, r_a, fma(b_q, r_b, z_y − fma(r_a, z_a, r_b · z_b)))).
/// </summary>
internal readonly record struct CodeSum
{
    /// <summary>The sum of codes with these parameters.</summary>
    public CodeSum((float Scale, int Zero) a, (float Scale, int Zero) b, (float Scale, int Zero) y, int low, int high)
    {
        (A, B, Low, High) = (a.Scale / y.Scale, b.Scale / y.Scale, low, high);
        Start = y.Zero - MathF.FusedMultiplyAdd(A, a.Zero, B * b.Zero);
    }

    /// <summary>r_a.</summary>
    public float A { get; }

    /// <summary>r_b.</summary>
    public float B { get; }

    /// <summary>What the codes' products are added to.</summary>
    public float Start { get; }

    /// <summary>The lowest code.</summary>
    public int Low { get; }

    /// <summary>The highest code.</summary>
    public int High { get; }

    /// <summary>The code.</summary>
    public int Of(int aCode, int bCode) => Int32Codes.Of(MathF.FusedMultiplyAdd(aCode, A, MathF.FusedMultiplyAdd(bCode, B, Start)), Low, High);
}
