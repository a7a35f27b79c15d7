using Ptq.Engine.Kernels;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>
/// A float32 convolution made ready: y = start + Σ x · w, fused step by step in the order (place in the filter, input channel), along
/// whichever of the two ways fills the vectors better. Both give the same bits.
/// </summary>
internal sealed class FloatConvolution
{
    private readonly DotPlan<float, float>? dot;
    private readonly PlanePlan? plane;

    /// <summary>Packs the weights.</summary>
    /// <param name="input">The layout of an image; channels first.</param>
    /// <param name="filters">[O, C / groups, …].</param>
    /// <param name="groups">How many groups.</param>
    /// <param name="block">The most images that a run takes through the kernel together.</param>
    /// <param name="weight">The filters.</param>
    /// <param name="start">The bias of every output channel; 0 where there is none.</param>
    /// <param name="widest">The widest vectors to use.</param>
    public FloatConvolution(PaddedImage input, Shape filters, int groups, int block, ReadOnlySpan<float> weight, ReadOnlySpan<float> start, VectorWidth widest = VectorWidth.Bits512)
    {
        plane = PlanePlan.Create(input, filters, groups, weight, start, widest);
        dot = plane is null ? DotPlan<float, float>.Create(DotKernels.For(DotKernels.Single, filters[0] / groups, widest), input, filters, groups, block, channelsFirst: false, weight, start) : null;
    }

    /// <summary>The outputs of some images.</summary>
    /// <param name="x">[images, C, …].</param>
    /// <param name="images">How many.</param>
    /// <param name="y">[images, O, …], written.</param>
    public void Run(ReadOnlySpan<float> x, int images, Span<float> y)
    {
        if (plane is not null) plane.Run(x, images, y);
        else DotConvolution.Run(dot!, x, images, y);
    }
}
