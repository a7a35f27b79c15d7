using Ptq.Engine;
using Ptq.Engine.Kernels;
using Ptq.Engine.Reference;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Properties.Framework;
using Ptq.Quantization;
using Ptq.Tensors;

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
