namespace Ptq.Quantization;

/// <summary>Which arithmetic makes and applies affine parameters.</summary>
public enum AffineRule
{
    /// <summary>ONNX's: real zero points for every grid, float32 scales, the quotient rounded before the zero point is added.</summary>
    Standard,

    /// <summary>The thesis's, with its defects: zero point 0 for signed grids, symmetric ranges over 2^bits − 1 steps, the quotient rounded together with the zero point. For regenerating its tables, nothing else.</summary>
    Thesis,
}
