using Ptq.Model;
using Ptq.Tensors;
using Xunit;
using static Ptq.Tests.Engine.Operators.OneOperation;

namespace Ptq.Tests.Engine.Operators;

/// <summary>The corners of ONNX's operator definitions; the middle is in ONNX's own node tests.</summary>
[Trait("Category", "Paths")]
public class Elementwise_operators
{
    private const float Infinity = float.PositiveInfinity;

    [Fact]
    public void Relu_makes_0_of_negative_zero_and_keeps_NaN() => Same([0, 0, float.NaN, Infinity, 0], Run("Relu", Floats(-0f, -3, float.NaN, Infinity, -Infinity)));

    [Fact]
    public void Clip_gives_the_maximum_where_the_minimum_lies_above_it() => Same([1, 1, float.NaN], Run("Clip", Floats(-5, 5, float.NaN), Floats(Shape.Of(), 3), Floats(Shape.Of(), 1)));

    [Fact]
    public void Clip_does_without_either_bound()
    {
        Same([-5, 1], Run("Clip", Floats(-5, 5), null, Floats(Shape.Of(), 1)));
        Same([3, 5], Run("Clip", Floats(-5, 5), Floats(Shape.Of(), 3)));
        Same([-5, 5], Run("Clip", Floats(-5, 5)));
        Assert.Equal([-5, 1], Run("Clip", Integers(ElementType.Int8, -5, 5), null, Integers(ElementType.Int8, Shape.Of(), 1)).Integers.AsEnumerable());
        Assert.Equal([7, -1], Run("Clip", Integers(ElementType.UInt64, 5, -1), Integers(ElementType.UInt64, Shape.Of(), 7)).Integers.AsEnumerable()); // −1 is 2⁶⁴ − 1
    }

