using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Tensors;
using Xunit;
using static Ptq.Tests.Expect;
using static Ptq.Tests.Onnx.Fields;

namespace Ptq.Tests.Onnx;

/// <summary>What ONNX files say, in the ways in which they may say it.</summary>
public class Networks_as_files
{
    private static readonly byte[] X = Input("x", 2), Y = Output("y", 2), Relu = Node("r", "Relu", ["x"], ["y"]);

    [Theory]
    [InlineData(ElementType.Float32, 4, new byte[] { 0, 0, 128, 63, 0, 0, 0, 192 }, new double[] { 1, -2 })] // float_data
    [InlineData(ElementType.Float64, 10, new byte[] { 0, 0, 0, 0, 0, 0, 240, 63, 0, 0, 0, 0, 0, 0, 0, 192 }, new double[] { 1, -2 })]
    [InlineData(ElementType.Float16, 5, new byte[] { 0x80, 0x78, 0x80, 0x80, 0x03 }, new double[] { 1, -2 })] // 3C00 and C000 as integers
    [InlineData(ElementType.BFloat16, 5, new byte[] { 0x80, 0x7F, 0x80, 0x80, 0x03 }, new double[] { 1, -2 })] // 3F80 and C000
    [InlineData(ElementType.UInt8, 5, new byte[] { 5, 0xFF, 0x01 }, new double[] { 5, 255 })]
    [InlineData(ElementType.Int8, 5, new byte[] { 5, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 }, new double[] { 5, -1 })]
    [InlineData(ElementType.UInt16, 5, new byte[] { 0xAC, 0x02, 1 }, new double[] { 300, 1 })]
    [InlineData(ElementType.Int16, 5, new byte[] { 0xAC, 0x02, 1 }, new double[] { 300, 1 })]
    [InlineData(ElementType.Int32, 5, new byte[] { 0xAC, 0x02, 1 }, new double[] { 300, 1 })]
    [InlineData(ElementType.Int64, 7, new byte[] { 0xAC, 0x02, 1 }, new double[] { 300, 1 })]
    [InlineData(ElementType.UInt32, 11, new byte[] { 0xAC, 0x02, 1 }, new double[] { 300, 1 })]
    [InlineData(ElementType.UInt64, 11, new byte[] { 0xAC, 0x02, 1 }, new double[] { 300, 1 })]
    [InlineData(ElementType.Bool, 5, new byte[] { 0, 7 }, new double[] { 0, 1 })]
    [InlineData(ElementType.UInt4, 5, new byte[] { 0xF1, 0x01 }, new double[] { 1, 15 })] // two in one integer
    [InlineData(ElementType.Int4, 5, new byte[] { 0xF1, 0x01 }, new double[] { 1, -1 })]
    public void Elements_of_every_type_in_typed_fields(ElementType type, int field, byte[] packed, double[] expected) => Assert.Equal(expected, Elements(Initializer("w", [2], (int)type, Bytes(field, packed))));

    [Fact]
    public void Typed_fields_that_are_not_packed()
    {
        Assert.Equal([1, -2], Elements(Initializer("w", [2], Float, Fixed32(4, 1), Fixed32(4, -2))));
        Assert.Equal([3, -4], Elements(Initializer("w", [2], Integer, Int(7, 3), Int(7, -4))));
    }

