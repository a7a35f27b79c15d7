using System.Runtime.CompilerServices;
using Ptq.Engine.Kernels;
using Ptq.Numerics;
using Ptq.Tensors;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine;

/// <summary>
/// A float convolution that takes one filter at a time along whole planes. The padded planes are split by the remainder of every
/// index on division by the stride, so that neighbouring outputs read neighbouring inputs whatever the stride; along a plane the
/// outputs of all rows are then one line, and what lies between the rows is computed and thrown away.
/// </summary>
internal sealed class PlanePlan
{
    private readonly PlaneKernel kernel;
    private readonly PaddedImage input;
    private readonly int channels; // of a group
    private readonly int channelStride;
    private readonly int[] lines;   // where the lines of a channel go
    private readonly int[] rows;    // where the rows of outputs begin along a plane
    private readonly int rowLength;
    private readonly int count;     // along a plane, from the first output to the last
    private readonly (int Stride, int Before, int Phase) columns;
    private readonly int[] steps;
    private readonly float[] weights; // [output][step]
    private readonly float[] starts;
    private readonly int groups;

    private PlanePlan(PlaneKernel kernel, PaddedImage input, Shape filters, int groups)
    {
        (this.kernel, this.input, this.groups, channels) = (kernel, input, groups, filters[1]);
        var axes = input.Axes.Span;
        int[] padded = [.. input.Axes.AsEnumerable().Select((axis, i) => (int)axis.Padded(input.Image[i + 1]))];
        int[] lengths = [.. input.Axes.AsEnumerable().Select((axis, i) => (padded[i] + axis.Stride - 1L) / axis.Stride).Select(length => (int)length)];
        int[] phases = [.. input.Axes.AsEnumerable().Select((axis, i) => Math.Min(axis.Stride, padded[i]))]; // no index has a larger remainder
        var within = Lattice.Strides(lengths);
        var between = Lattice.Strides(phases, within[0] * lengths[0]);
        channelStride = between[0] * phases[0];

        // Where an index of the padded axis goes, for every axis.
        int[] Places(int axis, IEnumerable<long> indices) => [.. indices.Select(index => (int)(index % axesOf(axis).Stride) * between[axis] + (int)(index / axesOf(axis).Stride) * within[axis])];
        Model.WindowAxis axesOf(int axis) => input.Axes[axis];

        lines = Sums([.. Enumerable.Range(0, axes.Length - 1).Select(a => Places(a, Enumerable.Range(0, input.Image[a + 1]).Select(i => (long)i + axesOf(a).Before)))]);
        var offsets = Sums([.. Enumerable.Range(0, axes.Length).Select(a => Places(a, Enumerable.Range(0, axesOf(a).Kernel).Select(t => (long)t * axesOf(a).Dilation)))]);
        steps = [.. Taps.Of(offsets, channels, channelStride, 0, channelsFirst: false).Select(tap => tap.Offset)];
        var outputs = Taps.Outputs(input);
        rows = Lattice.Of(outputs.AsSpan(0, outputs.Length - 1), within.AsSpan(0, within.Length - 1));
        rowLength = outputs[^1];
        count = rows[^1] + rowLength;
        columns = (axes[^1].Stride, axes[^1].Before, between[^1]);
        (weights, starts) = (new float[filters.Count], new float[filters[0]]);
    }

    /// <summary>The plan of a convolution where it does less work than a dot product with a lane an output channel; null where it does not.</summary>
    /// <param name="input">The layout of the image; channels first.</param>
    /// <param name="filters">[O, C / groups, …].</param>
    /// <param name="groups">How many groups.</param>
    /// <param name="weight">The filters.</param>
    /// <param name="start">What the sum of every output channel begins with; 0 where there is none.</param>
    /// <param name="widest">The widest vectors to use.</param>
    public static PlanePlan? Create(PaddedImage input, Shape filters, int groups, ReadOnlySpan<float> weight, ReadOnlySpan<float> start, VectorWidth widest)
    {
        var (plane, outputs) = (PlaneKernel.For(widest), filters[0] / groups);
        var dot = DotKernels.For(DotKernels.Single, outputs, widest);
        var positions = Taps.Outputs(input).Aggregate(1L, (count, length) => count * length);
        if (positions < plane.Lanes || (outputs + dot.Lanes - 1) / dot.Lanes * positions <= outputs * ((positions + plane.Lanes - 1) / plane.Lanes)) return null; // not even the best case would do less

        var plan = new PlanePlan(plane, input, filters, groups);
        if ((outputs + dot.Lanes - 1) / dot.Lanes * positions * 4L <= outputs * ((plan.count + plane.Lanes - 1L) / plane.Lanes) * 5) return null; // a copy in, a copy out: a quarter more
        var (places, channels) = (filters.Stride(1), filters[1]);
        for (var o = 0; o < filters[0]; o++)
            for (var c = 0; c < channels; c++)
                for (var place = 0; place < places; place++) plan.weights[o * places * channels + place * channels + c] = weight[(o * channels + c) * places + place];
        start.CopyTo(plan.starts);
        return plan;
    }

    /// <summary>The outputs of some images.</summary>
    /// <param name="x">[images, C, …].</param>
    /// <param name="images">How many.</param>
    /// <param name="y">[images, O, …], written.</param>
    [MethodImpl(AggressiveOptimization)]
    public void Run(ReadOnlySpan<float> x, int images, Span<float> y)
    {
        var planes = new float[channels * channelStride + PlaneKernel.Slack]; // zeros: the padding
        var sums = new float[count + PlaneKernel.Slack];
        var (outputs, group) = (starts.Length / groups, channels * (input.Image.Count / input.Image[0]));
        for (var i = 0; i < images * groups; i++)
        {
            Load(x.Slice(i * group, group), planes);
            for (var o = i % groups * outputs; o < (i % groups + 1) * outputs; o++)
            {
                kernel.Run(planes, steps, weights.AsSpan(o * steps.Length, steps.Length), starts[o], count, sums);
                foreach (var row in rows)
                {
                    sums.AsSpan(row, rowLength).CopyTo(y);
                    y = y[rowLength..];
                }
            }
        }
    }

    [MethodImpl(AggressiveOptimization)]
    private void Load(ReadOnlySpan<float> x, Span<float> planes)
    {
        var length = input.LineLength;
        for (var c = 0; c < channels; c++)
            foreach (var line in lines)
            {
                Elementwise.Deal(x[..length], columns.Stride, columns.Before, columns.Phase, planes[(c * channelStride + line)..]);
                x = x[length..];
            }
    }

    /// <summary>The sums of one place of every axis, in C order.</summary>
    private static int[] Sums(int[][] axes)
    {
        int[] sums = [0];
        foreach (var places in axes) sums = [.. from sum in sums from place in places select sum + place];
        return sums;
    }
}
