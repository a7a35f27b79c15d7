using Ptq.Calibration;
using Ptq.Quantization;

namespace Ptq.Deployment;

/// <summary>How a network is quantized.</summary>
/// <param name="Weights">Per tensor or per channel (of whichever axis has the output channels), symmetric.</param>
/// <param name="Activations">The codes of activations.</param>
/// <param name="Range">How the range of an activation follows from its histogram.</param>
public sealed record QuantizationOptions(Scheme Weights, ActivationScheme Activations, RangeRule Range)
{
    /// <summary>Symmetric weights per channel, u8 activations from min to max.</summary>
    public static QuantizationOptions Default { get; } = new(Scheme.PerChannelSymmetric, ActivationScheme.UInt8, new RangeRule.MinMax());

    /// <summary>
    /// The codes of weights, of INT8 type in the file: s8, or signed ones of fewer bits. With 7, a sum of two products with u8 fits int16: kernels that saturate there
    /// (the ONNX Runtime's on AVX2 without VNNI) are exact.
    /// </summary>
    public Grid WeightGrid { get; init; } = Grid.Int8;
}
