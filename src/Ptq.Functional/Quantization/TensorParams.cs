using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Quantization;

/// <summary>The affine parameters of a whole tensor: one, or one for every index of an axis, all on one grid.</summary>
public sealed record TensorParams
{
    private TensorParams(Granularity granularity, Values<AffineParams> each) => (Granularity, Each) = (granularity, each);

    /// <summary>Per tensor or per channel.</summary>
    public Granularity Granularity { get; }

    /// <summary>The parameters: one, or one an index of the axis.</summary>
    public Values<AffineParams> Each { get; }

    /// <summary>The codes there are.</summary>
    public Grid Grid => Each[0].Grid;

    /// <summary>The same parameters for the whole tensor.</summary>
    public static TensorParams PerTensor(AffineParams all) => new(new Granularity.PerTensor(), [all]);

    /// <summary>Parameters for every index of an axis.</summary>
    /// <exception cref="ArgumentException">There is none, or their grids differ.</exception>
    public static TensorParams PerChannel(int axis, Values<AffineParams> each) => each.Length > 0 && each.AsEnumerable().All(p => p.Grid == each[0].Grid)
        ? new(new Granularity.PerChannel(axis), each)
        : throw new ArgumentException("Per-channel parameters need at least one channel and one grid.", nameof(each));

    /// <summary>The parameters of an index of the axis (any index where there is one pair for all).</summary>
    public AffineParams Of(int channel) => Each[Granularity is Granularity.PerTensor ? 0 : channel];

    /// <summary>Whether the parameters can belong to a tensor of this shape.</summary>
    public bool Fits(Shape shape) => Granularity is not Granularity.PerChannel(var axis) || axis >= 0 && axis < shape.Rank && shape[axis] == Each.Length;
}