    [Fact]
    public void A_slope_must_fit_the_tensor_and_not_the_other_way_round()
    {
        Same([-2, 1, -12, 1], Run("PRelu", Floats(Shape.Of(2, 2), -1, 1, -3, 1), Floats(Shape.Of(2, 1), 2, 4)));
        Assert.Contains("[2, 1] with [1, 3]", Refusal("PRelu", [], Floats(Shape.Of(2, 1), 1, 1), Floats(Shape.Of(1, 3), 1, 1, 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Integers_are_divided_towards_zero_and_never_trap()
    {
        Assert.Equal([3, -3, -3, 0, long.MinValue], Run("Div", Integers(ElementType.Int64, 7, -7, 7, 5, long.MinValue), Integers(ElementType.Int64, 2, 2, -2, 0, -1)).Integers.AsEnumerable());
        Assert.Equal([long.MaxValue, 0], Run("Div", Integers(ElementType.UInt64, -1, -2), Integers(ElementType.UInt64, 2, -1)).Integers.AsEnumerable());
        Assert.Equal([-128], Run("Div", Integers(ElementType.Int8, -128), Integers(ElementType.Int8, -1)).Integers.AsEnumerable());
    }

    [Fact]
    public void Remainders_have_the_divisors_sign_or_with_fmod_the_dividends()
    {
        var (x, y) = (Integers(ElementType.Int32, -4, 7, 5, 4, -7, 8, 3, int.MinValue), Integers(ElementType.Int32, 2, -3, 8, -2, 3, 5, 0, -1));
        Assert.Equal([0, -2, 5, 0, 2, 3, 0, 0], Run("Mod", x, y).Integers.AsEnumerable());
        Assert.Equal([0, 1, 5, 0, -1, 3, 0, 0], Run("Mod", [("fmod", new AttributeValue.Whole(1))], x, y).Integers.AsEnumerable());
        Assert.Equal([0], Run("Mod", Integers(ElementType.Int64, long.MinValue), Integers(ElementType.Int64, -1)).Integers.AsEnumerable());
        Same([-0f, 1, -1, 4, float.NaN], Run("Mod", [("fmod", new AttributeValue.Whole(1))], Floats(-4, 7, -7, 4, 1), Floats(2, -3, 3, Infinity, 0)));
        Assert.Contains("fmod", Refusal("Mod", [], Floats(1), Floats(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Integers_wrap_at_the_width_of_their_type()
    {
        Assert.Equal([44], Run("Add", Integers(ElementType.UInt8, 200), Integers(ElementType.UInt8, 100)).Integers.AsEnumerable());
        Assert.Equal([-56], Run("Add", Integers(ElementType.Int8, 100), Integers(ElementType.Int8, 100)).Integers.AsEnumerable());
        Assert.Equal([255], Run("Sub", Integers(ElementType.UInt8, 0), Integers(ElementType.UInt8, 1)).Integers.AsEnumerable());
        Assert.Equal([1], Run("Mul", Integers(ElementType.UInt32, 0xFFFFFFFF), Integers(ElementType.UInt32, 0xFFFFFFFF)).Integers.AsEnumerable());
        Assert.Equal([-128, 127], Run("Neg", Integers(ElementType.Int8, -128, -127)).Integers.AsEnumerable());
        Assert.Equal([-128, 5], Run("Abs", Integers(ElementType.Int8, -128, -5)).Integers.AsEnumerable());
        Assert.Equal([250], Run("BitwiseNot", Integers(ElementType.UInt8, 5)).Integers.AsEnumerable());
    }

    [Fact]
    public void Numbers_of_64_bits_without_a_sign_are_compared_as_such()
    {
        var (x, y) = (Integers(ElementType.UInt64, -1, 1), Integers(ElementType.UInt64, 1, 2));
        Assert.Equal([1, 0], Run("Greater", x, y).Integers.AsEnumerable());
        Assert.Equal([-1, 2], Run("Max", x, y).Integers.AsEnumerable());
        Assert.Equal([1, 1], Run("Sign", x).Integers.AsEnumerable());
        Assert.Equal([-1, 1], Run("Abs", x).Integers.AsEnumerable());
        Same([18446744073709551616f, 1], Run("Cast", [("to", new AttributeValue.Whole(1))], x));
    }

    [Fact]
    public void Bits_shifted_out_are_gone()
    {
        (string, AttributeValue)[] left = [("direction", new AttributeValue.Text("LEFT"))], right = [("direction", new AttributeValue.Text("RIGHT"))];
        Assert.Equal([254, 0, 0], Run("BitShift", left, Integers(ElementType.UInt8, 255, 255, 255), Integers(ElementType.UInt8, 1, 8, 200)).Integers.AsEnumerable());
        Assert.Equal([1, 0], Run("BitShift", right, Integers(ElementType.UInt64, -1, -1), Integers(ElementType.UInt64, 63, 64)).Integers.AsEnumerable());
        Assert.Contains("'UP'", Refusal("BitShift", [("direction", new AttributeValue.Text("UP"))], Integers(ElementType.UInt8, 1), Integers(ElementType.UInt8, 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Powers_are_of_the_bases_type()
    {
        Same([4, -8, 0.25f], Run("Pow", Floats(2, -2, 2), Integers(ElementType.Int64, 2, 3, -2)));
        Assert.Equal([9, 3, 0], Run("Pow", Integers(ElementType.Int32, 3, 9, 2), Floats(2, 0.5f, -1)).Integers.AsEnumerable());
        Assert.Equal([1, -1, 0, 0, 1], Run("Pow", Integers(ElementType.Int32, 1, -1, 2, 0, 0), Integers(ElementType.Int32, -5, -5, -1, -1, 0)).Integers.AsEnumerable());
        Assert.Equal([0], Run("Pow", Integers(ElementType.Int32, 2), Integers(ElementType.Int32, 32)).Integers.AsEnumerable());
        Same([9, 0.25f, float.NaN], Run("Pow", Floats(-3, 0.5f, float.NaN), Floats(Shape.Of(), 2)));
        Same([float.NaN, 2, 1], Run("Pow", Floats(-4, 4, 1), Floats(Shape.Of(), 0.5f)));
    }

    [Theory] // a square and a cube have kernels of their own
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_power_is_the_same_for_one_exponent_and_for_many(float exponent)
    {
        float[] x = [.. Enumerable.Range(-500, 1000).Select(i => i * 0.0137f), 1e13f, -1e20f, 1e-14f, -1e-30f, -0f, Infinity, -Infinity, float.NaN];
        Same([.. Run("Pow", Floats(x), Floats([.. x.Select(_ => exponent)])).Floats.AsEnumerable()], Run("Pow", Floats(x), Floats(Shape.Of(), exponent)));
    }

    [Fact]
    public void NaN_stays_in_the_largest_and_the_smallest()
    {
        Same([float.NaN, float.NaN, 3], Run("Max", Floats(float.NaN, 1, 1), Floats(0, float.NaN, 2), Floats(Shape.Of(), 3)));
        Same([float.NaN, float.NaN, 1], Run("Min", Floats(float.NaN, 1, 1), Floats(0, float.NaN, 2), Floats(Shape.Of(), 3)));
    }

    [Fact]
    public void Sums_and_means_take_any_number_of_shapes()
    {
        Same([111, 112, 121, 122], Run("Sum", Floats(Shape.Of(2, 1), 10, 20), Floats(1, 2), Floats(Shape.Of(), 100)));
        Same([2, 4], Run("Mean", Floats(1, 2), Floats(2, 4), Floats(3, 6)));
        Same([5], Run("Mean", Floats(5)));
    }

    [Fact]
    public void Zeros_and_infinities_have_a_sign_and_only_what_is_asked_for_is_infinite()
    {
        Same([-1, 0, 0, 1, float.NaN], Run("Sign", Floats(-2, -0f, 0, 3, float.NaN)));
        Same([0, -0f, -Infinity], Run("Neg", Floats(-0f, 0, Infinity)));
        Assert.Equal([1, 1, 0], Run("IsInf", Floats(Infinity, -Infinity, float.NaN)).Integers.AsEnumerable());
        Assert.Equal([1, 0, 0], Run("IsInf", [("detect_negative", new AttributeValue.Whole(0))], Floats(Infinity, -Infinity, float.NaN)).Integers.AsEnumerable());
        Assert.Equal([0, 1], Run("IsNaN", Floats(Infinity, float.NaN)).Integers.AsEnumerable());
    }

    [Fact]
    public void NaN_is_equal_to_nothing()
    {
        var (x, y) = (Floats(float.NaN, 0, 1), Floats(float.NaN, -0f, 2));
        Assert.Equal([0, 1, 0], Run("Equal", x, y).Integers.AsEnumerable());
        Assert.Equal([0, 1, 1], Run("LessOrEqual", x, y).Integers.AsEnumerable());
        Assert.Equal([0, 1, 0], Run("GreaterOrEqual", x, y).Integers.AsEnumerable());
        Assert.Equal(ElementType.Bool, Run("Less", x, y).Type);
        Assert.Equal([1, 0], Run("Equal", Truths(1, 1), Truths(1, 0)).Integers.AsEnumerable());
    }

    [Fact]
    public void Where_broadcasts_all_three() =>
        Same([1, 20, 3, 10, 2, 30], Run("Where", Integers(ElementType.Bool, Shape.Of(2, 3), 1, 0, 1, 0, 1, 0), Floats(1, 2, 3), Floats(Shape.Of(1, 3), 10, 20, 30)));

    [Theory] // to, elements, expected
    [InlineData(ElementType.Int8, new[] { 3.9f, -3.9f, 300, -300, float.NaN, float.PositiveInfinity }, new long[] { 3, -3, 127, -128, 0, 127 })]
    [InlineData(ElementType.UInt8, new[] { 255.5f, -1, -0.5f, float.NegativeInfinity }, new long[] { 255, 0, 0, 0 })]
    [InlineData(ElementType.Int64, new[] { 1e30f, -1e30f, 16777216f }, new[] { long.MaxValue, long.MinValue, 16777216 })]
    [InlineData(ElementType.UInt64, new[] { 1e30f, -1, 9223372036854775808f }, new[] { -1, 0, long.MinValue })]
    [InlineData(ElementType.Int32, new[] { 2147483648f, -2147483648f }, new long[] { int.MaxValue, int.MinValue })]
    [InlineData(ElementType.Bool, new[] { 0, -0f, 0.1f, float.NaN }, new long[] { 0, 0, 1, 1 })]
    [InlineData(ElementType.Int4, new[] { 7.9f, 8, -9 }, new long[] { 7, 7, -8 })]
    public void Floats_become_integers_by_cutting_off(ElementType to, float[] x, long[] expected) =>
        Assert.Equal(expected, Run("Cast", [("to", new AttributeValue.Whole((long)to))], Floats(x)).Integers.AsEnumerable());

    [Fact]
    public void Integers_lose_the_bits_that_do_not_fit()
    {
        Assert.Equal([-1, 0, 44], Run("CastLike", Integers(ElementType.Int32, 255, 256, 300), Integers(ElementType.Int8, 0)).Integers.AsEnumerable());
        Assert.Equal([1, 0, 1], Run("Cast", [("to", new AttributeValue.Whole(9))], Integers(ElementType.Int32, 256, 0, -1)).Integers.AsEnumerable());
        Same([1, 0], Run("Cast", [("to", new AttributeValue.Whole(1))], Truths(1, 0)));
    }

    [Fact]
    public void Results_are_numbers_of_their_type() // float16 has 11 bits and ends at 65504, bfloat16 has 8
    {
        Same([2048, 2052, Infinity, 0.33325195f], Run("Cast", [("to", new AttributeValue.Whole(10))], Floats(2049, 2051, 65520, 1 / 3f)));
        Same([256, 260, -2], Run("Cast", [("to", new AttributeValue.Whole(16))], Floats(257, 259, -1.999f)));
        Same([2048], Run("Add", Floats(ElementType.Float16, Shape.Of(1), 2048), Floats(ElementType.Float16, Shape.Of(1), 1)));
        Same([2050], Run("Sum", Floats(ElementType.Float16, Shape.Of(1), 2048), Floats(ElementType.Float16, Shape.Of(1), 1), Floats(ElementType.Float16, Shape.Of(1), 1)));
        Assert.Equal(0.333251953125f, Run("Reciprocal", Floats(ElementType.Float16, Shape.Of(1), 3)).Floats[0]);
    }

    [Theory]
    [InlineData("Sigmoid", 0.5f)]
    [InlineData("Tanh", 0)]
    [InlineData("Gelu", 0)]
    [InlineData("Mish", 0)]
    [InlineData("Softplus", 0.6931472f)]
    [InlineData("Celu", 0)]
    [InlineData("HardSwish", 0)]
    [InlineData("HardSigmoid", 0.5f)]
    [InlineData("Elu", 0)]
    [InlineData("Selu", 0)]
    [InlineData("Softsign", 0)]
    [InlineData("LeakyRelu", 0)]
    [InlineData("ThresholdedRelu", 0)]
    [InlineData("Shrink", 0)]
    [InlineData("Erf", 0)]
    public void Activations_keep_NaN_and_have_their_value_at_0(string op, float atZero) => Same([atZero, float.NaN], Run(op, Floats(0, float.NaN)));

    [Fact]
    public void Gelu_is_ONNXs() // its node tests came with opset 20, after the test data: values by mpmath at 30 digits, rounded to float32
    {
        Same([-0.158655256f, 0.841344774f, 1.95449972f, -0.00404969417f], Run("Gelu", Floats(-1, 1, 2, -3)));
        Same([-0.158808008f, 0.841192007f, 1.95459771f, -0.00363739207f], Run("Gelu", [("approximate", new AttributeValue.Text("tanh"))], Floats(-1, 1, 2, -3)));
        Assert.Contains("'fast'", Refusal("Gelu", [("approximate", new AttributeValue.Text("fast"))], Floats(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Mish_is_ONNXs() => Same([-0.30340147f, 0.865098417f, 2.98653507f, -0.145647466f, 50], Run("Mish", Floats(-1, 1, 3, -3, 50)));

    [Theory]
    [InlineData("Add")]
    [InlineData("Pow")]
    [InlineData("Equal")]
    [InlineData("Max")]
    public void Shapes_that_do_not_fit_are_refused_by_name(string op) =>
        Assert.Equal($"node 'it', {op} (opset 20), inputs: saw [2] with [3], wanted shapes whose axes from the last on are equal, or 1", Refusal(op, [], Floats(1, 2), Floats(1, 2, 3)));

    [Fact]
    public void Types_that_do_not_fit_are_refused_by_name()
    {
        Assert.Equal("node 'it', Add (opset 20), input 1: saw int64, wanted float32, as input 0", Refusal("Add", [], Floats(1), Integers(ElementType.Int64, 1)));
        Assert.Contains("saw bool, wanted numbers", Refusal("Add", [], Truths(1), Truths(1)), StringComparison.Ordinal);
        Assert.Contains("saw float32, wanted truth values", Refusal("And", [], Truths(1), Floats(1)), StringComparison.Ordinal);
        Assert.Contains("saw int32, wanted floating-point numbers", Refusal("Sigmoid", [], Integers(ElementType.Int32, 1)), StringComparison.Ordinal);
        Assert.Contains("input 0: saw none", Refusal("Sum", []), StringComparison.Ordinal);
        Assert.Contains("saw 8, wanted an element type", Refusal("Cast", [("to", new AttributeValue.Whole(8))], Floats(1)), StringComparison.Ordinal);
        Assert.Contains("input 2: saw float32 [2], wanted one element of float32", Refusal("Clip", [], Floats(1), null, Floats(1, 2)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_shape_that_broadcasting_makes_too_large_is_refused()
    {
        var (x, y) = (Floats(Shape.Of(100_000, 1), new float[100_000]), Floats(new float[100_000]));
        Assert.Contains("output: saw shape [100000, 100000]", Refusal("Mul", [], x, y), StringComparison.Ordinal);
    }
}
