using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;
using Xunit;
using static Ptq.Tests.Engine.Operators.OneOperation;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Engine.Operators;

/// <summary>The corners of ONNX's operator definitions; the middle is in ONNX's own node tests. Arrays are what NumPy makes of the same indexing.</summary>
public class Layout_operators
{
    [Theory]
    [InlineData(0, 2, 3, 1)]
    [InlineData(0, 3, 1, 2)]
    [InlineData(0, 1, 3, 2)]
    [InlineData(0, 2, 1, 3)]
    [InlineData(3, 2, 1, 0)]
    [InlineData(2, 0, 3, 1)]
    public void Transposing_moves_every_element_to_its_place_beyond_the_size_of_tiles(params int[] perm)
    {
        var shape = Shape.Of(2, 35, 33, 34);
        var x = Operand.Of(ElementType.Int64, shape, Values.From(Enumerable.Range(0, shape.Count).Select(i => (long)i)));
        var y = Right(Try(new("Transpose", 13, 1, ("perm", Attribute(perm.Select(p => (long)p).ToArray()))), 1, x))[0];
        Assert.Equal(perm.Select(p => shape[p]), y.Shape.Lengths.AsEnumerable());
        for (var i = 0; i < y.Shape.Count; i++)
        {
            var from = 0;
            for (var axis = 0; axis < 4; axis++) from += i / y.Shape.Stride(axis) % y.Shape[axis] * shape.Stride(perm[axis]);
            Assert.Equal(from, y.Integers[i]);
        }
    }

    [Theory]
    [InlineData(1, 4, 1, "1 2 3")]
    [InlineData(0, long.MaxValue, 2, "0 2 4")]
    [InlineData(-2, long.MaxValue, 1, "4 5")]
    [InlineData(-1, long.MinValue, -1, "5 4 3 2 1 0")]
    [InlineData(long.MaxValue, long.MinValue, -4, "5 1")]
    [InlineData(long.MinValue, 2, 1, "0 1")]
    [InlineData(4, -7, long.MinValue, "4")]
    [InlineData(4, -6, -2, "4 2")]
    [InlineData(1, 2, long.MaxValue, "1")]
    [InlineData(3, 3, 1, "")]
    [InlineData(9, 20, 1, "")]
    public void Slicing_is_Pythons(long start, long end, long step, string taken) =>
        Assert.Equal(taken, string.Join(' ', Run("Slice", Longs(0, 1, 2, 3, 4, 5), Longs(start), Longs(end), Longs(0), Longs(step)).Integers.AsEnumerable()));

    [Fact]
    public void The_last_of_several_parts_takes_what_is_left()
    {
        var parts = Right(Try(new("Split", 18, 4, ("num_outputs", Attribute(4))), 1, Longs(0, 1, 2, 3, 4, 5, 6)));
        Assert.Equal(["0 1", "2 3", "4 5", "6"], parts.Select(p => string.Join(' ', p.Integers.AsEnumerable())));
        Assert.Contains("split", Left(Try(new("Split", 18, 4), 1, Longs(0, 1, 2, 3, 4))), StringComparison.Ordinal); // 2, 2, 2, −1
    }

    [Theory]
    [InlineData("reflect", 5, 4, "1 2 3 2 1 0 1 2 3 2 1 0 1")]
    [InlineData("edge", 2, 1, "0 0 0 1 2 3 3")]
    [InlineData("wrap", 6, 1, "2 3 0 1 2 3 0 1 2 3 0")]
    [InlineData("constant", 1, 2, "9 0 1 2 3 9 9")]
    [InlineData("constant", -1, 2, "1 2 3 9 9")]
    [InlineData("constant", 3, -6, "9")]
    [InlineData("reflect", -1, 2, "1 2 3 2 1")]
    public void Padding_repeats_what_it_is_told_to(string mode, long before, long behind, string padded) =>
        Assert.Equal(padded, string.Join(' ', Run("Pad", [("mode", Attribute(mode))], Longs(0, 1, 2, 3), Longs(before, behind), mode == "constant" ? Longs(9) : null).Integers.AsEnumerable()));

    [Fact]
    public void Padding_of_some_axes_leaves_the_others() =>
        Assert.Equal([5, 1, 5, 2], Run("Pad", Integers(ElementType.Int64, Shape.Of(2, 1), 1, 2), Longs(1, 0), Longs(5), Longs(-1)).Integers.AsEnumerable());

    [Fact]
    public void Scattered_updates_come_one_after_the_other()
    {
        Operand Scattered(string reduction) => Run("ScatterElements", [("reduction", Attribute(reduction))], Integers(ElementType.UInt8, 100, 3, 7), Longs(0, 0, -1), Integers(ElementType.UInt8, 90, 80, 2));
        Assert.Equal([80, 3, 2], Scattered("none").Integers.AsEnumerable());
        Assert.Equal([100 + 90 + 80 - 256, 3, 9], Scattered("add").Integers.AsEnumerable());
        Assert.Equal([100, 3, 7], Scattered("max").Integers.AsEnumerable());
        Assert.Equal([80, 3, 2], Scattered("min").Integers.AsEnumerable());
    }

