using Ptq.Engine;
using Ptq.Model;
using Ptq.Quantization;
using Ptq.Tensors;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Engine;

public class Quantized_graphs_that_do_not_fit
{
    private static readonly AffineParams Point = Params(0.1, 0, Grid.UInt8);

    [Fact]
    public void An_input_without_a_point() => Refused("graph, input 'x': saw no quantization point, wanted one", Linear(1, 0), [("y", Point)], Weights(1));

    [Fact]
    public void An_output_without_a_point() => Refused("node 'l', output 'y': saw no quantization point, wanted one: the layer makes codes of its own", Linear(1, 0), [("x", Point)], Weights(1));

    [Fact]
    public void A_point_on_no_tensor() => Refused("graph, point 'z': saw no such tensor, wanted one of x, y", Linear(1, 0), [("x", Point), ("y", Point), ("z", Point)], Weights(1));

    [Fact]
    public void A_point_of_nine_bits() => Refused("graph, point 'y': saw u9, wanted at most 8 bits", Linear(1, 0), [("x", Point), ("y", Params(1, 0, Valid(Grid.Create(9, false))))], Weights(1));

    [Fact]
    public void Weights_without_parameters() => Refused("node 'l', weights: saw no parameters, wanted some for every node with weights", Linear(1, 0), [("x", Point), ("y", Point)], ByName<TensorParams>.Of([]));

    [Fact]
    public void A_bias_that_no_INT32_holds() => Refused(
        "node 'l', bias of channel 0: saw 1E+09, which is 1e+12 steps of s_x·s_w, wanted at most 2³¹ − 1: a larger weight scale", Linear(1, 1e9f), [("x", Point), ("y", Point)], Weights(0.01));

    [Fact]
    public void An_accumulator_that_could_wrap() => Refused(
        "node 'l', accumulator of channel 0: saw sums up to 2147483775, wanted at most 2³¹ − 1", Linear(1, 2147483520f), [("x", Params(1, 0, Grid.UInt8)), ("y", Point)], Weights(1));

    [Fact]
    public void An_average_that_could_wrap()
    {
        var graph = Right(Graph.Create("x", Shape.Of(1, 2902, 2902), [new("p", new Layer.GlobalAveragePool(), "x", "y")], "y"));
        Refused("node 'p', accumulator: saw sums up to 2147509020, wanted at most 2³¹ − 1", graph, [("x", Params(1, 0, Grid.UInt8)), ("y", Point)], ByName<TensorParams>.Of([]));
    }

    [Fact]
    public void Parameters_for_a_node_that_there_is_not() => Refused(
        "graph, weight parameters of 'm': saw no such node with weights, wanted l", Linear(1, 0), [("x", Point), ("y", Point)], Weights(1).With("m", TensorParams.PerTensor(Point)));

    [Theory]
    [InlineData(2, 3)]
    [InlineData(2, 2, 3, 3)]
    [InlineData(0, 3, 3)]
    public void Tensors_that_are_neither_vectors_nor_images(params int[] lengths)
    {
        var graph = Right(Graph.Create("x", Shape.Of(lengths), [new("r", new Layer.Relu(), "x", "y")], "y"));
        Refused($"graph, tensor 'x': saw shape {Shape.Of(lengths)}, wanted [K] or [C, H, W], not empty: what the integer engine takes", graph, [("x", Point)], ByName<TensorParams>.Of([]));
    }

    [Fact]
    public void A_tensor_may_have_any_name()
    {
        var graph = Right(Graph.Create("x", Shape.Of(1, 2, 2), [new("p", new Layer.MaxPool2d(Window.Square(2)), "x", "p"), new("f", new Layer.Flatten(), "p", "p before its point")], "p before its point"));
        var quantized = Right(QuantizedGraph.Create(graph, ByName<AffineParams>.Of([("x", Params(1, 0, Grid.UInt8)), ("p", Params(2, 0, Grid.UInt8))]), ByName<TensorParams>.Of([])));
        Assert.Equal([4], IntegerEngine.Compile(quantized).Run(Tensor.Of(Shape.Of(1, 1, 2, 2), [1, 7, 3, 2])).Codes.AsEnumerable());
    }

    private static void Refused(string message, Graph graph, (string, AffineParams)[] points, ByName<TensorParams> weights) =>
        Assert.Equal(message, QuantizedGraph.Create(graph, ByName<AffineParams>.Of(points), weights).Match(Right: _ => "accepted", Left: e => e.Describe()));

    private static Graph Linear(float weight, float bias) =>
        Right(Graph.Create("x", Shape.Of(1), [new("l", new Layer.Linear(Tensor.Of(Shape.Of(1, 1), [weight]), [bias]), "x", "y")], "y"));

    private static ByName<TensorParams> Weights(double scale) => ByName<TensorParams>.Of([("l", TensorParams.PerTensor(Params(scale, 0, Grid.Int8)))]);

    private static AffineParams Params(double scale, int zero, Grid grid) => Valid(AffineParams.Create(scale, zero, grid));
}
