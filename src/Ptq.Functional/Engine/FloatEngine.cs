using System.Buffers;
using Ptq.Engine.FloatStages;
using Ptq.Engine.Kernels;
using Ptq.Engine.Reference;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>
/// Runs a float32 network. Convolutions and linear layers go through vector kernels with one lane an output, so that the
/// order of every sum is the one that the arithmetic names, whatever the vector width and the number of threads.
/// </summary>
public sealed class FloatEngine
{
    private const int MostImages = 16, Budget = 1 << 19; // images that pass through the layers together, and the elements of all their tensors: a cache's

    private readonly Graph graph;
    private readonly int block;
    private readonly RunLayer[] layers;
    private readonly FloatProgram? program; // for the output alone

    /// <summary>Computes a layer's output for some images, from its input and, of a sum, the other one.</summary>
    private delegate void RunLayer(ReadOnlySpan<float> x, ReadOnlySpan<float> second, int images, Span<float> y);

    private FloatEngine(Graph graph, FloatArithmetic arithmetic, VectorWidth widest)
    {
        this.graph = graph;
        block = (int)Math.Clamp(Budget / Math.Max(1, graph.Shapes.Items.AsEnumerable().Sum(shape => (long)shape.Count)), 1, MostImages);
        layers = [.. graph.Nodes.AsEnumerable().Select(node => LayerOf(node, arithmetic, widest))];
        program = arithmetic == FloatArithmetic.Float32 ? FloatProgram.Of(graph, widest) : null;
    }

    /// <summary>Makes a network ready to run.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="arithmetic">How sums are formed.</param>
    /// <param name="widest">The widest vectors to use; the machine's own limit holds in any case.</param>
    public static FloatEngine Compile(Graph graph, FloatArithmetic arithmetic = FloatArithmetic.Float32, VectorWidth widest = VectorWidth.Bits512) => new(graph, arithmetic, widest);

    /// <summary>The output for a batch of images.</summary>
    /// <param name="images">[N, …] of the graph's input shape.</param>
    /// <param name="threads">At most so many threads, from 1; the result does not depend on it.</param>
    public Tensor Run(Tensor images, int threads = 1)
    {
        if (program is null) return Trace(images, [graph.Output], threads)[graph.Output];
        Check(images, threads);
        var shape = graph.Shapes[graph.Output].Batch(images.Shape[0]);
        var y = GC.AllocateUninitializedArray<float>(shape.Count);
        program.Run(images, threads, y);
        return Tensor.Of(shape, Values.Freeze(y));
    }

    /// <summary>Tensors on the way, for a batch of images.</summary>
    /// <param name="images">[N, …] of the graph's input shape.</param>
    /// <param name="tensors">Which; all where none is named.</param>
    /// <param name="threads">At most so many threads, from 1; the result does not depend on it.</param>
    public ByName<Tensor> Trace(Tensor images, Values<string> tensors = default, int threads = 1)
    {
        Check(images, threads);
        var count = images.Shape[0];
        var wanted = tensors.Length == 0 ? graph.Shapes.Names : tensors;
        var results = wanted.AsEnumerable().Select(name => (Name: name, Shape: graph.Shapes[name], Data: new float[graph.Shapes[name].Batch(count).Count])).ToArray();
        var places = Enumerable.Range(0, graph.Shapes.Names.Length).ToDictionary(i => graph.Shapes.Names[i], StringComparer.Ordinal);
        Parallel.For(0, (count + block - 1) / block, new ParallelOptions { MaxDegreeOfParallelism = threads },
            () => places.Keys.Select(name => name == graph.Input ? [] : ArrayPool<float>.Shared.Rent(graph.Shapes[name].Batch(Math.Min(block, count)).Count)).ToArray(),
            (at, _, buffers) =>
            {
                var (first, size) = (at * block, Math.Min(block, count - at * block));
                ReadOnlySpan<float> Of(string name) => name == graph.Input
                    ? images.Data.Span.Slice(first * graph.InputShape.Count, size * graph.InputShape.Count)
                    : buffers[places[name]].AsSpan(0, size * graph.Shapes[name].Count);
                for (var i = 0; i < layers.Length; i++)
                {
                    var node = graph.Nodes[i];
                    layers[i](Of(node.Input), node.Inputs.Length > 1 ? Of(node.Inputs[1]) : [], size, buffers[places[node.Output]].AsSpan(0, size * graph.Shapes[node.Output].Count));
                }
                foreach (var (name, shape, data) in results) Of(name).CopyTo(data.AsSpan(first * shape.Count));
                return buffers;
            },
            static buffers =>
            {
                foreach (var buffer in buffers) ArrayPool<float>.Shared.Return(buffer);
            });
        return ByName<Tensor>.Of(results.Select(r => (r.Name, Tensor.Of(r.Shape.Batch(count), Values.Freeze(r.Data)))));
    }

