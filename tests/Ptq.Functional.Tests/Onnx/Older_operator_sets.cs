using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Tensors;
using Ptq.Tests.Runtime;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Onnx;

/// <summary>An operator of an older set computes, as operators of set 13, what the ONNX Runtime computes with it as it was.</summary>
public class Older_operator_sets
{
    private static readonly Shape Image = Shape.Of(2, 3, 4, 5);

    [OnnxRuntimeTheory]
    [InlineData(8, "Clip", "min:-0.5 max:0.25")]
    [InlineData(10, "Clip", "min:-0.5")]
    [InlineData(10, "Clip", "max:0.5")]
    [InlineData(10, "Clip", "")]
    [InlineData(9, "Slice", "starts:1,-3 ends:3,1000 axes:1,3")]
    [InlineData(9, "Slice", "starts:0,1 ends:1,-1")]
    [InlineData(10, "Pad", "pads:0,0,1,2,0,0,3,1 value:0.5")]
    [InlineData(10, "Pad", "pads:0,0,1,2,0,0,3,1 mode:reflect")]
    [InlineData(8, "Pad", "pads:0,0,0,0,0,0,0,1")]
    [InlineData(12, "ReduceSum", "axes:1,-1 keepdims:0")]
    [InlineData(9, "ReduceSum", "axes:2")]
    [InlineData(9, "ReduceSum", "")]
    [InlineData(12, "Unsqueeze", "axes:0,-1")]
    [InlineData(9, "Unsqueeze", "axes:0,3")]
    [InlineData(9, "TopK", "k:2 axis:-1", 2)]
    [InlineData(8, "TopK", "k:1 axis:1", 2)]
    [InlineData(11, "Split", "split:1,2 axis:1", 2)]
    [InlineData(9, "Split", "axis:2", 2)]
    [InlineData(12, "Softmax", "axis:1")]
    [InlineData(9, "Softmax", "")]
    [InlineData(9, "Softmax", "axis:3")]
    [InlineData(12, "Softmax", "axis:-1")]
    [InlineData(11, "Softmax", "axis:-2")]
    [InlineData(11, "Softmax", "axis:0")]
    [InlineData(12, "LogSoftmax", "axis:2")]
    [InlineData(11, "Hardmax", "axis:2")]
    [InlineData(7, "Upsample", "scales:1.0,1.0,2.0,3.0 mode:nearest")]
    [InlineData(8, "Upsample", "scales:1.0,1.0,1.5,2.0 mode:nearest")]
    [InlineData(8, "Upsample", "scales:1.0,1.0,2.0,1.5 mode:linear")]
    [InlineData(11, "Dropout", "ratio:0.5")]
    [InlineData(7, "Dropout", "ratio:0.5")]
    public void Compute_what_they_computed(int opset, string op, string attributes, int outputs = 1) => Agree(Of(opset, op, Image, Parsed(attributes), outputs));

    [OnnxRuntimeTheory]
    [InlineData(9, "Upsample", "nearest", 1, 1, 2, 1.7)]
    [InlineData(9, "Upsample", "linear", 1, 1, 2.5, 1)]
    [InlineData(10, "Resize", "nearest", 1, 1, 1.3, 2)]
    [InlineData(10, "Resize", "nearest", 1, 1, 0.5, 0.7)]
    [InlineData(10, "Resize", "nearest", 1, 1, 0.6, 2.3)]
    [InlineData(10, "Resize", "linear", 1, 1, 0.6, 2.3)]
    public void Resize_as_they_did(int opset, string op, string mode, float n, float c, float h, float w) => Agree(Of(opset, op, Image, [("mode", new AttributeValue.Text(mode))], 1,
        ("scales", Constant.Of(Operand.Of(ElementType.Float32, Shape.Of(4), [n, c, h, w])))));

    [OnnxRuntimeTheory]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    public void Normalize_as_they_did(int opset)
    {
        (string, Constant) Statistic(string name, params float[] values) => (name, Constant.Of(Operand.Of(ElementType.Float32, Shape.Of(3), Values.Of<float>(values))));
        Agree(Of(opset, "BatchNormalization", Image, opset < 9 ? [("epsilon", new AttributeValue.Real(0.01f)), ("spatial", new AttributeValue.Whole(1))] : [("epsilon", new AttributeValue.Real(0.01f))], 1,
            Statistic("scale", 1, 2, -1), Statistic("bias", 0, 1, 2), Statistic("mean", 0.5f, 0, -0.5f), Statistic("variance", 1, 2, 0.5f)));
    }