    [Fact]
    public void Indices_out_of_range_are_refused_before_running_and_while()
    {
        foreach (var (op, indices) in new[] { ("Gather", Longs(3)), ("GatherElements", Longs(-4)), ("GatherND", Integers(ElementType.Int64, Shape.Of(1, 1), long.MinValue)) })
            for (var given = 0; given <= 2; given++)
                Assert.Contains("wanted -3 to 2", Left(Try(new(op, 13, 1), given, Floats(1, 2, 3), indices)), StringComparison.Ordinal);
        Assert.Contains("wanted -3 to 2", Left(Try(new("ScatterElements", 18, 1), 3, Floats(1, 2, 3), Longs(3), Floats(1f))), StringComparison.Ordinal);
        Assert.Contains("wanted 0 to 2", Left(Try(new("ReverseSequence", 13, 1), 2, Floats(Shape.Of(2, 1), 1, 2), Longs(3))), StringComparison.Ordinal);
    }

    [Fact]
    public void The_upper_half_of_uint64_is_the_largest()
    {
        var x = Integers(ElementType.UInt64, 1, -1, 0);
        Assert.Equal([-1], Run("ReduceMax", x).Integers.AsEnumerable());
        Assert.Equal([0], Run("ReduceMin", x).Integers.AsEnumerable());
        Assert.Equal([1], Run("ArgMax", x).Integers.AsEnumerable());
        Assert.Equal([-1, 1], Right(Try(new("TopK", 13, 2), 1, x, Longs(2)))[0].Integers.AsEnumerable());
    }

    [Fact]
    public void What_is_left_of_a_reduction_of_nothing_is_where_it_begins()
    {
        var nothing = Floats(Shape.Of(2, 0));
        Assert.Equal([0f, 0], Run("ReduceSum", nothing, Longs(1)).Floats.AsEnumerable());
        Assert.Equal([1f, 1], Run("ReduceProd", nothing, Longs(1)).Floats.AsEnumerable());
        Assert.Equal([float.NegativeInfinity, float.NegativeInfinity], Run("ReduceMax", nothing, Longs(1)).Floats.AsEnumerable());
        Assert.Equal([float.NegativeInfinity, float.NegativeInfinity], Run("ReduceLogSumExp", nothing, Longs(1)).Floats.AsEnumerable());
        Assert.Equal(Shape.Of(1, 0), Run("ReduceSum", nothing, Longs(0)).Shape);
        Assert.Equal([127], Run("ReduceMin", [("keepdims", Attribute(0))], Integers(ElementType.Int8, Shape.Of(0))).Integers.AsEnumerable());
    }

    [Fact]
    public void Softmax_takes_infinities_as_limits()
    {
        const float Infinity = float.PositiveInfinity;
        float[] Of(string op, params float[] x) => Run(op, Floats(x)).Floats.Span.ToArray();
        var many = Enumerable.Repeat(-Infinity, 30).Append(3).ToArray(); // enough for vectors
        Assert.Equal([.. Enumerable.Repeat(0f, 30), 1], Of("Softmax", many));
        Assert.All(Of("Softmax", [.. Enumerable.Repeat(-Infinity, 31)]), y => Assert.Equal(float.NaN, y));
        Assert.Equal([float.NaN, 0], Of("Softmax", Infinity, 1));
        Assert.Equal([float.NegativeInfinity], Of("ReduceLogSumExp", [.. Enumerable.Repeat(-Infinity, 31)]));
        Assert.Equal([Infinity], Of("ReduceLogSumExp", [.. Enumerable.Repeat(1f, 31), Infinity]));
        Assert.Equal([1e4f], Of("ReduceLogSumExp", 1e4f, -1e4f));
    }