    private void Check(Tensor images, int threads)
    {
        if (images.Shape.Rank == 0 || images.Shape.Inner != graph.InputShape) throw new ArgumentException($"The network takes [N, …] of {graph.InputShape}, not {images.Shape}.", nameof(images));
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
    }

    private RunLayer LayerOf(Node node, FloatArithmetic arithmetic, VectorWidth widest)
    {
        var (x, y) = (graph.Shapes[node.Input], graph.Shapes[node.Output]);
        return node.Layer switch
        {
            Layer.Conv2d c => Convolution(c, x, arithmetic, widest),
            Layer.Linear l => Convolution(l.AsConv2d(), Shape.Of(x[0], 1, 1), arithmetic, widest),
            Layer.Relu => static (x, _, _, y) => Elementwise.Clip(x, 0, float.PositiveInfinity, y),
            Layer.Clip c => (x, _, _, y) => Elementwise.Clip(x, c.Min, c.Max, y),
            Layer.MaxPool2d p => MaxPool(PoolWalk.Of(p.Window, x, y), x.Stride(0), y.Stride(0)),
            Layer.GlobalAveragePool => (from, _, _, to) => Elementwise.Means(from, x.Stride(0), to),
            Layer.Add => static (x, second, _, y) => Elementwise.Add(x, second, y),
            Layer.Flatten => static (x, _, _, y) => x.CopyTo(y),
            var other => (from, second, images, to) => FloatOps.Run(other, Tensor.Of(x.Batch(images), Values.Of(from)), second.IsEmpty ? null : Tensor.Of(x.Batch(images), Values.Of(second)), arithmetic).Data.Span.CopyTo(to),
        };
    }

    private RunLayer Convolution(Layer.Conv2d layer, Shape x, FloatArithmetic arithmetic, VectorWidth widest)
    {
        var (filters, w) = (layer.Weights.Shape, layer.Weights.Data);
        var padded = new PaddedImage(x, layer.Window, channelsLast: false);
        if (arithmetic == FloatArithmetic.Float32)
        {
            var convolution = new FloatConvolution(padded, filters, layer.Groups, block, w.Span, layer.Bias.Span, widest);
            return (input, _, images, y) => convolution.Run(input, images, y);
        }
        else
        {
            Span<double> doubles = new double[w.Length];
            Elementwise.Widen(w.Span, doubles);
            var plan = DotPlan<double, double>.Create(DotKernels.For(DotKernels.Double, filters[0] / layer.Groups, widest), padded, filters, layer.Groups, block, channelsFirst: true, doubles, []);
            return (input, _, images, y) => DotConvolution.Run<float, double, double, float>(plan, input, images, y, DotConvolution.Widen,
                (sums, stride, channel, channels, planes, plane) => Elementwise.Planes(sums, stride, layer.Bias.Span.Slice(channel, channels), planes, plane));
        }
    }

    private static RunLayer MaxPool((int Output, int Input)[] pairs, int from, int to) => (x, _, _, y) =>
    {
        for (var plane = 0; plane * to < y.Length; plane++) Elementwise.MaxPool(pairs, x.Slice(plane * from, from), y.Slice(plane * to, to));
    };
}