    [OnnxRuntimeTheory] // what the mask holds when nothing is trained, the older sets leave open
    [InlineData(10, "bool")]
    [InlineData(7, "float")]
    public void Mask_nothing(int opset, string type)
    {
        var upgraded = Right(OnnxFile.Read("old.onnx", Right(OnnxFile.Write(Of(opset, "Dropout", Image, [], 2)))));
        var mask = Right(OnnxRuntime.Run(Right(OnnxFile.Write(upgraded)), [RuntimeTensor.From("x", Tensor.Of(Image, Values.Of<float>(new float[Image.Count])))]))["y1"];
        Assert.Equal((type, Image), (mask.Type, mask.Shape));
        if (type == "bool") Assert.DoesNotContain((byte)0, mask.Data.AsEnumerable());
        else Assert.All(mask.ToFloats(), x => Assert.Equal(1, x));
    }

    [OnnxRuntimeFact]
    public void Scatter_as_they_did() => Agree(Of(9, "Scatter", Image, [("axis", new AttributeValue.Whole(1))], 1,
        ("indices", Constant.Of(ElementType.Int64, Shape.Of(1, 1, 1, 2), 2, 0)), ("updates", Constant.Of(Operand.Of(ElementType.Float32, Shape.Of(1, 1, 1, 2), [7f, 8f])))));

    // The runtime has no kernels for operator set 6: these numbers follow from its broadcasting, "the second operand's shape is a contiguous part of the first's, from axis on".
    [OnnxRuntimeTheory]
    [InlineData("Add", "broadcast:1 axis:1", 3, 1, "10,20,30", 10, 11, 22, 23, 34, 35, 16, 17, 28, 29, 40, 41)]
    [InlineData("Add", "broadcast:1 axis:0", 2, 1, "10,20", 10, 11, 12, 13, 14, 15, 26, 27, 28, 29, 30, 31)]
    [InlineData("Mul", "broadcast:1", 2, 1, "1,2", 0, 2, 2, 6, 4, 10, 6, 14, 8, 18, 10, 22)]
    [InlineData("Sub", "broadcast:1 axis:1", 3, 2, "0,1,2,3,4,5", 0, 0, 0, 0, 0, 0, 6, 6, 6, 6, 6, 6)]
    [InlineData("PRelu", "", 3, 1, "1,1,1", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)]
    public void Of_six_broadcast_from_an_axis(string op, string attributes, int length, int rank, string second, params int[] expected)
    {
        var (x, shape) = (Shape.Of(2, 3, 2), rank == 1 ? Shape.Of(length) : Shape.Of(length, 2));
        var file = Right(OnnxFile.Write(Of(6, op, x, Parsed(attributes), 1, ("b", Constant.Of(Operand.Of(ElementType.Float32, shape, Values.From(second.Split(',').Select(float.Parse))))))));
        var upgraded = Right(OnnxFile.Read("old.onnx", file));
        Assert.Equal(13, upgraded.Opset);
        var y = Right(OnnxRuntime.Run(Right(OnnxFile.Write(upgraded)), [RuntimeTensor.From("x", Tensor.Of(x, Values.From(Enumerable.Range(0, 12).Select(i => (float)i))))]))["y0"];
        Assert.Equal(expected.Select(e => (float)e), y.ToTensor().Data.AsEnumerable());
    }

    [Fact]
    public void Are_read_as_thirteen_and_leave_nothing_behind()
    {
        var network = Right(OnnxFile.Read("old.onnx", Right(OnnxFile.Write(Of(9, "Clip", Image, Parsed("min:0.0 max:6.0"), 1)))));
        Assert.Equal(13, network.Opset);
        var clip = Assert.Single(network.Operations.AsEnumerable());
        Assert.Equal(("n", "Clip", "[x, y0_min, y0_max]", 0), (clip.Name, clip.Op, $"{clip.Inputs}", clip.Attributes.Count));
        Assert.Equal([0f, 6f], network.Constants.Items.AsEnumerable().Select(c => c.ToOperand().Floats[0]));
    }

