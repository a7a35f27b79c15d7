using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Model;

public class Folding_keeps_what_others_read
{
    private static readonly Layer.Conv2d Conv = new(Tensor.Of(Shape.Of(1, 1, 1, 1), [2]), [1], Window.Square(1));
    private static readonly Layer.BatchNorm Norm = new([3], [0], [0], [1]);

    [Fact]
    public void A_convolution_with_a_second_reader_stays_as_it_is() => Unchanged("y", new("c", Conv, "x", "z"), new("n", Norm, "z", "n"), new("a", new Layer.Add(), ["z", "n"], "y"));

    [Fact]
    public void A_convolution_that_is_the_output_stays_as_it_is() => Unchanged("z", new("c", Conv, "x", "z"), new("n", Norm, "z", "y"));

    [Fact]
    public void A_norm_without_a_convolution_stays_as_it_is() => Unchanged("y", new("r", new Layer.Relu(), "x", "z"), new("n", Norm, "z", "y"));

    private static void Unchanged(string output, params Node[] nodes)
    {
        var graph = Right(Graph.Create("x", Shape.Of(1, 2, 2), Values.From(nodes), output));
        Assert.Equal(graph, Right(Folding.BatchNorms(graph)));
    }
}
