using Ptq.Engine.Kernels;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>
/// A convolution made ready for a kernel: where every output position begins, what every step reads, and the weights packed
/// in that order. A linear layer is a 1×1 convolution over a 1×1 image, and then several images share a call.
/// </summary>
internal sealed class DotPlan<TIn, TOut> where TIn : unmanaged where TOut : unmanaged
{
    private readonly int[] positions;
    private readonly int[] steps;
    private readonly TIn[][] weights; // of every group
    private readonly TOut[][] starts;

    private DotPlan(DotKernel<TIn, TOut> kernel, PaddedImage input, int imagesPerCall, int[] positions, int[] steps, TIn[][] weights, TOut[][] starts) =>
        (Kernel, Input, ImagesPerCall, this.positions, this.steps, this.weights, this.starts) = (kernel, input, imagesPerCall, positions, steps, weights, starts);

    public DotKernel<TIn, TOut> Kernel { get; }

    public PaddedImage Input { get; }

    /// <summary>How many images a call takes.</summary>
    public int ImagesPerCall { get; }

    /// <summary>Output positions a call.</summary>
    public int Positions => positions.Length;

    public int Groups => weights.Length;

    /// <summary>Sums a position and group: the output channels of a group, filled up to whole panels.</summary>
    public int Stride => starts[0].Length;

    /// <summary>The padded images of a call, and what the last step may read beyond them.</summary>
    public int BufferLength => ImagesPerCall * Input.Length + Kernel.Depth - 1;

    public int SumsLength => Positions * Stride;

    /// <summary>Packs the weights.</summary>
    /// <param name="kernel">Who will run it.</param>
    /// <param name="input">The layout of the padded input.</param>
    /// <param name="filters">[O, C / groups, kernel rows, kernel columns].</param>
    /// <param name="groups">How many groups.</param>
    /// <param name="block">The most images a run takes.</param>
    /// <param name="channelsFirst">The order of summation: (channel, row, column), else (row, column, channel).</param>
    /// <param name="weight">A weight by output channel and place in its filter.</param>
    /// <param name="start">What the sum of an output channel begins with.</param>
    public static DotPlan<TIn, TOut> Create(DotKernel<TIn, TOut> kernel, PaddedImage input, Shape filters, int groups, int block, bool channelsFirst, Func<int, int, TIn> weight, Func<int, TOut> start)
    {
        var (rows, columns) = (input.Window.Rows.Outputs(input.Image[1]), input.Window.Columns.Outputs(input.Image[2]));
        var imagesPerCall = rows * columns >= DotKernel.Rows ? 1 : block; // a tile stays full
        var positions =
            from image in Enumerable.Range(0, imagesPerCall)
            from i in Enumerable.Range(0, rows)
            from j in Enumerable.Range(0, columns)
            select image * input.Length + i * input.Window.Rows.Stride * input.RowStride + j * input.Window.Columns.Stride * input.ColumnStride;

        var places = Steps(Taps(input, filters, channelsFirst), kernel.Depth);
        var outputs = filters[0] / groups;
        var panels = (outputs + kernel.Lanes - 1) / kernel.Lanes;
        TIn[] Packed(int g) =>
        [
            .. from panel in Enumerable.Range(0, panels)
               from step in places
               from lane in Enumerable.Range(panel * kernel.Lanes, kernel.Lanes)
               from place in step.Weights
               select lane < outputs && place >= 0 ? weight(g * outputs + lane, place) : default,
        ];
        TOut[] Starts(int g) => [.. Enumerable.Range(0, panels * kernel.Lanes).Select(lane => lane < outputs ? start(g * outputs + lane) : default)];

        return new(kernel, input, imagesPerCall, [.. positions], [.. places.Select(p => p.Offset)],
            [.. Enumerable.Range(0, groups).Select(Packed)], [.. Enumerable.Range(0, groups).Select(Starts)]);
    }

    /// <summary>The sums of a group: [position][output channel of the group, filled up].</summary>
    /// <param name="padded">The padded images of a call.</param>
    /// <param name="group">Which group.</param>
    /// <param name="images">How many of the call's images are there.</param>
    /// <param name="sums">Written; <see cref="SumsLength"/> long.</param>
    public void Run(ReadOnlySpan<TIn> padded, int group, int images, Span<TOut> sums) =>
        Kernel.Run(padded[(group * (Input.Image[0] / Groups) * Input.ChannelStride)..], positions.AsSpan(0, Positions / ImagesPerCall * images), steps, weights[group], starts[group], sums);

    /// <summary>Where each tap of a filter reads, in the order of summation, and its place in the filter.</summary>
    private static IEnumerable<(int Offset, int Weight)> Taps(PaddedImage input, Shape filters, bool channelsFirst)
    {
        (int, int) Tap(int c, int r, int s) =>
            (c * input.ChannelStride + r * input.Window.Rows.Dilation * input.RowStride + s * input.Window.Columns.Dilation * input.ColumnStride, (c * filters[2] + r) * filters[3] + s);

        var (channels, rows, columns) = (Enumerable.Range(0, filters[1]), Enumerable.Range(0, filters[2]), Enumerable.Range(0, filters[3]));
        return channelsFirst
            ? from c in channels from r in rows from s in columns select Tap(c, r, s)
            : from r in rows from s in columns from c in channels select Tap(c, r, s);
    }

    /// <summary>Neighbouring inputs share a step, up to the kernel's depth; what is left of a step has no weight (−1).</summary>
    private static List<(int Offset, int[] Weights)> Steps(IEnumerable<(int Offset, int Weight)> taps, int depth)
    {
        var steps = new List<(int Offset, int[] Weights)>();
        var used = depth;
        foreach (var (offset, weight) in taps)
        {
            if (used == depth || offset != steps[^1].Offset + used)
            {
                var places = new int[depth];
                Array.Fill(places, -1);
                steps.Add((offset, places));
                used = 0;
            }
            steps[^1].Weights[used++] = weight;
        }
        return steps;
    }
}