    [Fact]
    public void Whose_axis_is_the_last_keep_their_Softmax()
    {
        Assert.Equal(["Softmax"], Ops(Of(9, "Softmax", Image, Parsed("axis:3"), 1)));
        Assert.Equal(["Flatten", "Softmax", "Shape", "Reshape"], Ops(Of(9, "Softmax", Image, Parsed("axis:1"), 1)));
        static string[] Ops(Network old) => [.. Right(OnnxFile.Read("old.onnx", Right(OnnxFile.Write(old)))).Operations.AsEnumerable().Select(o => o.Op)];
    }

    [Theory]
    [InlineData(6, "Add", "broadcast:1 axis:3", "axis: saw 3, for 4 and 3 axes")]
    [InlineData(8, "BatchNormalization", "spatial:0", "spatial: saw 0: statistics of every position")]
    [InlineData(9, "Upsample", "mode:cubic", "mode: saw 'cubic', wanted nearest or linear")]
    [InlineData(9, "Softmax", "axis:4", "axis: saw 4, wanted one of 4 axes")]
    public void That_cannot_be_expressed_are_refused(int opset, string op, string attributes, string seen)
    {
        var old = Right(OnnxFile.Write(Of(opset, op, Image, Parsed(attributes), 1, ("b", Constant.Of(Operand.Of(ElementType.Float32, Shape.Of(1, 1, 1), [1f]))))));
        Assert.Contains($"node 'n' ({op}, opset {opset}), {seen}", OnnxFile.Read("old.onnx", old).Match(Right: _ => "", Left: e => e.Describe()), StringComparison.Ordinal);
    }

    private static void Agree(Network old)
    {
        var file = Right(OnnxFile.Write(old));
        var upgraded = Right(OnnxFile.Read("old.onnx", file));
        Assert.Equal((13, "n"), (upgraded.Opset, upgraded.Operations.AsEnumerable().Last().Name));
        RuntimeTensor[] inputs = [RuntimeTensor.From("x", Tensor.Of(Image, Values.From(Enumerable.Range(0, Image.Count).Select(i => MathF.Round(MathF.Sin(i * 1.7f) * 1000) / 1000))))];
        var before = Right(OnnxRuntime.Run(file, inputs, "disabled"));
        var after = Right(OnnxRuntime.Run(Right(OnnxFile.Write(upgraded)), inputs, "disabled"));
        foreach (var name in before.Names) Assert.Equal(before[name], after[name]);
    }

    /// <summary>A network of one operator on x.</summary>
    private static Network Of(int opset, string op, Shape x, (string, AttributeValue)[] attributes, int outputs, params (string Name, Constant Value)[] constants)
    {
        string[] names = [.. Enumerable.Range(0, outputs).Select(i => $"y{i}")];
        var operation = new Operation("n", op, ["x", .. constants.Select(c => c.Name)], Values.Of<string>(names), ByName<AttributeValue>.Of(attributes));
        return Right(Network.Create(opset, [new("x", ElementType.Float32, x.Lengths.Map(n => new Dimension(n)))], ByName<Constant>.Of(constants), [operation],
            Values.From(names.Select((name, i) => new Port(name, op == "TopK" && i == 1 ? ElementType.Int64 : op == "Dropout" && i == 1 && opset >= 10 ? ElementType.Bool : ElementType.Float32, [], HasShape: false))), NetworkInfo.Named("old")));
    }

    /// <summary>Attributes as <c>axis:1 scales:1.0,2.0 mode:nearest</c>: numbers with a point are reals, several are lists, as are those that are lists by nature.</summary>
    private static (string, AttributeValue)[] Parsed(string attributes) =>
    [
        .. from part in attributes.Split(' ', StringSplitOptions.RemoveEmptyEntries)
           let pair = part.Split(':')
           let words = pair[1].Split(',')
           let list = words.Length > 1 || pair[0] is "axes" or "pads" or "starts" or "ends" or "split"
           let number = char.IsAsciiDigit(words[0][^1])
           select (pair[0], !number ? new AttributeValue.Text(pair[1])
               : pair[1].Contains('.', StringComparison.Ordinal) ? list ? new AttributeValue.Reals(Values.From(words.Select(float.Parse))) : new AttributeValue.Real(float.Parse(pair[1]))
               : list ? new AttributeValue.Wholes(Values.From(words.Select(long.Parse))) : (AttributeValue)new AttributeValue.Whole(long.Parse(pair[1]))),
    ];
}
