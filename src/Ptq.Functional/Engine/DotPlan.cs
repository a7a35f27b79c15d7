using Ptq.Engine.Kernels;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>What a tap of a filter reads, from an output's position on, and where its weight lies, from an output's first weight on.</summary>
internal readonly record struct Tap(int Offset, int Weight);

/// <summary>Where the weights of a convolution lie.</summary>
/// <param name="Groups">How many groups.</param>
/// <param name="Group">From group to group.</param>
/// <param name="Outputs">How many outputs a group has.</param>
/// <param name="Output">From output to output.</param>
internal readonly record struct FilterLayout(int Groups, int Group, int Outputs, int Output)
{
    /// <summary>Filters [O, C / groups, …].</summary>
    public static FilterLayout Of(Shape filters, int groups) => new(groups, filters[0] / groups * filters.Stride(0), filters[0] / groups, filters.Stride(0));
}

/// <summary>
/// A convolution made ready for a kernel: where every output position begins, what every step reads, and the weights packed
/// in that order. A linear layer is a 1×1 convolution over a 1×1 image, and then several images share a call.
/// </summary>
internal sealed class DotPlan<TIn, TOut> where TIn : unmanaged where TOut : unmanaged
{
    private const int Tile = 1 << 13; // sums that one run of the kernel leaves: they stay in the cache until they are read

    private readonly int[] positions;
    private readonly int[] steps;
    private readonly TIn[][] weights; // of every group
    private readonly TOut[][] starts;

    /// <summary>Packs the weights.</summary>
    /// <param name="kernel">Who will run it.</param>
    /// <param name="input">The layout of the padded input.</param>
    /// <param name="imagesPerCall">How many images the positions span.</param>
    /// <param name="positions">Where every output position begins.</param>
    /// <param name="taps">A filter's taps in the order of summation.</param>
    /// <param name="filters">Where the weights lie.</param>
    /// <param name="weight">The weights.</param>
    /// <param name="start">What the sum of every output channel begins with; 0 where there is none.</param>
    public DotPlan(DotKernel<TIn, TOut> kernel, PaddedImage input, int imagesPerCall, int[] positions, Tap[] taps, FilterLayout filters, ReadOnlySpan<TIn> weight, ReadOnlySpan<TOut> start)
    {
        (Kernel, Input, ImagesPerCall, this.positions, Outputs) = (kernel, input, imagesPerCall, positions, filters.Outputs);
        (steps, var places) = Steps(taps, kernel.Depth);
        (weights, starts) = (new TIn[filters.Groups][], new TOut[filters.Groups][]);
        for (var g = 0; g < filters.Groups; g++)
        {
            weights[g] = Packing.Panels(weight[(g * filters.Group)..], places, filters.Output, filters.Outputs, kernel.Lanes, kernel.Depth);
            starts[g] = Packing.Lanes(start.IsEmpty ? new TOut[filters.Outputs] : start.Slice(g * filters.Outputs, filters.Outputs), kernel.Lanes);
        }
        GroupStride = input.Image[0] / filters.Groups * input.ChannelStride;
        PositionsPerRun = Math.Min(positions.Length, imagesPerCall == 1 ? Math.Max(Tile / Stride / DotKernel.Tiles, 1) * DotKernel.Tiles : Math.Max(positions.Length, 8 * DotKernel.Rows));
    }

    /// <summary>The plan of an ordinary convolution.</summary>
    /// <param name="kernel">Who will run it.</param>
    /// <param name="input">The layout of the padded input.</param>
    /// <param name="filters">[O, C / groups, …].</param>
    /// <param name="groups">How many groups.</param>
    /// <param name="block">The most images a run takes.</param>
    /// <param name="channelsFirst">The order of summation: (channel, row, column), else (row, column, channel).</param>
    /// <param name="weight">The filters.</param>
    /// <param name="start">What the sum of every output channel begins with; 0 where there is none.</param>
    public static DotPlan<TIn, TOut> Create(DotKernel<TIn, TOut> kernel, PaddedImage input, Shape filters, int groups, int block, bool channelsFirst, ReadOnlySpan<TIn> weight, ReadOnlySpan<TOut> start)
    {
        var outputs = Taps.Outputs(input);
        var imagesPerCall = DotPlan.TakesOneImage(outputs.Aggregate(1L, (count, length) => count * length)) ? 1 : block;
        int[] steps = [input.Length, .. input.Axes.AsEnumerable().Select((axis, i) => outputs[i] > 1 ? axis.Stride * input.Strides[i] : 0)];
        var positions = Lattice.Of([imagesPerCall, .. outputs], steps);
        return new(kernel, input, imagesPerCall, positions, Taps.Of(input, filters, channelsFirst), FilterLayout.Of(filters, groups), weight, start);
    }

    public DotKernel<TIn, TOut> Kernel { get; }

    public PaddedImage Input { get; }

    /// <summary>How many images a call takes.</summary>
    public int ImagesPerCall { get; }

    /// <summary>Output positions a call.</summary>
    public int Positions => positions.Length;

    /// <summary>The most positions that a run should take.</summary>
    public int PositionsPerRun { get; }

    public int Groups => weights.Length;

    /// <summary>Output channels of a group.</summary>
    public int Outputs { get; }

    /// <summary>Sums a position and group: the output channels of a group, filled up to whole panels.</summary>
    public int Stride => starts[0].Length;

