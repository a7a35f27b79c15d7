using Ptq.Engine;
using Ptq.Engine.Kernels;
using Ptq.Engine.Reference;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Properties.Framework;
using Ptq.Quantization;
using Ptq.Tensors;
using static Ptq.Properties.Expect;

namespace Ptq.Properties;

public class An_engine
{
    private static readonly VectorWidth[] Widths = Enum.GetValues<VectorWidth>();

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 60)]
    public bool Of_floats_equals_the_reference_in_every_bit_on_every_path_and_thread_count(Network network, bool thesis)
    {
        var arithmetic = thesis ? FloatArithmetic.Float64 : FloatArithmetic.Float32;
        var expected = Reference(network, arithmetic);
        return Widths.All(width => new[] { 1, 2 }.All(threads =>
            FloatEngine.Compile(network.Graph, arithmetic, width).Trace(network.Images, default, threads) is var trace &&
            expected.Names.AsEnumerable().All(name => SameBits(expected[name], trace[name]))));
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 150)]
    public bool Of_floats_has_the_same_bits_where_the_output_alone_is_wanted(Network network)
    {
        var expected = Reference(network, FloatArithmetic.Float32);
        return Widths.All(width => new[] { 1, 2 }.All(threads => SameBits(expected[network.Graph.Output], FloatEngine.Compile(network.Graph, FloatArithmetic.Float32, width).Run(network.Images, threads))));
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 100)]
    public bool Of_integers_equals_the_reference_on_every_path_and_thread_count(Network network, Contract contract)
    {
        var quantized = network.Quantized(contract);
        var expected = IntegerOps.Run(quantized, network.Images);
        return Widths.All(width => new[] { 1, 2 }.All(threads =>
        {
            var engine = IntegerEngine.Compile(quantized, width);
            var trace = engine.Trace(network.Images, threads);
            return trace.Names.AsEnumerable().All(name => trace[name] == expected[name]) && engine.Run(network.Images, threads) == trace[network.Graph.Output];
        }));
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 200)]
    public bool Of_integers_equals_the_reference_by_every_algorithm(Network network, Contract contract)
    {
        var quantized = network.Quantized(contract);
        var expected = IntegerOps.Run(quantized, network.Images);
        return Widths.All(width => Enum.GetValues<ConvolutionAlgorithm>().All(algorithm =>
            IntegerEngine.Compile(quantized, width, algorithm).Trace(network.Images) is var trace && trace.Names.AsEnumerable().All(name => trace[name] == expected[name])));
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 100)]
    public bool Of_integers_pools_windows_in_one_pass_with_the_convolution(Rng rng, byte channels, byte panels, byte height, byte width, bool padded, bool branch, Contract contract)
    {
        var drawn = new Drawn(rng);
        Tensor Normal(Shape shape) => Tensor.Of(shape, Values.Freeze(drawn.Reals(shape.Count)));
        var (c, o, pad) = (channels % 9 + 1, (panels % 3 + 1) * 16, padded ? 1 : 0);
        var image = Shape.Of(c, height % 9 + 4, width % 9 + 4);
        Layer Conv(int inputs, int outputs, int kernel, int around) => new Layer.Conv2d(Normal(Shape.Of(outputs, inputs, kernel, kernel)), Values.Freeze(drawn.Reals(outputs)), Window.Square(kernel, 1, around), 1);
        Node[] nodes =
        [
            new("first", Conv(c, o, 3, pad), "x", "a"), new("pool", new Layer.MaxPool2d(Window.Square(2, 2)), "a", "b"), new("second", Conv(o, o, 1, 0), "b", "c"),
            .. branch ? [new Node("third", Conv(c, o, 3, pad), "x", "d"), new("pool2", new Layer.MaxPool2d(Window.Square(2, 2)), "d", "e"), new Node("add", new Layer.Add(), ["c", "e"], "y")] : new[] { new Node("third", Conv(o, o, 1, 0), "c", "y") },
        ];
        var graph = Right(Graph.Create("x", image, [.. nodes], "y"));
        var network = new Network(drawn.From(0, 1 << 30), 0, graph, Normal(image.Batch(drawn.From(1, 6))));
        var quantized = network.Quantized(contract);
        var expected = IntegerOps.Run(quantized, network.Images)["y"];
        return Widths.All(width => Enum.GetValues<ConvolutionAlgorithm>().All(algorithm => IntegerEngine.Compile(quantized, width, algorithm).Run(network.Images) == expected));
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 100)]
    public bool Of_integers_is_within_one_code_of_fake_quantized_floats_layer_by_layer(Network network, Contract contract)
    {
        var quantized = network.Quantized(contract);
        var codes = IntegerOps.Run(quantized, network.Images);
        return quantized.Operations.AsEnumerable().OfType<QOp.Dot>().All(op =>
        {
            var input = QTensor.Of(op.InputImage.Batch(codes[op.Input].Shape[0]), codes[op.Input].Codes);
            var bias = op.Bias.AsEnumerable().Select((b, c) => (float)(b * op.InputParams.Scale * op.WeightParams.Of(c).Scale));
            var layer = new Layer.Conv2d(Affine.Dequantize(op.Weights, op.WeightParams), Values.From(bias), op.Window, op.Groups);
            var real = Convolution.Float(layer, Affine.Dequantize(input, TensorParams.PerTensor(op.InputParams)), FloatArithmetic.Float64);
            var wanted = Affine.Quantize(AffineRule.Standard, real, TensorParams.PerTensor(quantized.Points[op.Output]));
            return wanted.Codes.AsEnumerable().Zip(codes[op.Output].Codes.AsEnumerable(), (w, seen) => Math.Abs(Math.Clamp(w, op.Requantizer.Low, op.Requantizer.High) - seen)).All(d => d <= 1);
        });
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 300)]
    public bool Of_integers_equals_a_computation_that_shares_nothing_with_it(Network network, Contract contract)
    {
        var quantized = network.Quantized(contract);
        var codes = IntegerEngine.Compile(quantized).Trace(network.Images);
        var expected = new Independent(network.Graph, quantized.Points, quantized.Weights, contract, quantized.Bias).Run(network.Images);
        return codes.Names.AsEnumerable().Order(StringComparer.Ordinal).SequenceEqual(expected.Keys.Order(StringComparer.Ordinal))
            && codes.Names.AsEnumerable().All(name => codes[name].Codes.AsEnumerable().SequenceEqual(expected[name]));
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 200)]
    public bool Of_floats_convolves_whole_numbers_exactly(Network network)
    {
        // Small whole numbers are exact in floats and in codes, so no rounding can hide a wrong index.
        var conv = network.Graph.Nodes.AsEnumerable().FirstOrDefault(n => n.Layer is Layer.Conv2d && n.Input == network.Graph.Input);
        if (conv is null) return true;
        var layer = (Layer.Conv2d)conv.Layer;
        Tensor Whole(Tensor t, int limit) => Tensor.Of(t.Shape, t.Data.Map(x => Math.Clamp(MathF.Round(x * 8), -limit, limit)));
        layer = layer with { Weights = Whole(layer.Weights, 100), Bias = layer.Bias.Map(b => MathF.Round(b * 8)) };
        var graph = Right(Graph.Create("x", network.Graph.InputShape, [new("c", layer, "x", "y")], "y"));
        var images = Whole(network.Images, 100);
        var unit = Valid(AffineParams.Create(1, 0, Grid.Int8));
        var quantized = Right(QuantizedGraph.Create(graph, ByName<AffineParams>.Of([("x", unit), ("y", unit)]), ByName<TensorParams>.Of([("c", TensorParams.PerTensor(unit))])));
        var expected = new Independent(graph, quantized.Points, quantized.Weights, Contract.MlasFloat32, BiasRule.Kept).Run(images)["y"];
        return new[] { FloatArithmetic.Float32, FloatArithmetic.Float64 }.All(a =>
            FloatEngine.Compile(graph, a).Run(images).Data.AsEnumerable().Select(y => (int)Math.Clamp(y, -128, 127)).SequenceEqual(expected));
    }

    private static ByName<Tensor> Reference(Network network, FloatArithmetic arithmetic)
    {
        var known = ByName<Tensor>.Of([(network.Graph.Input, network.Images)]);
        foreach (var node in network.Graph.Nodes)
            known = known.With(node.Output, FloatOps.Run(node.Layer, known[node.Input], node.Inputs.Length > 1 ? known[node.Inputs[1]] : null, arithmetic));
        return known;
    }

    private static bool SameBits(Tensor a, Tensor b) => a.Shape == b.Shape &&
        a.Data.AsEnumerable().Select(BitConverter.SingleToInt32Bits).SequenceEqual(b.Data.AsEnumerable().Select(BitConverter.SingleToInt32Bits));
}
