using System.Collections.Concurrent;
using Ptq.Engine.Kernels;
using Ptq.Engine.Stages;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.FloatStages;

/// <summary>
/// A float32 network whose output alone is wanted: channels stay last from layer to layer, activations belong to the layer before them, tensors share buffers. Every
/// output is the same sum in the same order as elsewhere: the layout is no part of it.
/// </summary>
internal sealed class FloatProgram
{
    private const int MostImages = 16, Budget = 1 << 16; // images that pass through the layers together, and the elements of their tensors: half of a second-level cache, for weights pass through it too

    private readonly Slot input, output;
    private readonly FloatStage[] stages;
    private readonly Buffers buffers;
    private readonly int block;
    private readonly ConcurrentBag<FloatWorkspace> idle = []; // from run to run, as many as threads ran at once

    private FloatProgram(Slot input, Slot output, FloatStage[] stages, Buffers buffers, int block) => (this.input, this.output, this.stages, this.buffers, this.block) = (input, output, stages, buffers, block);

    /// <summary>Compiles a network; null where it has a layer that has no stage.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="widest">The widest vectors to use.</param>
    public static FloatProgram? Of(Graph graph, VectorWidth widest)
    {
        if (graph.Shapes.Items.AsEnumerable().Any(shape => shape.Rank is not (1 or 3)) || !graph.Nodes.AsEnumerable().All(node => IsKnown(node.Layer, graph.Shapes[node.Input]))) return null;
        var (slots, of, reads, makes) = (new List<Slot> { new(0, graph.InputShape) }, new Dictionary<string, Slot>(StringComparer.Ordinal), new List<int[]>(), new List<Func<int, FloatStage>>());
        of[graph.Input] = slots[0];
        var (done, isUnsigned) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal)); // by what they write
        foreach (var node in graph.Nodes)
        {
            if (done.Contains(node.Output)) continue;
            Node? Only(string tensor) => tensor != graph.Output && graph.ReadersOf(tensor).ToArray() is [var reader] ? reader : null;
            var x = of[node.Input];
            if (node.Layer is Layer.Flatten && (x.Size == x.Channels || Only(node.Output) is { Layer: Layer.Linear }))
            {
                of[node.Output] = x; // a linear layer finds its inputs where they are
                if (isUnsigned.Contains(node.Input)) isUnsigned.Add(node.Output);
                continue;
            }
            var (limits, name) = (Limits.None, node.Output);
            if (node.Layer is Layer.Conv2d or Layer.Linear or Layer.Add && Only(node.Output) is { Layer: Layer.Relu or Layer.Clip } activation) (limits, name, _) = (LimitsOf(activation.Layer), activation.Output, done.Add(activation.Output));
            if (node.Layer is Layer.Relu or Layer.Clip) limits = LimitsOf(node.Layer);
            if (limits.AreUnsigned || node.Layer is Layer.MaxPool2d or Layer.Flatten && isUnsigned.Contains(node.Input)) isUnsigned.Add(name);

            var y = new Slot(slots.Count, graph.Shapes[name]);
            slots.Add(y);
            of[name] = y;
            reads.Add([.. node.Inputs.AsEnumerable().Select(tensor => of[tensor].Id)]);
            var second = node.Inputs.Length > 1 ? of[node.Inputs[1]] : x;
            var known = isUnsigned.Contains(node.Input);
            makes.Add(block => node.Layer switch
            {
                Layer.Conv2d { Groups: 1 } c => new FloatDotStage(Plan(c, x.Shape, block, widest), x, y, limits),
                Layer.Conv2d c => new FloatDepthwiseStage(c, x, y, limits, widest),
                Layer.Linear l => new FloatDotStage(Plan(l, x.Shape, block, widest), x, y, limits),
                Layer.Relu or Layer.Clip => new FloatClipStage(x, y, limits),
                Layer.Add => new FloatAddStage(x, second, y, limits),
                Layer.MaxPool2d p => new FloatMaxPoolStage(p.Window, x, y, known),
                Layer.GlobalAveragePool => new FloatMeanStage(x, y),
                Layer.Flatten => new FloatFlattenStage(x, y),
                _ => throw new System.Diagnostics.UnreachableException(),
            });
        }
        if (makes.Count == 0) return null;
        var buffers = Buffers.Plan([.. slots], [.. reads], [of[graph.Output].Id]);
        var most = (int)Math.Clamp(Budget / Math.Max(1, buffers.Sizes.Sum(size => (long)size)), 1, MostImages);
        return new(slots[0], of[graph.Output], [.. makes.Select(make => make(most))], buffers, most);
    }

    /// <summary>The outputs of some images.</summary>
    /// <param name="images">[N, …] of the network's input shape.</param>
    /// <param name="threads">At most so many threads.</param>
    /// <param name="y">Written.</param>
    public void Run(Tensor images, int threads, float[] y)
    {
        var (count, each) = (images.Shape[0], Math.Min(block, Math.Max(1, (images.Shape[0] + threads - 1) / threads)));
        var blocks = (count + each - 1) / each;
        if (threads == 1 || blocks <= 1)
        {
            if (blocks == 0) return;
            var space = Take();
            for (var i = 0; i < blocks; i++) Run(space, images, i * each, Math.Min(each, count - i * each), y);
            idle.Add(space);
            return;
        }
        Parallel.For(0, blocks, new ParallelOptions { MaxDegreeOfParallelism = threads }, Take, (i, _, space) =>
        {
            Run(space, images, i * each, Math.Min(each, count - i * each), y);
            return space;
        }, idle.Add);
    }

    private FloatWorkspace Take() => idle.TryTake(out var space) ? space : new(buffers, stages, block);

    private void Run(FloatWorkspace space, Tensor images, int first, int count, float[] y)
    {
        for (var i = 0; i < count; i++) ChannelOrder.ToLast(images.Data.Span.Slice((first + i) * input.Size, input.Size), input.Shape, space.Images(input, i, 1));
        space.Run(count);
        for (var i = 0; i < count; i++) ChannelOrder.ToFirst<float, float>(space.Images(output, i, 1), output.Shape, y.AsSpan((first + i) * output.Size, output.Size));
    }

    private static bool IsKnown(Layer layer, Shape x) => layer switch
    {
        Layer.Conv2d c => c.Groups == 1 || c.Groups == x[0] && c.Weights.Shape[0] == x[0],
        Layer.Linear or Layer.Relu or Layer.Clip or Layer.MaxPool2d or Layer.GlobalAveragePool or Layer.Add or Layer.Flatten => true,
        _ => false,
    };

    private static Limits LimitsOf(Layer layer) => layer is Layer.Clip clip ? new(clip.Min, clip.Max) : new(0, float.PositiveInfinity);

    private static DotPlan<float, float> Plan(Layer.Conv2d layer, Shape x, int block, VectorWidth widest) =>
        DotPlan<float, float>.Create(DotKernels.For(DotKernels.Single, layer.Weights.Shape[0], widest), new(x, layer.Window, channelsLast: true), layer.Weights.Shape, 1, block, channelsFirst: false, layer.Weights.Data.Span, layer.Bias.Span);

    /// <summary>A linear layer; what was flattened still has its channels last, and is read in the order of the flattened vector.</summary>
    private static DotPlan<float, float> Plan(Layer.Linear layer, Shape x, int block, VectorWidth widest)
    {
        var (outputs, inputs, area) = (layer.Weights.Shape[0], layer.Weights.Shape[1], layer.Weights.Shape[1] / x[0]);
        var taps = new Tap[inputs];
        for (var k = 0; k < inputs; k++) taps[k] = new(k % area * x[0] + k / area, k);
        var vector = new PaddedImage(Shape.Of(inputs, 1, 1), Window.Square(1), channelsLast: true);
        return new(DotKernels.For(DotKernels.Single, outputs, widest), vector, block, Lattice.Of([block], [inputs]), taps, FilterLayout.Of(layer.Weights.Shape, 1), layer.Weights.Data.Span, layer.Bias.Span);
    }
}
