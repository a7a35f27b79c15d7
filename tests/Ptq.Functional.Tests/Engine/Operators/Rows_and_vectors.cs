using Ptq.Model;
using Ptq.Tensors;
using Xunit;
using static Ptq.Tests.Engine.Operators.BesideTheRuntime;
using static Ptq.Tests.Engine.Operators.OneOperation;

namespace Ptq.Tests.Engine.Operators;

/// <summary>An element's bits depend on neither how many stand beside it nor the way that is chosen for them.</summary>
[Trait("Category", "Paths")]
public class Rows_and_vectors
{
    public static TheoryData<int> Lengths => [.. Enumerable.Range(1, 40), 67, 130];

    [Theory, MemberData(nameof(Lengths))]
    public void A_softmax_is_the_same_along_the_last_axis_and_along_the_first(int length)
    {
        var x = Noise(length, 4, 6, length); // four rows are taken together, so some are left over
        var across = Run("Softmax", Axis(0), Run("Transpose", x));
        Assert.Equal(Run("Transpose", across), Run("Softmax", Axis(-1), x));
    }

    [Fact]
    public void A_softmax_of_infinities_is_the_same_either_way()
    {
        var (infinity, nan) = (float.PositiveInfinity, float.NaN);
        float[] row = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        Assert.All(new[] { infinity, -infinity, nan }, odd => Assert.All(Enumerable.Range(0, 9), place =>
        {
            var x = Floats(Shape.Of(1, 9), [.. row.Select((value, i) => i == place ? odd : value)]);
            Assert.Equal(Run("Transpose", Run("Softmax", Axis(0), Run("Transpose", x))), Run("Softmax", Axis(-1), x));
        }));
        Same([nan, nan, nan], Run("Softmax", Floats(nan, 1, 2)));
        Same([nan, 0, 0], Run("Softmax", Floats(infinity, 1, 2)));
        Same([nan, nan], Run("Softmax", Floats(-infinity, -infinity)));
    }

    [Theory, MemberData(nameof(Lengths))]
    public void A_batch_normalization_is_that_of_each_element(int length)
    {
        var (x, scale, bias, mean, variance) = (Noise(1, 3, 1, 2, length), Noise(2, 2, 2), Noise(3, 2, 2), Noise(4, 1, 2), Run("Abs", Noise(5, 1, 2)));
        var together = Run("BatchNormalization", x, scale, bias, mean, variance);
        for (var i = 0; i < length; i++) Same([together.Floats[i], together.Floats[length + i]], Run("BatchNormalization", Floats(Shape.Of(1, 2, 1), x.Floats[i], x.Floats[length + i]), scale, bias, mean, variance));
    }

    [Theory, MemberData(nameof(Lengths))]
    public void A_layer_normalization_gives_equal_elements_equal_bits(int length)
    {
        var (x, scale) = (Floats(Shape.Of(1, 2 * length), [.. Enumerable.Range(0, 2 * length).Select(i => i % 2 == 0 ? -1.25f : 3.7f)]), Fill(1.7f, 2 * length));
        Assert.Equal(2, Run("LayerNormalization", x, scale, Fill(0.3f, 2 * length)).Floats.AsEnumerable().Distinct().Count());
        Assert.Equal(2, Run("LayerNormalization", x, scale).Floats.AsEnumerable().Distinct().Count());
    }

    [Theory, MemberData(nameof(Lengths))]
    public void A_global_pool_is_the_pool_of_one_window(int length)
    {
        var x = Noise(length, 1, 2, 3, 3, length);
        (string, AttributeValue)[] whole = [("kernel_shape", new AttributeValue.Wholes([3, length]))];
        Assert.Equal(Run("AveragePool", whole, x), Run("GlobalAveragePool", x));
        Assert.Equal(Run("MaxPool", whole, x), Run("GlobalMaxPool", x));
        Assert.Equal(Run("LpPool", whole, x), Run("GlobalLpPool", x));
    }

    private static (string, AttributeValue)[] Axis(long axis) => [("axis", new AttributeValue.Whole(axis))];

    private static Operand Fill(float value, int count) => Floats([.. Enumerable.Repeat(value, count)]);
}
