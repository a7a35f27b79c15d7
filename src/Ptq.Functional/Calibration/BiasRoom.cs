using Ptq.Numerics;
using Ptq.Quantization;

namespace Ptq.Calibration;

/// <summary>
/// Room for INT32 biases. A bias is a multiple of s_x·s_w[c]: where the weights of a channel are nearly zero and its bias is not,
/// the multiple leaves INT32. The remedy is a larger weight scale for that channel, which costs nothing, for weights
/// so small beside the bias decide nothing.
/// </summary>
public static class BiasRoom
{
    /// <summary>The largest bias in steps of s_x·s_w. It leaves room for the products, and for an input scale that a search makes eight times smaller.</summary>
    private const double Largest = 1 << 27;

    /// <summary>The same parameters, their scales raised where a bias would be more than 2²⁷ steps, and by no more than that takes.</summary>
    /// <param name="weights">Per tensor or per output channel.</param>
    /// <param name="bias">One an output channel, finite.</param>
    /// <param name="inputScale">s_x.</param>
    public static TensorParams For(TensorParams weights, Values<float> bias, double inputScale)
    {
        AffineParams Raised(AffineParams p, double magnitude) => magnitude / (inputScale * p.Scale) <= Largest ? p
            : AffineParams.Of(MathF.Min(float.MaxValue, MathF.BitIncrement((float)(magnitude / (inputScale * Largest)))), p.ZeroPoint, p.Grid);

        return weights.Granularity is Granularity.PerChannel(var axis)
            ? TensorParams.PerChannel(axis, Values.From(Enumerable.Range(0, weights.Each.Length).Select(c => Raised(weights.Of(c), Math.Abs(bias[c])))))
            : TensorParams.PerTensor(Raised(weights.Of(0), bias.AsEnumerable().Select(Math.Abs).DefaultIfEmpty(0).Max()));
    }
}