    public static TheoryData<string, string, string> Impossible => new()
    {
        // operator; the attributes; the inputs: the first is given, and the others are constants
        { "Transpose", "perm=0,0", "2x2" }, { "Transpose", "perm=0", "2x2" }, { "Transpose", "perm=0,-9223372036854775808", "2x2" },
        { "Squeeze", "", "2x1 i:0" }, { "Unsqueeze", "", "2 i:0,0" }, { "Unsqueeze", "", "2 i:9" }, { "Flatten", "axis=3", "2x2" },
        { "Reshape", "", "4 i:-1,-1" }, { "Reshape", "", "4 i:-1,3" }, { "Reshape", "", "4 i:0,0" }, { "Reshape", "", "4 i:4294967296,4294967296" }, { "Reshape", "", "4 2" },
        { "Concat", "", "2 2" }, { "Concat", "axis=0", "2 2x2" }, { "Concat", "axis=1", "2x2 3x2" }, { "Concat", "axis=0", "2 i:1" },
        { "Slice", "", "4 i:0 i:1 i:0 i:0" }, { "Slice", "", "4 i:0,0 i:1,1 i:0,0" }, { "Slice", "", "4 i:0,0 i:1" },
        { "Split", "axis=0", "4 i:3" }, { "Split", "axis=0", "4 i:9223372036854775807" }, { "Split", "num_outputs=3", "4" },
        { "Gather", "axis=1", "4 i:0" }, { "Gather", "", "4 1" }, { "GatherElements", "", "4x4 i:0" }, { "GatherND", "", "4 i:0,0" },
        { "ScatterND", "", "4 i:0 2" }, { "ScatterElements", "reduction=mean", "4 i:0 1" },
        { "Pad", "", "4 i:1" }, { "Pad", "", "4 i:-3,-3" }, { "Pad", "", "4 i:9223372036854775807,9223372036854775807" }, { "Pad", "mode=reflect", "4 i:-4,3" }, { "Pad", "mode=mirror", "4 i:1,1" },
        { "Expand", "", "4 i:3" }, { "Expand", "", "1 i:-1" }, { "Expand", "", "1 i:1073741824,1073741824" }, { "Tile", "", "4 i:9223372036854775807" }, { "Tile", "", "4 i:-1" }, { "Tile", "", "4 i:1,1" },
        { "DepthToSpace", "blocksize=2", "1x2x1x1" }, { "DepthToSpace", "blocksize=0", "1x4x1x1" }, { "SpaceToDepth", "blocksize=3", "1x1x2x2" }, { "DepthToSpace", "blocksize=2 mode=CCC", "1x4x1x1" },
        { "OneHot", "", "4 i:0 2" }, { "OneHot", "", "4 i:9223372036854775807 2" }, { "OneHot", "", "4 i:4 3" }, { "EyeLike", "", "4" }, { "EyeLike", "dtype=8", "2x2" },
        { "TopK", "", "4 i:5" }, { "TopK", "", "4 i:-1" }, { "ArgMax", "axis=0", "0x2" }, { "CumSum", "", "4 i:1" }, { "CumSum", "", "4 i:0,0" }, { "Trilu", "", "4" },
        { "Resize", "", "1x1x2x2 - -" }, { "Resize", "", "1x1x2x2 - 4 i:1,1,2,2" }, { "Resize", "", "2 - 3" }, { "Resize", "", "2 - - i:-1" }, { "Resize", "", "2 - - i:1000000000000" }, { "Resize", "mode=lanczos", "2 - - i:3" }, { "Resize", "", "0 - - i:3" },
        { "Resize", "coordinate_transformation_mode=tf_crop_and_resize", "2 - - i:3" }, { "Resize", "nearest_mode=up", "2 - - i:3" },
        { "ReduceSum", "", "2x2 i:0,0" }, { "ReduceSum", "", "2x2 i:2" }, { "ReduceLogSumExp", "", "i:1,2" }, { "Softmax", "axis=2", "2x2" }, { "Softmax", "", "i:1" },
        { "BatchNormalization", "", "1x2 2 2 2 3" }, { "BatchNormalization", "training_mode=1", "1x2 2 2 2 2" }, { "InstanceNormalization", "", "1x2x3 3 3" }, { "LayerNormalization", "", "2x3 2" }, { "GroupNormalization", "num_groups=2", "1x3x2 2 2" },
        { "LpNormalization", "p=3", "2x2" }, { "LRN", "size=0", "1x2x2" }, { "MeanVarianceNormalization", "", "2x2" },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void Impossible_requests_are_refused_in_words(string op, string attributes, string inputs)
    {
        var values = inputs.Split(' ').Select((text, place) =>
            text == "-" ? null
            : text.StartsWith("i:", StringComparison.Ordinal) ? Longs([.. text[2..].Split(',').Select(n => long.Parse(n, null))])
            : Floats(Shape.Of([.. text.Split('x').Select(n => int.Parse(n, null))]), new float[text.Split('x').Aggregate(1, (count, n) => count * int.Parse(n, null))])).ToArray();
        var given = attributes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(a => a.Split('=')).Select(a =>
            (a[0], a[0] == "perm" ? Attribute(a[1].Split(',').Select(n => long.Parse(n, null)).ToArray()) : Attribute(long.TryParse(a[1], out var whole) ? whole : a[1]))).ToArray();
        Assert.StartsWith("node 'it', ", Left(Try(new(op, 18, 1, given), 1, values)), StringComparison.Ordinal);
    }

    /// <summary>What decides shapes is constant; whether the tensor itself is makes no difference.</summary>
    private static Operand Run(string op, (string, AttributeValue)[] attributes, params Operand?[] inputs)
    {
        var (given, constant) = (Right(Try(new(op, 19, 1, attributes), 1, inputs)), Right(Try(new(op, 19, 1, attributes), 0, inputs)));
        Assert.Equal(given[0], constant[0]);
        return given[0];
    }

    private static Operand Run(string op, params Operand?[] inputs) => Run(op, [], inputs);

    private static Operand Longs(params long[] elements) => Integers(ElementType.Int64, elements);

    private static string Left(LanguageExt.Either<PtqError, Operand[]> result) => result.Match(outputs => throw new InvalidOperationException($"There was {outputs[0]}."), error => error.Describe());
}
