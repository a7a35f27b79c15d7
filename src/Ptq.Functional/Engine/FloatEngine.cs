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
    private const int Block = 16; // images that pass through the layers together

    private readonly Graph graph;
    private readonly Func<Tensor, Tensor?, Tensor>[] layers;

    private FloatEngine(Graph graph, FloatArithmetic arithmetic, VectorWidth widest)
    {
        this.graph = graph;
        layers = [.. graph.Nodes.AsEnumerable().Select(node => LayerOf(node, arithmetic, widest))];
    }

    /// <summary>Makes a network ready to run.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="arithmetic">How sums are formed.</param>
    /// <param name="widest">The widest vectors to use; the machine's own limit holds in any case.</param>
    public static FloatEngine Compile(Graph graph, FloatArithmetic arithmetic = FloatArithmetic.Float32, VectorWidth widest = VectorWidth.Bits512) => new(graph, arithmetic, widest);

    /// <summary>The output for a batch of images.</summary>
    /// <param name="images">[N, …] of the graph's input shape.</param>
    /// <param name="threads">At most so many threads, from 1; the result does not depend on it.</param>
    public Tensor Run(Tensor images, int threads = 1) => Trace(images, [graph.Output], threads)[graph.Output];

    /// <summary>Tensors on the way, for a batch of images.</summary>
    /// <param name="images">[N, …] of the graph's input shape.</param>
    /// <param name="tensors">Which; all where none is named.</param>
    /// <param name="threads">At most so many threads, from 1; the result does not depend on it.</param>
    public ByName<Tensor> Trace(Tensor images, Values<string> tensors = default, int threads = 1)
    {
        if (images.Shape.Rank == 0 || images.Shape.Inner != graph.InputShape) throw new ArgumentException($"The network takes [N, …] of {graph.InputShape}, not {images.Shape}.", nameof(images));
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var count = images.Shape[0];
        var wanted = tensors.Length == 0 ? graph.Shapes.Names : tensors;
        var results = wanted.AsEnumerable().Select(name => (Name: name, Shape: graph.Shapes[name], Data: new float[graph.Shapes[name].Batch(count).Count])).ToArray();
        Parallel.For(0, (count + Block - 1) / Block, new ParallelOptions { MaxDegreeOfParallelism = threads }, block =>
        {
            var first = block * Block;
            var known = new Dictionary<string, Tensor>(StringComparer.Ordinal) { [graph.Input] = images.Rows(first, Math.Min(Block, count - first)) };
            for (var i = 0; i < layers.Length; i++)
            {
                var node = graph.Nodes[i];
                known[node.Output] = layers[i](known[node.Input], node.Inputs.Length > 1 ? known[node.Inputs[1]] : null);
            }
            foreach (var (name, shape, data) in results) known[name].Data.Span.CopyTo(data.AsSpan(first * shape.Count));
        });
        return ByName<Tensor>.Of(results.Select(r => (r.Name, Tensor.Of(r.Shape.Batch(count), Values.Freeze(r.Data)))));
    }

    private Func<Tensor, Tensor?, Tensor> LayerOf(Node node, FloatArithmetic arithmetic, VectorWidth widest)
    {
        var (x, y) = (graph.Shapes[node.Input], graph.Shapes[node.Output]);
        return node.Layer switch
        {
            Layer.Conv2d c => Convolution(c, x, y, arithmetic, widest),
            Layer.Linear l => Convolution(l.AsConv2d(), Shape.Of(x[0], 1, 1), y, arithmetic, widest),
            Layer.Relu => static (x, _) => Clip(x, 0, float.PositiveInfinity),
            Layer.Clip c => (x, _) => Clip(x, c.Min, c.Max),
            Layer.MaxPool2d p => MaxPool(PoolWalk.Of(p.Window, x, y), y),
            var other => (x, second) => FloatOps.Run(other, x, second, arithmetic),
        };
    }

    private static Func<Tensor, Tensor?, Tensor> Convolution(Layer.Conv2d layer, Shape x, Shape y, FloatArithmetic arithmetic, VectorWidth widest)
    {
        var (filters, w) = (layer.Weights.Shape, layer.Weights.Data);
        var padded = new PaddedImage(x, layer.Window, channelsLast: false);
        if (arithmetic == FloatArithmetic.Float32)
        {
            var convolution = new FloatConvolution(padded, filters, layer.Groups, Block, w.Span, layer.Bias.Span, widest);
            return (input, _) => Batch(input, y, convolution, static (convolution, x, images, y) => convolution.Run(x, images, y));
        }
        else
        {
            Span<double> doubles = new double[w.Length];
            Elementwise.Widen(w.Span, doubles);
            var plan = DotPlan<double, double>.Create(DotKernels.For(DotKernels.Double, filters[0] / layer.Groups, widest), padded, filters, layer.Groups, Block, channelsFirst: true, doubles, []);
            return (input, _) => Batch(input, y, (plan, layer.Bias), static (s, x, images, y) => DotConvolution.Run<float, double, double, float>(s.plan, x, images, y, DotConvolution.Widen,
                (sums, stride, channel, channels, planes, plane) => Elementwise.Planes(sums, stride, s.Bias.Span.Slice(channel, channels), planes, plane)));
        }
    }

    private static Tensor Batch<T>(Tensor x, Shape y, T state, Action<T, ReadOnlySpan<float>, int, Span<float>> run)
    {
        var images = x.Shape[0];
        var outputs = new float[y.Batch(images).Count];
        run(state, x.Data.Span, images, outputs);
        return Tensor.Of(y.Batch(images), Values.Freeze(outputs));
    }

    private static Func<Tensor, Tensor?, Tensor> MaxPool((int Output, int Input)[] pairs, Shape y) => (x, _) => Tensor.Of(y.Batch(x.Shape[0]),
        Values.Create<float, (Tensor X, int To, (int Output, int Input)[] Pairs)>(x.Shape[0] * y.Count, (x, y.Stride(0), pairs), static (dst, s) =>
        {
            var from = s.X.Shape.Stride(1);
            for (var plane = 0; plane * s.To < dst.Length; plane++)
                Elementwise.MaxPool(s.Pairs, s.X.Data.Span.Slice(plane * from, from), dst.Slice(plane * s.To, s.To));
        }));

    private static Tensor Clip(Tensor x, float min, float max) => Tensor.Of(x.Shape,
        Values.Create<float, (Tensor X, float Min, float Max)>(x.Data.Length, (x, min, max), static (dst, s) => Elementwise.Clip(s.X.Data.Span, s.Min, s.Max, dst)));
}
