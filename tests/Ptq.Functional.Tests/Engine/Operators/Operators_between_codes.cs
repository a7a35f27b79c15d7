using LanguageExt;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Tensors;
using Xunit;
using static Ptq.Tests.Engine.Operators.OneOperation;

namespace Ptq.Tests.Engine.Operators;

/// <summary>The ONNX Runtime's operators between codes on numbers worked out by hand, or recorded from version 1.30 where the text says so.</summary>
[Trait("Category", "Paths")]
public class Operators_between_codes
{
    private static Operand Scale(float scale) => Floats(Shape.Of(), scale);

    private static Operand Zero(long zero, ElementType type = ElementType.UInt8) => Integers(type, Shape.Of(), zero);

    private static Operand Codes(params long[] codes) => Integers(ElementType.UInt8, codes);

    private static Operand Signed(params long[] codes) => Integers(ElementType.Int8, codes);

    private static Operand Plane(params long[] codes) => Integers(ElementType.UInt8, Shape.Of(1, 1, codes.Length), codes);

    private static (string, AttributeValue) Lengths(string name, params long[] lengths) => (name, Attribute(lengths));

    private static long[] Run(string op, (string, AttributeValue)[] attributes, params Operand?[] inputs) => OneOperation.Run($"com.microsoft.{op}", attributes, inputs).Integers.Span.ToArray();

    private static long[] Run(string op, params Operand?[] inputs) => Run(op, [], inputs);

    // (a + b) / 2 + z of 0 to 3, rounded with the zero point: 0.5 → 0 and 1.5 → 2, but 0.5 + 1 → 2 and 1.5 + 1 → 2.
    [Theory]
    [InlineData(0, 0, 0, 1, 2)]
    [InlineData(1, 1, 2, 2, 2)]
    public void A_sum_is_rounded_with_its_zero_point(int zero, params int[] expected) =>
        Assert.Equal(expected.Select(code => (long)code), Run("QLinearAdd", Codes(10, 11, 12, 13), Scale(1), Zero(10), Codes(3, 3, 3, 3), Scale(1), Zero(3), Scale(2), Zero(zero)));

    // Recorded: the last bit of the sum's constant part differs with the order of the two.
    [Fact]
    public void A_sum_with_one_code_on_the_left_exchanges_the_two()
    {
        Operand?[] Inputs(Operand a) => [a, Scale(0.0899f), Zero(249), Codes(247, 216, 242), Scale(0.0846f), Zero(29), Scale(0.0498f), Zero(100)];
        Assert.Equal([43L, 0, 34], Run("QLinearAdd", Inputs(Codes(12, 12, 12))));
        Assert.Equal([42L, 0, 34], Run("QLinearAdd", Inputs(Codes(12))));
    }

    // 255 · 10³⁰ is no INT32; the runtime's conversion makes it the least one.
    [Fact]
    public void A_sum_beyond_INT32_is_the_lowest_code() =>
        Assert.Equal([-128L, -128], Run("QLinearAdd", Signed(127, -127), Scale(1e30f), Zero(0, ElementType.Int8), Signed(0, 0), Scale(1), Zero(0, ElementType.Int8), Scale(1), Zero(5, ElementType.Int8)));

    // a · b / 2 + z: 0.5, 1.5, 2.5 and −1.5 with z = 0 and 1.
    [Theory]
    [InlineData(0, 0, 2, 2, -2)]
    [InlineData(1, 2, 2, 4, 0)]
    public void A_product_is_rounded_with_its_zero_point(int zero, params int[] expected) =>
        Assert.Equal(expected.Select(code => (long)code), Run("QLinearMul", Signed(8, 10, 12, 4), Scale(1), Zero(7, ElementType.Int8), Signed(-4), Scale(0.5f), Zero(-5, ElementType.Int8), Scale(1), Zero(zero, ElementType.Int8)));

    [Fact]
    public void Rows_are_combined_as_NumPy_repeats_them() =>
        Assert.Equal([11L, 12, 21, 22], Run("QLinearAdd", Integers(ElementType.UInt8, Shape.Of(2, 1), 10, 20), Scale(1), null, Integers(ElementType.UInt8, Shape.Of(1, 2), 1, 2), Scale(1), null, Scale(1), null));

