using LanguageExt;
using Ptq.Calibration;
using Ptq.Engine;
using Ptq.Engine.Reference;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Properties.Framework;
using Ptq.Quantization;
using Ptq.Tensors;
using static Ptq.Properties.Expect;

namespace Ptq.Properties;

/// <summary>
/// The thesis dequantizes behind every layer and pools in floats; the integer engine stays on codes, pools them, and has a
/// table where two points follow each other. Both give the same numbers.
/// </summary>
public class The_thesis_chain
{
    private static readonly Values<string> Points = ["inp", "a1", "p1", "flat", "a2", "out"];

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 60)]
    public bool Is_the_same_on_integers_as_on_dequantized_floats(Rng rng, byte percentile)
    {
        Tensor Normal(double deviation, params ReadOnlySpan<int> lengths)
        {
            var shape = Shape.Of(lengths);
            var xs = new double[shape.Count];
            rng = rng.FillStandardNormal(xs);
            return Tensor.Of(shape, Values.From(xs.Select(x => (float)(x * deviation))));
        }
        Layer.Conv2d conv = new(Normal(0.3, 5, 2, 3, 3), Normal(0.1, 5).Data, Window.Square(3));
        Layer.Linear hidden = new(Normal(0.2, 9, 45), Normal(0.1, 9).Data), last = new(Normal(0.3, 4, 9), Normal(0.1, 4).Data);
        var graph = Right(Graph.Create("inp", Shape.Of(2, 8, 8),
        [
            new("conv", conv, "inp", "z1"), new("relu1", new Layer.Relu(), "z1", "a1"), new("pool", new Layer.MaxPool2d(Window.Square(2, stride: 2)), "a1", "p1"),
            new("flatten", new Layer.Flatten(), "p1", "flat"), new("hidden", hidden, "flat", "z2"), new("relu2", new Layer.Relu(), "z2", "a2"), new("last", last, "a2", "out"),
        ], "out"));
        var images = Normal(1, 7, 2, 8, 8);
        var samples = Right(Observe.Samples(FloatEngine.Compile(graph).Trace(images), Points));
        var schemes = ByName<ActivationScheme>.Of(Points.AsEnumerable().Select(p => (p, p == "out" ? ActivationScheme.Int8Symmetric : ActivationScheme.UInt8)));
        var points = Observe.Points(AffineRule.Thesis, schemes, samples, name => new RangeRule.Percentile(name == "p1" ? 97 : 90 + percentile % 10));
        var weights = ByName<TensorParams>.Of(graph.Weighted.Select((node, i) => (node.Name, Affine.Fit(AffineRule.Thesis, node.Layer.WeightTensor!, Scheme.ThesisCandidates[(i + percentile) % 3], Grid.Int8))));

        var codes = IntegerEngine.Compile(Right(QuantizedGraph.Create(graph, points, weights, Contract.Thesis, BiasRule.Dropped))).Run(images);

        var a1 = Layer(conv, images, points["inp"], weights["conv"], points["a1"], relu: true);
        var p1 = FloatOps.Run(new Layer.MaxPool2d(Window.Square(2, stride: 2)), a1, null, FloatArithmetic.Float64);
        var flat = Through(p1, points["p1"]).Reshape(Shape.Of(7, 45)); // p1's point has no layer of its own behind it: quantized and dequantized
        var a2 = Layer(hidden.AsConv2d(), flat.Reshape(Shape.Of(7, 45, 1, 1)), points["flat"], weights["hidden"], points["a2"], relu: true);
        var output = Layer(last.AsConv2d(), a2, points["a2"], weights["last"], points["out"], relu: false);
        return Affine.Dequantize(codes, TensorParams.PerTensor(points["out"])).Data == output.Data;
    }

    /// <summary>Quantize, accumulate, requantize, dequantize, as the thesis's protocol words it.</summary>
    private static Tensor Layer(Layer.Conv2d layer, Tensor x, AffineParams input, TensorParams weights, AffineParams output, bool relu)
    {
        var (w, y) = (layer.Weights.Shape, Convolution.OutputOf(layer.Weights.Shape, layer.Window, x.Shape));
        var data = new float[y.Count];
        for (var at = 0; at < data.Length; at++)
        {
            var (n, o, i, j) = (at / y.Stride(0), at / y.Stride(1) % y[1], at / y[3] % y[2], at % y[3]);
            var sum = 0;
            for (var c = 0; c < w[1]; c++)
                for (var r = 0; r < w[2]; r++)
                    for (var s = 0; s < w[3]; s++)
                    {
                        var xq = Code(x.Data[((n * x.Shape[1] + c) * x.Shape[2] + i + r) * x.Shape[3] + j + s], input);
                        var wq = Code(layer.Weights.Data[((o * w[1] + c) * w[2] + r) * w[3] + s], weights.Of(o));
                        sum += (xq - input.ZeroPoint) * (wq - weights.Of(o).ZeroPoint);
                    }
            var m = weights.Granularity is Granularity.PerTensor
                ? (float)(input.Scale * weights.Of(o).Scale / output.Scale)
                : (float)input.Scale * (float)weights.Of(o).Scale / (float)output.Scale;
            var code = Math.Clamp((int)MathF.Round(sum * m) + output.ZeroPoint, output.Grid.Min, output.Grid.Max);
            data[at] = (float)output.Scale * ((relu ? Math.Max(code, output.ZeroPoint) : code) - output.ZeroPoint);
        }
        return Tensor.Of(y, Values.Of<float>(data));
    }

    private static Tensor Through(Tensor x, AffineParams p) => Tensor.Of(x.Shape, x.Data.Map(v => (float)p.Scale * (Code(v, p) - p.ZeroPoint)));

    private static int Code(float x, AffineParams p) => (int)Math.Clamp(MathF.Round(x / (float)p.Scale + p.ZeroPoint), p.Grid.Min, p.Grid.Max);
}