    /// <summary>The bytes of the packed weights and of what sums begin with.</summary>
    public long PackedBytes => weights.Sum(group => (long)Buffer.ByteLength(group)) + starts.Sum(group => (long)Buffer.ByteLength(group));

    /// <summary>How many positions and outputs are summed at once.</summary>
    public (int Positions, int Outputs) TileSize => Kernel.Tile(PositionsPerRun, Stride / Kernel.Lanes);

    /// <summary>The padded images of a call, and what the last step may read beyond them.</summary>
    public int BufferLength => ImagesPerCall * Input.Length + Kernel.Reach - 1;

    /// <summary>The sums of a run.</summary>
    public int SumsLength => PositionsPerRun * Stride;

    private int GroupStride { get; }

    /// <summary>The sums of a group: [position][output channel of the group, filled up].</summary>
    /// <param name="padded">The padded images of a call.</param>
    /// <param name="group">Which group.</param>
    /// <param name="first">The first position.</param>
    /// <param name="count">How many positions.</param>
    /// <param name="sums">Written; count · <see cref="Stride"/> long.</param>
    public void Run(ReadOnlySpan<TIn> padded, int group, int first, int count, Span<TOut> sums) =>
        Kernel.Run(padded[(group * GroupStride)..], positions.AsSpan(first, count), steps, weights[group], starts[group], sums);

    /// <summary>The codes of a group, requantized while the sums are in registers; where <see cref="Requantizes"/>.</summary>
    /// <param name="padded">The padded images of a call.</param>
    /// <param name="group">Which group.</param>
    /// <param name="at">Where every output position begins: some of <see cref="Places"/>.</param>
    /// <param name="requantizer">The arithmetic of all channels.</param>
    /// <param name="codes">[position][stride] from the group's first channel on, written.</param>
    /// <param name="stride">From position to position in the codes.</param>
    /// <param name="pooled">Whether four positions are a window, of which the largest code is wanted.</param>
    public void Run(ReadOnlySpan<TIn> padded, int group, ReadOnlySpan<int> at, Requantizer.Float32 requantizer, Span<short> codes, int stride, bool pooled) =>
        Kernel.Codes!(padded[(group * GroupStride)..], at, steps, weights[group], (int[])(object)starts[group], requantizer, group * Outputs, codes, stride, pooled);

    /// <summary>Whether a kernel can requantize: there is one, all lanes are outputs, and the arithmetic is one that vectors follow.</summary>
    public bool Requantizes(Requantizer requantizer) => Kernel.Codes is not null && Stride == Outputs && CodeFinish.Takes(requantizer);

    /// <summary>Where every output position of a call begins.</summary>
    public ReadOnlySpan<int> Places => positions;

    /// <summary>Neighbouring inputs share a step, up to the kernel's depth; what is left of a step has no weight (−1).</summary>
    private static (int[] Offsets, int[] Weights) Steps(Tap[] taps, int depth)
    {
        var (offsets, weights, used) = (new List<int>(taps.Length), new List<int>(taps.Length * depth), depth);
        foreach (var (offset, weight) in taps)
        {
            if (used == depth || offset != offsets[^1] + used)
            {
                offsets.Add(offset);
                for (var i = 0; i < depth; i++) weights.Add(-1);
                used = 0;
            }
            weights[weights.Count - depth + used++] = weight;
        }
        return ([.. offsets], [.. weights]);
    }
}

/// <summary>What plans of all types have in common.</summary>
internal static class DotPlan
{
    /// <summary>Whether so many output positions of an image fill a tile of the kernel; else several images share a call.</summary>
    public static bool TakesOneImage(long positions) => positions >= DotKernel.Rows;
}

/// <summary>The walk of an ordinary convolution.</summary>
internal static class Taps
{
    /// <summary>How many outputs there are along each axis behind the channels.</summary>
    public static int[] Outputs(PaddedImage input) => [.. input.Axes.AsEnumerable().Select((axis, i) => axis.Outputs(input.Image[i + 1]))];

    /// <summary>The taps of filters [O, C / groups, …] in the order of summation.</summary>
    public static Tap[] Of(PaddedImage input, Shape filters, bool channelsFirst)
    {
        int[] steps = [.. input.Axes.AsEnumerable().Select((axis, i) => axis.Kernel > 1 ? axis.Dilation * input.Strides[i] : 0)];
        return Of(Lattice.Of(filters.Lengths.Span[2..], steps), filters[1], input.ChannelStride, filters.Stride(1), channelsFirst);
    }

    /// <summary>The taps of filters with so many channels.</summary>
    /// <param name="offsets">What every place of a filter reads, channel 0, in C order.</param>
    /// <param name="channels">How many channels.</param>
    /// <param name="channelStride">From channel to channel in the input.</param>
    /// <param name="weightStride">From channel to channel in the weights.</param>
    /// <param name="channelsFirst">The order of summation: (channel, place), else (place, channel).</param>
    public static Tap[] Of(ReadOnlySpan<int> offsets, int channels, int channelStride, int weightStride, bool channelsFirst)
    {
        var taps = new Tap[channels * offsets.Length];
        var at = 0;
        if (channelsFirst)
            for (var c = 0; c < channels; c++)
                for (var place = 0; place < offsets.Length; place++) taps[at++] = new(offsets[place] + c * channelStride, c * weightStride + place);
        else
            for (var place = 0; place < offsets.Length; place++)
                for (var c = 0; c < channels; c++) taps[at++] = new(offsets[place] + c * channelStride, c * weightStride + place);
        return taps;
    }
}