    // (x − 4) · ½ · (−½ below 0) / ¼ + 100: −2 gives 102, −1 gives 101; 6 gives 104.
    [Fact]
    public void A_leaky_code_goes_by_its_slope() =>
        Assert.Equal([102L, 101, 100, 104, 255], Run("QLinearLeakyRelu", [("alpha", Attribute(-0.5f))], Codes(2, 3, 4, 6, 255), Scale(0.5f), Zero(4), Scale(0.25f), Zero(100)));

    // Recorded. Its approximation is no longer monotone where the function is below 10⁻⁷, which a scale of 10⁻¹² shows.
    [Fact]
    public void A_sigmoid_is_the_runtimes_down_to_the_last_place()
    {
        Assert.Equal([0L, 0, 69, 122, 128, 134, 187, 255], Run("QLinearSigmoid", Codes(0, 28, 118, 127, 128, 129, 138, 255), Scale(0.1f), Zero(128), Scale(1 / 256f), Zero(0)));
        Assert.Equal([0L, 255, 0, 255, 255], Run("QLinearSigmoid", Codes(2, 3, 4, 5, 6), Scale(0.3f), Zero(62), Scale(1e-12f), Zero(0)));
    }

    // 2 · (x − 1) / 4, ties to even, + 9, then ½ · x / 4 + 9, then the codes as they are.
    [Fact]
    public void Joined_codes_become_the_outputs() =>
        Assert.Equal([9L, 9, 9, 10, 9, 10, 11, 0, 255], Run("QLinearConcat", [("axis", Attribute(0))], Scale(4), Zero(9), Codes(0, 1, 2, 3), Scale(2), Zero(1), Codes(3, 9, 13), Scale(0.5f), Zero(0), Codes(0, 255), Scale(4), Zero(9)));

    [Fact]
    public void Chosen_codes_become_the_outputs() =>
        Assert.Equal([12L, 7, 16, 7], Run("QLinearWhere", Truths(1, 0, 1, 0), Codes(1, 2, 3, 4), Scale(2), Zero(0), Codes(7), Scale(1), Zero(10), Scale(1), Zero(10)));

    // Means 1.5, 2 and 2.5 of reals, rounded with a zero point of 1; a whole plane is 1.5 rounded, and then 1.
    [Fact]
    public void A_mean_is_rounded_with_its_zero_point_and_that_of_a_plane_before()
    {
        Operand?[] inputs = [Plane(11, 12, 12, 13), Scale(1), Zero(10), Scale(1), Zero(1)];
        Assert.Equal([2L, 3, 4], Run("QLinearAveragePool", [Lengths("kernel_shape", 2)], inputs));
        Assert.Equal([3L], Run("QLinearAveragePool", [Lengths("kernel_shape", 2)], Plane(11, 12), Scale(1), Zero(10), Scale(1), Zero(1)));
        Assert.Equal([3L], Run("QLinearGlobalAveragePool", Plane(11, 12), Scale(1), Zero(10), Scale(1), Zero(1)));
    }

    // [4, 8], padded by one in front: 4 / 1 or 4 / 2, then 6.
    [Theory]
    [InlineData(0, 4, 6)]
    [InlineData(1, 2, 6)]
    public void Padding_counts_where_it_is_to(int counts, params int[] expected) =>
        Assert.Equal(expected.Select(code => (long)code), Run("QLinearAveragePool", [Lengths("kernel_shape", 2), Lengths("pads", 1, 0), ("count_include_pad", Attribute(counts))], Plane(4, 8), Scale(1), Zero(0), Scale(1), Zero(0)));

    [Fact]
    public void Channels_may_be_last()
    {
        var x = Integers(ElementType.UInt8, Shape.Of(1, 3, 2), 1, 10, 3, 20, 5, 40);
        Operand?[] inputs = [x, Scale(1), Zero(0), Scale(1), Zero(0)];
        var y = OneOperation.Run("com.microsoft.QLinearAveragePool", [Lengths("kernel_shape", 2), ("channels_last", Attribute(1))], inputs);
        Assert.Equal(Integers(ElementType.UInt8, Shape.Of(1, 2, 2), 2, 15, 4, 30), y);
        Assert.Equal(Integers(ElementType.UInt8, Shape.Of(1, 1, 2), 3, 23), OneOperation.Run("com.microsoft.QLinearGlobalAveragePool", [("channels_last", Attribute(1))], inputs));
    }

