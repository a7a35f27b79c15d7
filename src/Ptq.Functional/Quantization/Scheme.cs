using Ptq.Numerics;

namespace Ptq.Quantization;

/// <summary>How a weight tensor is quantized.</summary>
/// <param name="Granularity">Per tensor or per channel.</param>
/// <param name="Symmetric">Whether the range is made symmetric around 0, which makes the zero point the grid's middle.</param>
public sealed record Scheme(Granularity Granularity, bool Symmetric)
{
    /// <summary>Per output channel, symmetric: what a deployed network uses.</summary>
    public static Scheme PerChannelSymmetric { get; } = new(new Granularity.PerChannel(0), true);

    /// <summary>Per output channel, with zero points.</summary>
    public static Scheme PerChannelAsymmetric { get; } = new(new Granularity.PerChannel(0), false);

    /// <summary>One symmetric range.</summary>
    public static Scheme PerTensorSymmetric { get; } = new(new Granularity.PerTensor(), true);

    /// <summary>One range with a zero point.</summary>
    public static Scheme PerTensorAsymmetric { get; } = new(new Granularity.PerTensor(), false);

    /// <summary>The full product of granularity and symmetry, in the order in which a tie is decided.</summary>
    public static Values<Scheme> Product { get; } = [PerChannelSymmetric, PerChannelAsymmetric, PerTensorSymmetric, PerTensorAsymmetric];

    /// <summary>The three candidates that the thesis's tables were made with, in its order.</summary>
    public static Values<Scheme> ThesisCandidates { get; } = [PerChannelSymmetric, PerTensorSymmetric, PerTensorAsymmetric];
}
