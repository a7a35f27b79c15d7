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
    public string Name => this switch
    {
        PerTensor => "per_tensor",
        PerChannel => "per_channel",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
