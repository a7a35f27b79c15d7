using LanguageExt;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Tests.Data;
using Xunit;
using static Ptq.Tests.Onnx.Fields;

namespace Ptq.Tests.Onnx;

/// <summary>Whatever the bytes: a network, or an error that names the place; in bounded memory, and never an exception.</summary>
public class Networks_that_are_refused
{
    private static readonly byte[] X = Input("x", 2, 3), Y = Output("y", 2, 3), Relu = Node("r", "Relu", ["x"], ["y"]);

    [Fact]
    public void The_models_they_are_made_from_are_read()
    {
        Assert.Equal("", Complaint(ModelOf(13, Relu, X, Y)));
        Assert.Equal("", Complaint(ModelOf(13, Node("a", "Add", ["x", "w"], ["y"]), Initializer("w", [2, 3], Float, Raw(new byte[24])), X, Y)));
    }

    [Fact]
    public void Nodes_that_form_a_cycle() => Refused("m.onnx: graph, nodes: saw a cycle: 'a' → 'b' → 'c' → 'a', wanted nodes that can run one after another",
        ModelOf(13, Node("a", "Relu", ["c"], ["a"]), Node("b", "Relu", ["a"], ["b"]), Node("c", "Relu", ["b"], ["c"]), Node("r", "Relu", ["a"], ["y"]), X, Y));

    [Fact]
    public void A_node_that_reads_itself() => Refused("m.onnx: graph, nodes: saw a cycle: 'a' → 'a', wanted nodes that can run one after another", ModelOf(13, Node("a", "Add", ["x", "y"], ["y"]), X, Y));

    [Fact]
    public void A_tensor_that_nothing_writes() => Refused("m.onnx: graph, node 'c' (Conv), input 'w': saw a tensor that nothing writes, wanted an input, an initializer or what another node writes", ModelOf(13, Node("c", "Conv", ["x", "w"], ["y"]), X, Y));

    [Fact]
    public void An_output_that_nothing_writes() => Refused("m.onnx: graph, output[0], 'z': saw a tensor that nothing writes, wanted one that a node writes", ModelOf(13, Relu, X, Output("z", 2)));

    [Fact]
    public void A_tensor_that_two_nodes_write() => Refused("m.onnx: graph, node 's' (Relu), output 'y': saw a tensor that is already there, wanted a name of its own", ModelOf(13, Relu, Node("s", "Relu", ["x"], ["y"]), X, Y));

    [Fact]
    public void A_tensor_that_is_an_input_too() => Refused("m.onnx: graph, node 'r' (Relu), output 'x': saw a tensor that is already there, wanted a name of its own", ModelOf(13, Node("r", "Relu", ["x"], ["x"]), X, Output("x", 2)));

    [Fact]
    public void Two_initializers_of_one_name() => Refused("m.onnx: graph, initializer[1], 'w': saw a tensor that is already there, wanted a name of its own",
        ModelOf(13, Relu, Initializer("w", [1], Float, Raw(0, 0, 0, 0)), Initializer("w", [1], Float, Raw(0, 0, 0, 0)), X, Y));

    [Fact]
    public void Two_inputs_of_one_name() => Refused("m.onnx: graph, input[1], 'x': saw a name used before, wanted a name of its own", ModelOf(13, Relu, X, X, Y));

    [Fact]
    public void An_attribute_twice() => Refused("m.onnx: graph, node 'r' (Elu, opset 13), attribute 'alpha': saw it twice, wanted it once",
        ModelOf(13, Node("r", "Elu", ["x"], ["y"], Attribute("alpha", 1, Fixed32(2, 1)), Attribute("alpha", 1, Fixed32(2, 2))), X, Y));

    [Theory]
    [InlineData("If", "then_branch", 5, 6)]
    [InlineData("Loop", "body", 5, 6)]
    [InlineData("Custom", "graphs", 10, 11)]
    public void Graphs_inside_nodes(string op, string attribute, int type, int field) => Refused(
        $"m.onnx: graph, node 'n' ({op}, opset 16), attribute, '{attribute}': saw a graph inside a node, wanted an operator without a body: If, Loop, Scan and their like are not supported",
        ModelOf(16, Node("n", op, ["x"], ["y"], Attribute(attribute, type, Bytes(field, Relu))), X, Y));

