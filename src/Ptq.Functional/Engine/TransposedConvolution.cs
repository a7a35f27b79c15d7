using Ptq.Engine.Kernels;
using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>
/// A float32 transposed convolution: y[i] = start + Σ x[j] · w[k] over all j, k with j·stride + k·dilation − before = i. The outputs whose
/// index leaves one remainder on division by the stride see the same taps, so they are an ordinary convolution with stride 1; there is
/// one for each remainder that a tap leaves. Sums are fused in the order (place in the filter, input channel).
/// </summary>
internal sealed class TransposedConvolution
{
    private readonly (DotPlan<float, float> Plan, int[] Targets)[] phases;
    private readonly float[] starts;
    private readonly int plane;

    /// <summary>Packs the weights.</summary>
    /// <param name="layout">How the axes are split and how the input must be padded for it.</param>
    /// <param name="image">The input [C, …].</param>
    /// <param name="filters">[C, O / groups, …].</param>
    /// <param name="groups">How many groups.</param>
    /// <param name="weight">The filters.</param>
    /// <param name="start">The bias of every output channel; 0 where there is none.</param>
    /// <param name="widest">The widest vectors to use.</param>
    public TransposedConvolution(PhaseLayout layout, Shape image, Shape filters, int groups, ReadOnlySpan<float> weight, ReadOnlySpan<float> start, VectorWidth widest = VectorWidth.Bits512)
    {
        starts = new float[filters[1] * groups];
        start.CopyTo(starts);
        var input = new PaddedImage(image, [.. layout.Padding], channelsLast: false);
        var (kernel, channels) = (DotKernels.For(DotKernels.Single, filters[1], widest), filters[0] / groups);
        var outputs = Lattice.Strides(layout.Outputs);
        plane = layout.Outputs.Aggregate(1, (plane, length) => plane * length);
        var (places, filter) = (Lattice.Strides(filters.Lengths.Span[2..]), filters.Stride(1));
        var made = new List<(DotPlan<float, float>, int[])>();
        foreach (var phase in layout.Phases)
        {
            var lowest = phase.Select(axis => axis.Taps.Min(tap => tap.Input)).ToArray();
            int Sum(Func<int, int> of) => Enumerable.Range(0, phase.Length).Sum(of);
            var positions = Lattice.Of([.. phase.Select(axis => axis.Count)], input.Strides, Sum(a => (lowest[a] + layout.Padding[a].Before) * input.Strides[a]));
            var targets = Lattice.Of([.. phase.Select(axis => axis.Count)], [.. phase.Select((axis, a) => axis.Count > 1 ? axis.Stride * outputs[a] : 0)], Sum(a => phase[a].First * outputs[a]));
            (int Offset, int Weight)[] taps = [(0, 0)];
            for (var a = 0; a < phase.Length; a++)
                taps = [.. from tap in taps from along in phase[a].Taps select (tap.Offset + (along.Input - lowest[a]) * input.Strides[a], tap.Weight + along.Place * places[a])];
            var summed = taps.SelectMany(tap => Enumerable.Range(0, channels).Select(c => new Tap(tap.Offset + c * input.ChannelStride, tap.Weight + c * filters.Stride(0)))).ToArray();
            made.Add((new(kernel, input, 1, positions, summed, new(groups, channels * filters.Stride(0), filters[1], filter), weight, starts), targets));
        }
        phases = [.. made];
    }

    /// <summary>The outputs of some images.</summary>
    /// <param name="x">[images, C, …].</param>
    /// <param name="images">How many.</param>
    /// <param name="y">[images, O, …], written.</param>
    public void Run(ReadOnlySpan<float> x, int images, Span<float> y)
    {
        for (var i = 0; i < images * starts.Length; i++) y.Slice(i * plane, plane).Fill(starts[i % starts.Length]); // outputs that no tap reaches
        if (phases.Length == 0) return;
        var input = phases[0].Plan.Input;
        var padded = new float[input.Length];
        var sums = new float[phases.Max(phase => phase.Plan.SumsLength)];
        for (var i = 0; i < images; i++, y = y[(starts.Length * plane)..])
        {
            DotConvolution.Copy(input, x.Slice(i * input.Image.Count, input.Image.Count), padded);
            foreach (var (plan, targets) in phases)
                for (var group = 0; group < plan.Groups; group++)
                    for (var first = 0; first < plan.Positions; first += plan.PositionsPerRun)
                    {
                        var count = Math.Min(plan.PositionsPerRun, plan.Positions - first);
                        plan.Run(padded, group, first, count, sums);
                        Elementwise.Scatter(sums.AsSpan(0, count * plan.Stride), plan.Stride, plan.Outputs, targets.AsSpan(first, count), y[(group * plan.Outputs * plane)..], plane);
                    }
        }
    }
}

/// <summary>Along one axis, the outputs that see the same taps.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Stride">From one to the next.</param>
/// <param name="Taps">Which input each tap reads for the first of them (the next one for the second), and the tap's place in the filter.</param>
internal sealed record Phase(int First, int Count, int Stride, (int Input, int Place)[] Taps)
{
    /// <summary>The phases of an axis; outputs that no tap reaches are in none.</summary>
    /// <param name="axis">The window; padding cuts outputs off.</param>
    /// <param name="outputs">How many outputs there are.</param>
    public static Phase[] Of(WindowAxis axis, int outputs) =>
    [
        .. from place in Enumerable.Range(0, axis.Kernel)
           let reach = (long)place * axis.Dilation
           group (place, reach) by reach % axis.Stride into taps
           let first = ((taps.Key - axis.Before) % axis.Stride + axis.Stride) % axis.Stride
           where first < outputs
           select new Phase((int)first, (int)((outputs - 1 - first) / axis.Stride) + 1, axis.Stride, [.. taps.Select(tap => ((int)((first + axis.Before - tap.reach) / axis.Stride), tap.place))]),
    ];
}

/// <summary>The axes of a transposed convolution, split.</summary>
/// <param name="Outputs">How many outputs along each.</param>
/// <param name="Phases">Every combination of phases of the axes.</param>
/// <param name="Padding">How far the taps reach beyond the input.</param>
internal sealed record PhaseLayout(int[] Outputs, Phase[][] Phases, WindowAxis[] Padding)
{
    /// <summary>The layout for a window along every axis.</summary>
    /// <param name="axes">The windows.</param>
    /// <param name="lengths">The lengths of the input.</param>
    /// <param name="outputs">The lengths of the output.</param>
    public static PhaseLayout Of(WindowAxis[] axes, int[] lengths, int[] outputs)
    {
        Phase[][] along = [.. axes.Select((axis, i) => Phase.Of(axis, outputs[i]))];
        WindowAxis Padding(int i) => new(1, 1,
            Math.Max(0, -along[i].SelectMany(phase => phase.Taps).Select(tap => tap.Input).DefaultIfEmpty().Min()),
            Math.Max(0, along[i].SelectMany(phase => phase.Taps.Select(tap => tap.Input + phase.Count - lengths[i])).DefaultIfEmpty().Max()));
        Phase[][] every = [[]];
        foreach (var phases in along) every = [.. from one in every from phase in phases select (Phase[])[.. one, phase]];
        return new(outputs, every, [.. axes.Select((_, i) => Padding(i))]);
    }
}
