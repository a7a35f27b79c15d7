using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;
using Xunit;

namespace Ptq.Tests.Model;

/// <summary>Every refusal names the node, the place, what was seen and what was wanted.</summary>
public class Graphs_that_do_not_fit
{
    private static readonly Shape Image = Shape.Of(2, 6, 6);

    public static TheoryData<string, string> Refusals => new()
    {
        { "weights", "node 'c', weights: saw [3, 1, 3, 3], wanted [multiple of 1, 2, 3, 3]" },
        { "bias", "node 'c', bias: saw 2 numbers, wanted 3" },
        { "nan", "node 'c', weights: saw NaN or an infinity, wanted finite numbers" },
        { "groups", "node 'c', groups: saw 3, wanted a divisor of the 2 input channels" },
        { "window", "node 'c', window: saw 7×7 stride 1×1 padding 0,0,0,0 dilation 1×1 on [2, 6, 6], wanted a window that fits its input" },
        { "linear", "node 'l', input: saw [2, 6, 6], wanted [K]: flatten it first" },
        { "add", "node 'a', inputs: saw [2, 6, 6] and [72], wanted one shape" },
        { "twice", "node 'r', name: saw a name used before, wanted a name of its own" },
        { "unknown", "node 'r', input 'nowhere': saw a tensor that nothing before it writes, wanted one of x" },
        { "arity", "node 'a', inputs: saw 1, wanted 2" },
        { "pool", "node 'p', window: saw 2×2 stride 1×1 padding 2,2,2,2 dilation 1×1 on [2, 6, 6], wanted less padding: an output would see nothing else" },
        { "output", "graph, output 'y': saw a tensor that nothing writes, wanted one that a node writes" },
    };

    [Theory, MemberData(nameof(Refusals))]
    public void Are_refused_by_name(string what, string message)
    {
        var nodes = what switch
        {
            "weights" => [new Node("c", Conv(Tensor(3, 1, 3, 3), 3), "x", "y")],
            "bias" => [new Node("c", Conv(Tensor(3, 2, 3, 3), 2), "x", "y")],
            "nan" => [new Node("c", new Layer.Conv2d(Ptq.Tensors.Tensor.Of(Shape.Of(1, 2, 1, 1), [float.NaN, 0]), [0], Window.Square(1)), "x", "y")],
            "groups" => [new Node("c", Conv(Tensor(3, 2, 3, 3), 3, groups: 3), "x", "y")],
            "window" => [new Node("c", new Layer.Conv2d(Tensor(3, 2, 7, 7), Tensor(3).Data, Window.Square(7)), "x", "y")],
            "linear" => [new Node("l", new Layer.Linear(Tensor(3, 72), Tensor(3).Data), "x", "y")],
            "add" => [new Node("f", new Layer.Flatten(), "x", "f"), new Node("a", new Layer.Add(), ["x", "f"], "y")],
            "twice" => [new Node("r", new Layer.Relu(), "x", "z"), new Node("r", new Layer.Relu(), "z", "y")],
            "unknown" => [new Node("r", new Layer.Relu(), "nowhere", "y")],
            "arity" => [new Node("a", new Layer.Add(), "x", "y")],
            "pool" => [new Node("p", new Layer.MaxPool2d(Window.Square(2, padding: 2)), "x", "y")],
            _ => (Values<Node>)[new Node("r", new Layer.Relu(), "x", "z")],
        };
        Assert.Equal(message, Graph.Create("x", Image, nodes, "y").Match(Right: _ => "accepted", Left: error => error.Describe()));
    }

    private static Layer.Conv2d Conv(Tensor weights, int biases, int groups = 1) => new(weights, Tensor(biases).Data, Window.Square(3), groups);

    private static Tensor Tensor(params int[] lengths) => Ptq.Tensors.Tensor.Of(Shape.Of(lengths), Values.From(Enumerable.Repeat(1f, Shape.Of(lengths).Count)));
}