    // (7 − 2) · (11 − 1) = 50 and (7 − 2) · (3 − 1) = 10, and C; times ½ · ¼, by 3, + 9.
    [Fact]
    public void A_product_of_matrices_gives_codes_or_reals()
    {
        Operand?[] inputs = [Integers(ElementType.UInt8, Shape.Of(1, 1), 7), Scale(0.5f), Zero(2), Integers(ElementType.UInt8, Shape.Of(1, 2), 11, 3), Scale(0.25f), Zero(1), Integers(ElementType.Int32, 2, -30)];
        Same([6.5f, -2.5f], OneOperation.Run("com.microsoft.QGemm", inputs));
        Assert.Equal([11L, 8], Run("QGemm", [.. inputs, Scale(3), Zero(9)]));
        Same([13f, -5f], OneOperation.Run("com.microsoft.QGemm", [("alpha", Attribute(2f))], inputs));
        Same([1.625f, -0.625f], OneOperation.Run("com.microsoft.QGemm", [.. inputs, Scale(4)]));
        Assert.Equal([15L, 7], Run("QGemm", [.. inputs, null, Zero(9)])); // 6.5 and −2.5: ties to even before the zero point is added
    }

    [Fact]
    public void Matrices_may_lie_turned()
    {
        var (a, b) = (Integers(ElementType.UInt8, Shape.Of(2, 1), 1, 2), Integers(ElementType.UInt8, Shape.Of(3, 2), 1, 2, 3, 4, 5, 6)); // [1 2] · [1 3 5; 2 4 6]
        Operand?[] inputs = [a, Scale(1), Zero(0), b, Floats(1, 1, 2), Codes(0, 0, 0), null, Scale(1), Zero(0)];
        Assert.Equal([5L, 11, 34], Run("QGemm", [("transA", Attribute(1)), ("transB", Attribute(1))], inputs));
    }

    // Recorded: e⁰, e⁻¹ and e⁻² over their sum in 256ths; a single element overflows float32 and leaves the zero point.
    [Fact]
    public void Shares_are_the_runtimes()
    {
        (string, AttributeValue)[] attributes = [("axis", Attribute(0)), ("opset", Attribute(13))];
        Assert.Equal([23L, 63, 170], Run("QLinearSoftmax", attributes, Codes(10, 20, 30), Scale(0.1f), Zero(0), Scale(1 / 256f), Zero(0)));
        Assert.Equal([5L], Run("QLinearSoftmax", attributes, Codes(10), Scale(0.1f), Zero(0), Scale(1 / 256f), Zero(5)));
    }

    [Theory]
    [InlineData("QLinearAdd")]
    [InlineData("QLinearSigmoid")]
    [InlineData("QLinearGlobalAveragePool")]
    [InlineData("QLinearConcat")]
    [InlineData("QGemm")]
    public void What_does_not_fit_is_refused(string op)
    {
        Assert.Contains($"com.microsoft.{op}", Refusal(op, Codes(1)), StringComparison.Ordinal); // most inputs are missing
        Assert.Contains($"com.microsoft.{op}", Refusal(op, Floats(1, 2), Scale(1), Zero(0), Scale(1), Zero(0)), StringComparison.Ordinal);
        Assert.Contains($"com.microsoft.{op}", Refusal(op, Codes(), Floats(), Codes(), Codes(), Floats(), Codes(), Floats(), Codes()), StringComparison.Ordinal);
        Assert.Contains($"com.microsoft.{op}", Refusal(op, Plane(1), Floats(1, 2, 3), Zero(0), Plane(1), Scale(1), Zero(0, ElementType.Int8), Scale(1), Zero(1)), StringComparison.Ordinal);
    }

    private static string Refusal(string op, params Operand?[] inputs) =>
        Try($"com.microsoft.{op}", [("axis", Attribute(0))], false, inputs).Match(y => throw new InvalidOperationException($"{op} gave {y}."), (PtqError error) => error.Describe());
}
