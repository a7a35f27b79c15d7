using LanguageExt;
using Ptq.Calibration;
using Ptq.Engine;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;
using static Ptq.Properties.Expect;

namespace Ptq.Properties;

/// <summary>A small random network with images to run it on; the same seed and size give the same one.</summary>
public sealed record Network(int Seed, int Size, Graph Graph, Tensor Images)
{
    public static Network Of(int seed, int size)
    {
        var build = new Builder(Rng.FromSeed((ulong)seed).Fork(0));
        var image = build.Below(0, 8) == 0 ? Shape.Of(build.Below(1, 20)) : Shape.Of(build.Below(1, 5), build.Below(1, 9), build.Below(1, 9));
        var (tensors, nodes) = (new List<(string Name, Shape Shape)> { ("x0", image) }, new List<Node>());
        for (var i = 1; i <= size; i++)
        {
            var (input, shape) = tensors[build.Below(0, 3) == 0 ? build.Below(0, tensors.Count) : tensors.Count - 1];
            var layer = build.Layer(shape);
            var alike = tensors.Where(t => t.Shape == shape).ToArray();
            nodes.Add(new($"n{i}", layer, layer is Layer.Add ? [input, alike[build.Below(0, alike.Length)].Name] : [input], $"x{i}"));
            tensors.Add(($"x{i}", Made(image, nodes, $"x{i}").Shapes[$"x{i}"]));
        }
        var graph = Made(image, nodes, nodes[build.Below(0, 4) == 0 ? build.Below(0, nodes.Count) : nodes.Count - 1].Output);
        return new(seed, size, graph, build.Tensor(image.Batch(build.Below(1, 19))));
    }

    /// <summary>The network quantized on its own images under a contract; what else there is to choose is drawn: codes of 2 to 8 bits, points of their own behind pools and before activations.</summary>
    public QuantizedGraph Quantized(Contract contract)
    {
        var build = new Builder(Rng.FromSeed((ulong)Seed).Fork(1));
        ActivationScheme Scheme() => new(build.Grid(), build.Below(0, 2) == 0);
        var schemes = ActivationScheme.Everywhere(Graph, ActivationScheme.UInt8).Map((_, _) => Scheme());
        foreach (var node in Graph.Nodes)
            if (!schemes.Has(node.Output) && build.Below(0, 3) == 0) schemes = schemes.With(node.Output, Scheme());
        var trace = FloatEngine.Compile(Graph).Trace(Images);
        var weights = ByName<TensorParams>.Of(Graph.Weighted.Select(node => (node.Name,
            Affine.Fit(contract.Rule, node.Layer.WeightTensor!, Quantization.Scheme.Product[build.Below(0, 4)], build.Grid()))));
        return Right(
            from samples in Observe.Samples(trace, schemes.Names)
            let points = Observe.Points(contract.Rule, schemes, samples, _ => new RangeRule.Percentile(99))
            let roomy = weights.Map((name, fit) => Roomy(name, fit, points))
            from quantized in QuantizedGraph.Create(Graph, points, roomy, contract, build.Below(0, 4) == 0 ? BiasRule.Dropped : BiasRule.Kept)
            select quantized);
    }

    /// <summary>Weight scales under which the biases fit INT32 whatever the scale of the layer's input: one behind a clip to a sliver is tiny.</summary>
    private TensorParams Roomy(string name, TensorParams fit, ByName<AffineParams> points)
    {
        var node = Graph.Nodes.AsEnumerable().Single(n => n.Name == name);
        return BiasRoom.For(fit, node.Layer.Biases, Observe.ParamsOf(Graph, points, node.Input).IfNone(points[Graph.Input]).Scale);
    }

    public override string ToString() => $"seed {Seed}, size {Size}: {Images.Shape} → {string.Join(" → ", Graph.Nodes.AsEnumerable().Select(n => $"{n.Layer.GetType().Name}{Graph.Shapes[n.Output]}"))}";

    private static Graph Made(Shape image, List<Node> nodes, string output) =>
        Right(Graph.Create("x0", image, Values.From(nodes), output));

    /// <summary>Draws layers; it moves as it draws, so it lives inside one method.</summary>
    private sealed class Builder(Rng rng)
    {
        private Rng rng = rng;

        public int Below(int low, int high)
        {
            (var drawn, rng) = rng.Integer(low, high);
            return (int)drawn;
        }

        public Grid Grid() => Valid(Quantization.Grid.Create(Below(0, 2) == 0 ? 8 : Below(2, 9), Below(0, 2) == 0));

        public Layer.Clip Clip()
        {
            var (a, b) = (Below(-30, 30) / 10f, Below(-30, 30) / 10f);
            return new(Math.Min(a, b), Math.Max(a, b));
        }

        public Tensor Tensor(Shape shape, double deviation = 1)
        {
            var normals = new double[shape.Count];
            rng = rng.FillStandardNormal(normals);
            return Tensors.Tensor.Of(shape, Values.From(normals.Select(x => (float)(x * deviation))));
        }

        public Layer Layer(Shape shape) => shape.Rank == 1
            ? Below(0, 6) switch
            {
                0 => new Layer.Relu(),
                1 => new Layer.Softmax(),
                2 => new Layer.Add(),
                3 => Clip(),
                _ => Linear(shape[0]),
            }
            : Below(0, 12) switch
            {
                0 => new Layer.Relu(),
                1 => Clip(),
                2 => new Layer.Add(),
                3 => new Layer.Flatten(),
                4 => new Layer.GlobalAveragePool(),
                5 => new Layer.MaxPool2d(PoolWindow(shape)),
                6 => new Layer.AveragePool2d(PoolWindow(shape), Below(0, 2) == 0),
                _ => Conv(shape),
            };

        private Layer.Linear Linear(int inputs)
        {
            var outputs = Below(1, 40);
            return new(Tensor(Shape.Of(outputs, inputs), 1 / Math.Sqrt(inputs)), Tensor(Shape.Of(outputs), 0.3).Data);
        }

        private Layer.Conv2d Conv(Shape shape)
        {
            var divisors = Enumerable.Range(1, shape[0]).Where(g => shape[0] % g == 0).ToArray();
            var groups = divisors[Below(0, divisors.Length)];
            var window = new Window(Axis(shape[1]), Axis(shape[2]));
            var (outputs, inputs) = (groups * Below(1, 20 / groups + 2), shape[0] / groups);
            var weights = Tensor(Shape.Of(outputs, inputs, window.Rows.Kernel, window.Columns.Kernel), 1 / Math.Sqrt(inputs * window.Area));
            return new(weights, Tensor(Shape.Of(outputs), 0.3).Data, window, groups);
        }

        private Window PoolWindow(Shape shape) => new(Axis(shape[1]), Axis(shape[2]));

        private WindowAxis Axis(int length)
        {
            var kernel = Below(1, Math.Min(length, 4) + 1);
            var dilation = kernel > 1 && (kernel - 1) * 2 < length && Below(0, 3) == 0 ? 2 : 1;
            var padding = dilation > 1 ? 0 : kernel - 1;
            return new(kernel, Below(1, 4), Below(0, padding + 1), Below(0, padding + 1), dilation);
        }
    }
}
