namespace Ptq.Engine;

/// <summary>How a float convolution or linear layer accumulates. Each is a fixed order, so each gives one result on every machine.</summary>
public enum FloatArithmetic
{
    /// <summary>float32: the bias first, then fused multiply-adds in the order (kernel row, kernel column, input channel).</summary>
    Float32,

    /// <summary>
    /// double: exact products added in the order (input channel, kernel row, kernel column), rounded once to float32, then
    /// + bias in float32. The thesis's FP32 pass.
    /// </summary>
    Float64,
}