    [Fact]
    public void Elements_in_another_file()
    {
        var asked = new List<string>();
        var file = ModelOf(13, Relu, X, Y,
            Initializer("v", [2], Float, Elsewhere(("location", "d/w.bin"), ("offset", "4"), ("length", "8"))),
            Initializer("w", [1], Float, Elsewhere(("location", "d/w.bin"))),
            Initializer("tied", [1], Float, Elsewhere(("location", "./d/./w.bin"), ("offset", "0"))));
        var network = Right(OnnxFile.Read("m.onnx", file, name =>
        {
            asked.Add(name);
            return new ReadOnlyMemory<byte>([.. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2f), .. BitConverter.GetBytes(3f)]);
        }));
        Assert.Equal(["d/w.bin"], asked);
        Assert.Equal([2f, 3f], network.Constants["v"].ToOperand().Floats.AsEnumerable());
        Assert.Equal([1f], network.Constants["w"].ToOperand().Floats.AsEnumerable());
        Assert.Equal(network.Constants["w"], network.Constants["tied"]);
    }

    [Fact]
    public void Constant_nodes_in_every_form()
    {
        byte[] Constant(string name, byte[] attribute) => Node("", "Constant", [], [name], attribute);
        var network = Right(OnnxFile.Read("m.onnx", ModelOf(13, Relu, X, Y,
            Constant("tensor", Attribute("value", 4, Bytes(5, Tensor("", [1], Integer, Int(7, 9))))),
            Constant("real", Attribute("value_float", 1, Fixed32(2, 1.5f))),
            Constant("reals", Attribute("value_floats", 6, Fixed32(7, 1.5f), Fixed32(7, 2))),
            Constant("whole", Attribute("value_int", 2, Int(3, -7))),
            Constant("wholes", Attribute("value_ints", 7, Bytes(8, [1, 2, 3]))))));
        Assert.Equal("r", Assert.Single(network.Operations.AsEnumerable()).Name);
        Assert.Equal(["int64 [1]", "float32 []", "float32 [2]", "int64 []", "int64 [3]"], network.Constants.Items.AsEnumerable().Select(c => $"{c.ToOperand()}"));
        Assert.Equal((9, 1.5f, -7), (network.Constants["tensor"].ToOperand().Integers[0], network.Constants["real"].ToOperand().Floats[0], network.Constants["whole"].ToOperand().Integers[0]));
    }

    [Fact]
    public void Initializers_that_are_inputs_too_are_constants()
    {
        var network = Right(OnnxFile.Read("m.onnx", ModelOf(13, Node("a", "Add", ["x", "w"], ["y"]), Initializer("w", [2], Float, Bytes(4, new byte[8])), Input("w", 2), X, Y)));
        Assert.Equal("x", Assert.Single(network.Inputs.AsEnumerable()).Name);
        Assert.True(network.Constants.Has("w"));
    }

    [Fact]
    public void Nodes_in_any_order_come_in_one_that_runs()
    {
        var network = Right(OnnxFile.Read("m.onnx", ModelOf(13, Node("c", "Add", ["a", "b"], ["y"]), Node("b", "Relu", ["a"], ["b"]), Node("free", "Relu", ["x"], ["z"]), Node("a", "Relu", ["x"], ["a"]), X, Y)));
        Assert.Equal(["free", "a", "b", "c"], network.Operations.AsEnumerable().Select(o => o.Name));
    }

    [Fact]
    public void Nodes_get_names_of_their_own()
    {
        var network = Right(OnnxFile.Read("m.onnx", ModelOf(13, Node("", "Relu", ["x"], ["a"]), Node("n", "Relu", ["a"], ["b"]), Node("n", "Relu", ["b"], ["c"]), Node("n_2", "Relu", ["c"], ["d"]), Node("", "Relu", ["d"], ["y"]), X, Y)));
        Assert.Equal(["Relu_a", "n", "n_3", "n_2", "Relu_y"], network.Operations.AsEnumerable().Select(o => o.Name));
    }

    [Fact]
    public void Lengths_that_are_free()
    {
        byte[] dims = [.. Bytes(1, Text(2, "N")), .. Bytes(1, []), .. Bytes(1, Int(1, -1)), .. Bytes(1, Int(1, 4))];
        var network = Right(OnnxFile.Read("m.onnx", ModelOf(13, Relu, Bytes(11, Text(1, "x"), Bytes(2, Bytes(1, Int(1, Float), Bytes(2, dims)))), Bytes(12, Text(1, "y"), Bytes(2, Bytes(1, Int(1, Float)))))));
        Assert.Equal(("float32 [N, ?, ?, 4]", "float32 of any shape"), ($"{network.Inputs[0]}", $"{network.Outputs[0]}"));
    }

    [Fact]
    public void Attributes_without_a_type_are_what_they_hold() // files of IR 1
    {
        var file = ModelOf(13, Node("r", "Custom", ["x"], ["y"], Bytes(5, Text(1, "alpha"), Fixed32(2, 0.5f)), Bytes(5, Text(1, "axes"), Int(8, 1), Int(8, 2))), X, Y);
        var operation = Right(OnnxFile.Read("m.onnx", file)).Operations[0];
        Assert.Equal((0.5f, "[1, 2]"), (operation.Real("alpha", 0), $"{operation.Wholes("axes", [])}"));
    }

    [Fact]
    public void What_is_not_understood_is_written_back()
    {
        byte[] doc = Text(6, "a node's doc"), graphDoc = Text(10, "a graph's doc"), portDoc = Text(3, "an input's doc"), unknown = Text(777, "of tomorrow"), function = Bytes(25, Text(1, "f")), metadata = Bytes(14, Text(1, "k"), Text(2, "v"));
        byte[] file = [.. ModelOf(13, Node("r", "Relu", ["x"], ["y"], doc), Bytes(11, X[2..], portDoc), Y, graphDoc, unknown), .. metadata, .. unknown, .. function, .. Bytes(8, Text(1, "com.example"), Int(2, 3))];
        var network = Right(OnnxFile.Read("m.onnx", file));
        var written = Right(OnnxFile.Write(network));
        foreach (var part in (byte[][])[doc, graphDoc, portDoc, [.. unknown, .. function], metadata]) Assert.True(written.AsSpan().IndexOf(part) > 0);
        Assert.Equal(("v", 3), (network.Info.Metadata["k"], network.Info.Domains["com.example"].Value));
        Assert.Equal(network, Right(OnnxFile.Read("m.onnx", written)));
    }

    [Theory]
    [InlineData("lenet_mnist")]
    [InlineData("resnet8_fashion_bn")]
    [InlineData("mobile_fashion")]
    public void The_models_written_are_the_models_read(string model)
    {
        var network = Right(OnnxFile.Read(model, File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "models", $"{model}.onnx"))));
        var written = Right(OnnxFile.Write(network));
        Assert.Equal(network, Right(OnnxFile.Read(model, written)));
        Assert.Equal(written, Right(OnnxFile.Write(Right(OnnxFile.Read(model, written)))));
    }

    [Theory]
    [InlineData(13, 0, 7)]
    [InlineData(13, 9, 9)]
    [InlineData(17, 4, 8)]
    [InlineData(21, 8, 10)]
    public void The_formats_version_is_the_files_or_the_operator_sets(int opset, int format, int written)
    {
        var network = Right(Network.Create(opset, [new("x", ElementType.Float32, [])], ByName<Constant>.Of([]), [new("r", "Relu", ["x"], "y")], [new("y", ElementType.Float32, [])], NetworkInfo.Named("n") with { Format = format }));
        Assert.Equal([1 << 3, (byte)written], Right(OnnxFile.Write(network))[..2]);
    }

    private static double[] Elements(byte[] initializer)
    {
        var value = Right(OnnxFile.Read("m.onnx", ModelOf(21, Relu, initializer, X, Y))).Constants["w"].ToOperand();
        return [.. value.Type.IsFloat ? value.Floats.AsEnumerable().Select(f => (double)f) : value.Integers.AsEnumerable().Select(i => (double)i)];
    }
}
