using Ptq.Numerics;

namespace Ptq.Quantization;

/// <summary>How many parameters a tensor has: one pair for all of it, or one for every index of an axis.</summary>
public abstract record Granularity
{
    private Granularity() { }

    /// <summary>One scale and zero point for the whole tensor.</summary>
    public sealed record PerTensor : Granularity;

    /// <summary>A scale and zero point for every index of an axis (0 = the output channel of a weight tensor).</summary>
    /// <param name="Axis">The axis, from 0.</param>
    public sealed record PerChannel(int Axis) : Granularity;

    /// <summary>The name that tables use: per_tensor or per_channel.</summary>
    public string Name => this is PerTensor ? "per_tensor" : "per_channel";
}

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
