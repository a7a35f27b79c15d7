namespace Ptq.Quantization;

/// <summary>
/// The code of a · b under <see cref="Contract.MlasFloat32"/>, as QLinearMul computes it on x86: rne(f32(f32((a_q − z_a) · (b_q − z_b)) · r) + z_y)
/// with r = f32(f32(s_a · s_b) / s_y); sum and product are rounded apart.
/// </summary>
internal readonly record struct CodeProduct
{
    private readonly float ratio;
    private readonly int a, b, y, low, high;

    /// <summary>The product of codes with these parameters.</summary>
    public CodeProduct((float Scale, int Zero) a, (float Scale, int Zero) b, (float Scale, int Zero) y, int low, int high) =>
        (ratio, this.a, this.b, this.y, this.low, this.high) = (a.Scale * b.Scale / y.Scale, a.Zero, b.Zero, y.Zero, low, high);

    /// <summary>The code.</summary>
    public int Of(int aCode, int bCode) => Int32Codes.Of((aCode - a) * (bCode - b) * ratio + y, low, high);
}
