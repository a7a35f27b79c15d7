using Ptq.Engine.Kernels;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>
/// A convolution of 8-bit codes with exact INT32 sums (modulo 2³²): codes less their zero points, as 16-bit integers with channels last,
/// so that a step of the kernel takes two channels.
/// </summary>
internal sealed class IntegerConvolution
{
    private readonly DotPlan<short, int> plan;

    /// <summary>Centres and packs the weights.</summary>
    /// <param name="input">The layout of an image; channels last.</param>
    /// <param name="filters">[O, C / groups, …].</param>
    /// <param name="groups">How many groups.</param>
    /// <param name="block">The most images that share a run where each has few positions.</param>
    /// <param name="weight">The codes of the filters.</param>
    /// <param name="zeros">Their zero points: one, or one an output channel.</param>
    /// <param name="bias">What the sum of every output channel begins with; 0 where there is none.</param>
    public IntegerConvolution(PaddedImage input, Shape filters, int groups, int block, ReadOnlySpan<long> weight, ReadOnlySpan<long> zeros, ReadOnlySpan<long> bias)
    {
        var centred = new short[weight.Length];
        var filter = filters.Stride(0);
        for (var o = 0; o < filters[0]; o++) Codes.Centre(weight.Slice(o * filter, filter), zeros[zeros.Length == 1 ? 0 : o], centred.AsSpan(o * filter, filter));
        var start = new int[filters[0]];
        for (var o = 0; o < bias.Length; o++) start[o] = (int)bias[o];
        plan = Plan(input, filters, groups, block, centred, start, VectorWidth.Bits512);
    }

    /// <summary>The plan of a convolution of centred codes: where every channel has one filter, all channels are one group of a kernel of their own.</summary>
    /// <param name="input">The layout of an image; channels last.</param>
    /// <param name="filters">[O, C / groups, …].</param>
    /// <param name="groups">How many groups.</param>
    /// <param name="block">The most images that share a run where each has few positions.</param>
    /// <param name="weight">The filters.</param>
    /// <param name="start">What the sum of every output channel begins with.</param>
    /// <param name="widest">The widest vectors to use.</param>
    public static DotPlan<short, int> Plan(PaddedImage input, Shape filters, int groups, int block, ReadOnlySpan<short> weight, ReadOnlySpan<int> start, VectorWidth widest)
    {
        var depthwise = groups > 1 && filters[0] == groups && filters[1] == 1;
        var kernel = depthwise ? DotKernels.For(ChannelKernel.All, groups, widest) : DotKernels.For(DotKernels.Int16, filters[0] / groups, widest);
        return DotPlan<short, int>.Create(kernel, input, filters, depthwise ? 1 : groups, block, channelsFirst: false, weight, start);
    }

    /// <summary>The sums of some images, each handed on to be written.</summary>
    /// <param name="x">The codes [images, C, …].</param>
    /// <param name="zero">Their zero point, which padding has too.</param>
    /// <param name="images">How many.</param>
    /// <param name="y">[images, O, …], written.</param>
    /// <param name="finish">Writes sums.</param>
    public void Run(ReadOnlySpan<long> x, long zero, int images, Span<long> y, DotConvolution.Finish<int, long> finish) => DotConvolution.Run(plan, x, images, y, (layout, image, padded) =>
    {
        var (channels, length) = (layout.Image[0], layout.LineLength / layout.Image[0]);
        for (var line = 0; line < layout.Lines; line++)
            for (var c = 0; c < channels; c++)
                Codes.Deal(image.Slice((c * layout.Lines + line) * length, length), zero, channels, padded[(layout.LineStart(line) + c)..]);
    }, finish);
}
