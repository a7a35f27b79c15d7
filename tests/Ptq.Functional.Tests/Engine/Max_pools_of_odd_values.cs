using Ptq.Engine;
using Ptq.Engine.Reference;
using Ptq.Model;
using Ptq.Tensors;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Engine;

[Trait("Category", "Paths")]
public class Max_pools_of_odd_values
{
    [Theory]
    [InlineData(-0f, 1e-45f, 1e-45f)]
    [InlineData(float.NaN, 1f, float.NaN)]
    [InlineData(float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity)]
    public void Are_IEEE_maxima_in_the_engine_and_in_its_reference(float a, float b, float expected)
    {
        Same(a, b, expected);
        Same(b, a, expected);
    }

    [Fact]
    public void Put_minus_zero_below_zero()
    {
        Same(-0f, 0f, 0f);
        Same(0f, -0f, 0f);
    }

    private static void Same(float a, float b, float expected)
    {
        var pool = new Layer.MaxPool2d(new(new(1), new(2)));
        var graph = Right(Graph.Create("x", Shape.Of(1, 1, 2), [new("p", pool, "x", "y")], "y"));
        var x = Tensor.Of(Shape.Of(1, 1, 1, 2), [a, b]);
        Assert.All([FloatEngine.Compile(graph).Run(x), FloatOps.Run(pool, x, null, FloatArithmetic.Float32)], y =>
            Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(y.Data[0])));
    }
}
