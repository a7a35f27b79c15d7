using LanguageExt;
using Ptq.Calibration;
using Ptq.Engine;
using Ptq.Engine.Reference;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Model;

/// <summary>C# cannot tell that a switch over a union has every case: here every case is asked every question.</summary>
[Trait("Category", "Paths")]
public class Every_layer
{
    private static readonly (Layer Layer, Shape Input)[] Samples =
    [
        (new Layer.Conv2d(Ones(3, 2, 3, 3), Ones(3).Data, Window.Square(3)), Shape.Of(2, 4, 4)),
        (new Layer.Linear(Ones(3, 5), Ones(3).Data), Shape.Of(5)),
        (new Layer.Relu(), Shape.Of(5)),
        (new Layer.Clip(0, 6), Shape.Of(5)),
        (new Layer.MaxPool2d(Window.Square(2)), Shape.Of(2, 4, 4)),
        (new Layer.AveragePool2d(Window.Square(2)), Shape.Of(2, 4, 4)),
        (new Layer.GlobalAveragePool(), Shape.Of(2, 4, 4)),
        (new Layer.Add(), Shape.Of(5)),
        (new Layer.Flatten(), Shape.Of(2, 4, 4)),
        (new Layer.Softmax(), Shape.Of(5)),
        (new Layer.BatchNorm([1, 1], [0, 0], [0, 0], [1, 1]), Shape.Of(2, 4, 4)),
    ];

    [Fact]
    public void Has_a_sample_here() => Assert.Equal(
        typeof(Layer).GetNestedTypes().Where(t => t.IsSubclassOf(typeof(Layer))).Select(t => t.Name).Order(),
        Samples.Select(s => s.Layer.GetType().Name).Order());

    [Fact]
    public void Has_a_shape_a_definition_in_floats_and_codes_or_a_reason_for_none() => Assert.All(Samples, sample =>
    {
        Values<string> inputs = sample.Layer.Arity == 2 ? ["x", "x"] : ["x"];
        var graph = Right(Graph.Create("x", sample.Input, [new Node("n", sample.Layer, inputs, "y")], "y"));
        var images = Ones([2, .. sample.Input.Lengths.Span]);
        var y = FloatOps.Run(sample.Layer, images, images, FloatArithmetic.Float32);
        Assert.Equal(graph.Shapes["y"].Batch(2), y.Shape);
        Assert.Equal(y, FloatEngine.Compile(graph).Run(images));
        Assert.Equal(sample.Layer.WeightTensor is null && sample.Layer is not Layer.BatchNorm, sample.Layer.Parameters == 0);

        var points = ActivationScheme.Everywhere(graph, ActivationScheme.UInt8).Map((_, s) => Affine.Covering(AffineRule.Standard, Interval.Of(0, 2), s.Symmetric, s.Grid));
        var weights = ByName<TensorParams>.Of(graph.Weighted.Select(n => (n.Name, Affine.Fit(AffineRule.Standard, n.Layer.WeightTensor!, Scheme.PerTensorSymmetric, Grid.Int8))));
        var quantized = QuantizedGraph.Create(graph, points, weights);
        if (sample.Layer is Layer.BatchNorm)
        {
            Assert.Equal("node 'n', layer: saw a BatchNorm, wanted none: fold it into the convolution before it", quantized.Match(_ => "", e => e.Describe()));
            return;
        }
        var q = Right(quantized);
        Assert.Equal(graph.Shapes["y"].Batch(2), IntegerOps.Run(q, images)["y"].Shape);
        Assert.Equal(IntegerOps.Run(q, images)["y"], IntegerEngine.Compile(q).Run(images));
    });

    private static Tensor Ones(params int[] lengths) => Tensor.Of(Shape.Of(lengths), Values.From(Enumerable.Repeat(1f, Shape.Of(lengths).Count)));
}