    [Fact]
    public void Graphs_inside_graphs_without_end()
    {
        byte[] body = [];
        for (var depth = 0; depth < 10_000 && body.Length < 8_000; depth++) body = Node("n", "If", ["x"], ["y"], Attribute("then_branch", 5, Bytes(6, body)));
        Assert.Contains("saw a graph inside a node", Complaint(ModelOf(16, body, X, Y)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sequence_as_input() => Refused("m.onnx: graph, input[0], 'x': saw a sequence, map, optional or sparse tensor, wanted a tensor", ModelOf(13, Relu, Bytes(11, Text(1, "x"), Bytes(2, Bytes(4, Bytes(1, Bytes(1, Int(1, Float)))))), Y));

    [Theory]
    [InlineData(8, "string")]
    [InlineData(14, "complex64")]
    [InlineData(17, "an 8-bit float")]
    [InlineData(0, "none")]
    [InlineData(99, "type 99")]
    [InlineData(-1, "type -1")]
    [InlineData(4294967297, "type 4294967297")]
    public void Elements_of_other_types(long type, string name) => Assert.StartsWith($"m.onnx: graph, initializer[0], 'w', data_type: saw {name}, wanted one of float32, uint8,",
        Complaint(ModelOf(13, Relu, Bytes(5, Int(1, 1), Int(2, type), Text(8, "w")), X, Y)), StringComparison.Ordinal);

    [Fact]
    public void Texts_as_elements() => Assert.Contains("string_data: saw texts, wanted one of float32", Complaint(ModelOf(13, Relu, Initializer("w", [1], 8, Text(6, "a")), X, Y)), StringComparison.Ordinal);

    [Fact]
    public void Sparse_tensors()
    {
        Refused("m.onnx: graph, sparse_initializer: saw a sparse tensor, wanted dense ones", ModelOf(13, Relu, Bytes(15, []), X, Y));
        Refused("m.onnx: graph, node 'c' (Constant, opset 13), attribute, 'sparse_value': saw a sparse tensor, wanted a dense one", ModelOf(13, Relu, Node("c", "Constant", [], ["k"], Attribute("sparse_value", 11, Bytes(22, []))), X, Y));
    }

    [Fact]
    public void A_Constant_of_texts() => Refused("m.onnx: graph, node 'c' (Constant), 'value_string': saw a value of another kind, wanted value, value_float, value_floats, value_int or value_ints: there are no tensors of texts",
        ModelOf(13, Relu, Node("c", "Constant", [], ["k"], Attribute("value_string", 3, Text(4, "a"))), X, Y));

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(1L << 31)]
    public void A_weight_of_impossible_size(long length) => Refused($"m.onnx: graph, initializer[0], 'w', dims: saw [{length}, 3], wanted lengths from 0 and fewer than 2³¹ elements", ModelOf(13, Relu, Initializer("w", [length, 3], Float, Raw(1)), X, Y));

    [Fact]
    public void A_weight_of_great_size_without_elements()
    {
        Refused("m.onnx: graph, initializer[0], 'w', raw_data: saw 4 bytes, wanted 2000000000 for float32 [500000000]", ModelOf(13, Relu, Initializer("w", [500_000_000], Float, Raw(0, 0, 0, 0)), X, Y));
        Refused("m.onnx: graph, initializer[0], 'w', float_data: saw 0 elements, wanted 500000000, as the dimensions say", ModelOf(13, Relu, Initializer("w", [500_000_000], Float), X, Y));
        Refused("m.onnx: graph, initializer[0], 'w', float_data: saw more elements, wanted 1, as the dimensions say", ModelOf(13, Relu, Initializer("w", [1], Float, Bytes(4, new byte[8])), X, Y));
        Refused("m.onnx: graph, initializer[0], dims: saw more than 64 axes, wanted at most 64", ModelOf(13, Relu, Initializer("w", [.. Enumerable.Repeat(1L, 65)], Float, Raw(0, 0, 0, 0)), X, Y));
    }

    [Fact]
    public void Elements_in_the_field_of_another_type() => Refused("m.onnx: graph, initializer[0], 'w': saw elements in field 7, wanted float32 elements in float_data or raw_data", ModelOf(13, Relu, Initializer("w", [1], Float, Bytes(7, [1])), X, Y));

    [Theory]
    [InlineData(-2)]
    [InlineData(1L << 31)]
    [InlineData(long.MaxValue)]
    public void An_input_of_impossible_size(long length) => Refused($"m.onnx: graph, input[0], 'x', dim[1]: saw {length}, wanted 0 to 2³¹ − 1, or a free length", ModelOf(13, Relu, Input("x", 1, length), Y));

    [Fact]
    public void Lengths_of_two_gigabytes_in_a_small_file()
    {
        byte[] huge = [0xFF, 0xFF, 0xFF, 0xFF, 0x07];
        Assert.StartsWith("m.onnx: protobuf: saw bytes that are no message", Complaint([.. Int(1, 8), 7 << 3 | 2, .. huge, 0]), StringComparison.Ordinal);
        Assert.StartsWith("m.onnx: graph: saw bytes that are no message", Complaint([.. Int(1, 8), .. Bytes(7, [5 << 3 | 2, .. huge, 0]), .. Bytes(8, Int(2, 13))]), StringComparison.Ordinal);
        Assert.StartsWith("m.onnx: graph, initializer[0]: saw bytes that are no message", Complaint(ModelOf(13, Relu, Bytes(5, [9 << 3 | 2, .. huge, 0]), X, Y)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "ir_version: saw wire type 2, wanted an integer")]
    [InlineData(8, "opset_import: saw wire type 0, wanted a length and bytes")]
    [InlineData(7, "graph: saw wire type 0, wanted a length and bytes")]
    public void Fields_of_another_wire_type(int field, string message) => Refused($"m.onnx: {message}", field == 1 ? Text(1, "8") : Int(field, 1));

    [Fact]
    public void Fields_of_another_wire_type_further_in()
    {
        Refused("m.onnx: graph, node[0], op_type: saw wire type 0, wanted a length and bytes", ModelOf(13, Bytes(1, Int(4, 1)), X, Y));
        Refused("m.onnx: graph, initializer[0], data_type: saw wire type 2, wanted an integer", ModelOf(13, Relu, Bytes(5, Text(2, "w")), X, Y));
        Refused("m.onnx: graph, initializer[0], float_data: saw 3 bytes, wanted a multiple of 4", ModelOf(13, Relu, Initializer("w", [1], Float, Bytes(4, new byte[3])), X, Y));
        Refused("m.onnx: graph, node[0]: saw field 3 as a group, wanted fields of the wire types 0, 1, 2 and 5", ModelOf(13, Bytes(1, [3 << 3 | 3]), X, Y));
    }

    [Fact]
    public void Names_that_are_no_text() => Refused("m.onnx: graph, node[0], input: saw bytes that are no UTF-8, wanted a text", ModelOf(13, Bytes(1, Bytes(1, [0xC0, 0x80]), Text(2, "y"), Text(4, "Relu")), X, Y));

    [Fact]
    public void Complaints_say_nothing_that_a_terminal_would_obey()
    {
        var said = Complaint(ModelOf(13, Node("\u001b[2J\n", "Relu", ["\u0007" + new string('n', 1000)], ["y"]), X, Y));
        Assert.DoesNotContain(said, char.IsControl);
        Assert.InRange(said.Length, 1, 400);
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../weights")]
    [InlineData("a/../../weights")]
    [InlineData("..\\weights")]
    [InlineData("a\\b")]
    [InlineData("C:weights")]
    [InlineData("C:/weights")]
    [InlineData("//server/share")]
    [InlineData("\\\\server\\share")]
    [InlineData("weights:stream")]
    [InlineData("weights ")]
    [InlineData("weights.")]
    [InlineData(".. /weights")]
    [InlineData(".")]
    [InlineData("./..")]
    [InlineData("./")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("")]
    [InlineData("weights\u0000.bin")]
    public void External_data_outside_the_models_folder(string location)
    {
        var asked = 0;
        var answer = OnnxFile.Read("m.onnx", ModelOf(13, Relu, Initializer("w", [1], Float, Elsewhere(("location", location))), X, Y), _ =>
        {
            asked++;
            return new ReadOnlyMemory<byte>(new byte[4]);
        });
        Assert.StartsWith("m.onnx: graph, initializer[0], 'w', external_data, location: saw '", Damage.Complaint(answer), StringComparison.Ordinal);
        Assert.Equal(0, asked);
    }

    [Theory]
    [InlineData("offset", "7", "4 bytes from 7 of 'd/w.bin', which has 10")]
    [InlineData("offset", "9223372036854775807", "4 bytes from 9223372036854775807 of 'd/w.bin', which has 10")]
    [InlineData("offset", "-1", "'-1'")]
    [InlineData("length", "5", "saw 5, wanted 4")]
    [InlineData("length", "9223372036854775808", "'9223372036854775808'")]
    public void External_data_outside_its_file(string key, string value, string seen)
    {
        var answer = OnnxFile.Read("m.onnx", ModelOf(13, Relu, Initializer("w", [1], Float, Elsewhere(("location", "d/w.bin"), (key, value))), X, Y), _ => new ReadOnlyMemory<byte>(new byte[10]));
        Assert.Contains(seen, Damage.Complaint(answer), StringComparison.Ordinal);
    }

    [Fact]
    public void External_data_that_cannot_be_had()
    {
        var model = ModelOf(13, Relu, Initializer("w", [1], Float, Elsewhere(("location", "w.bin"))), X, Y);
        Refused("m.onnx: graph, initializer[0], 'w', external_data, location: saw 'w.bin', wanted elements inside the file: other files are not at hand", model);
        Assert.Equal("w.bin: cannot read it: it is gone", Damage.Complaint(OnnxFile.Read("m.onnx", model, name => new PtqError.NoAccess(name, "read", "it is gone"))));
    }

    [Fact]
    public void External_data_that_many_tensors_claim_whole()
    {
        var answer = OnnxFile.Read("m.onnx", ModelOf(13, Relu, Initializer("v", [2], Float, Elsewhere(("location", "w"))), Initializer("w", [1], Float, Elsewhere(("location", "w"), ("offset", "4"))), X, Y), _ => new ReadOnlyMemory<byte>(new byte[8]));
        Assert.Equal("m.onnx: graph, initializer[1], 'w', external_data: saw ranges of 'w' that overlap, wanted a range for every tensor", Damage.Complaint(answer));
    }

    [Fact]
    public void Graphs_in_graphs_a_hundred_thousand_deep()
    {
        byte[] body = Text(1, "body"); // its lengths are written from the inside out, so that the file is made in one pass
        var (parts, length) = (new Stack<byte[]>([body]), body.Length);
        foreach (var (field, _) in Enumerable.Range(0, 300_000).Select(i => (i % 3 == 0 ? 5 : i % 3 == 1 ? 1 : 6, i)))
        {
            var head = Head(field, length);
            parts.Push(head);
            length += head.Length;
        }
        Assert.StartsWith("m.onnx: graph, node", Complaint(ModelOf(13, Bytes(1, [Text(1, "x"), Text(2, "y"), Text(4, "If"), Bytes(5, [Text(1, "a"), .. parts])]), X, Y)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_is_a_short_line_whatever_the_names()
    {
        var said = Complaint(ModelOf(13, Node(new string('n', 100_000) + "\u001b[2J", "Relu", ["x"], ["\u001b[2J\n", "x"]), X, Y));
        Assert.InRange(said.Length, 1, 4000);
        Assert.DoesNotContain(said, char.IsControl);
    }

    private static void Refused(string message, byte[] bytes) => Assert.Equal(message, Complaint(bytes));

    /// <summary>What is wrong with a file, nothing where it is a network; never an exception.</summary>
    private static string Complaint(byte[] bytes) => OnnxFile.Read("m.onnx", bytes).Match(Right: _ => "", Left: error => error.Describe());
}
