namespace Ptq.Quantization;

/// <summary>
/// How an INT32 accumulator becomes a code. With s_x, s_w[c] and s_y the scales of input, weights and output, z the output's
/// zero point and rne rounding half to even; the result is clamped to the output's codes.
/// </summary>
public enum Contract
{
    /// <summary>rne(f32(acc) · f32(M)) + z, with M = s_x·s_w/s_y in double, rounded once, per tensor, and in float32 at each step per channel.</summary>
    Thesis,

    /// <summary>rne of the exact quotient acc·s_x·s_w/s_y, then + z: what ONNX's text says of QLinearConv.</summary>
    OnnxSpec,

    /// <summary>rne(f32(acc) · M) + z with M = f32(f32(s_x·s_w)/s_y): the ONNX Runtime's kernels (MLAS). The library's default.</summary>
    MlasFloat32,

    /// <summary>(acc·q + 2^(30−e)) &gt;&gt; (31−e), + z, with s_x·s_w/s_y = q·2^(e−31) and q of 31 bits: integers only, one rounding, half up.</summary>
    FixedPoint,
}

/// <summary>What follows from a contract.</summary>
public static class Contracts
{
    extension(Contract contract)
    {
        /// <summary>The arithmetic by which reals become codes.</summary>
        public AffineRule Rule => contract == Contract.Thesis ? AffineRule.Thesis : AffineRule.Standard;
    }
}
