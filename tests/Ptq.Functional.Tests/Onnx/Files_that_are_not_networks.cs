using Google.Protobuf;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Onnx;
using Xunit;

namespace Ptq.Tests.Onnx;

public class Files_that_are_not_networks
{
    [Fact]
    public void Bytes_that_are_no_message() => Refused("m.onnx: protobuf: saw bytes that are no message, wanted a protobuf message that ends where its length says", [0x0A, 0xFF, 0xFF, 0xFF, 0x7F, 0x01]);

    [Fact]
    public void An_empty_file() => Refused("m.onnx: ir_version: saw 0, wanted 3 to 10: an ONNX model", []);

    [Fact]
    public void An_operator_set_of_tomorrow() => Refused("m.onnx: opset_import: saw 99, wanted 6 to 21", Written(99, []));

    [Fact]
    public void An_operator_that_is_not_there_yet() => Assert.StartsWith("node 'mystery', op: saw NonMaxSuppression (opset 13), wanted Add, AveragePool,", Complaint(Written(13, Node("mystery", "NonMaxSuppression", ["x"], "y"))), StringComparison.Ordinal);

    [Fact]
    public void A_weight_that_is_computed() => Refused("node 'c', weights 'x': saw a tensor that is computed, wanted a constant", Written(13, Node("c", "Conv", ["x", "x"], "y")));

    private static void Refused(string message, byte[] bytes) => Assert.Equal(message, Complaint(bytes));

    /// <summary>What is wrong with a file, nothing where it is a network; never an exception.</summary>
    private static string Complaint(byte[] bytes)
    {
        var said = OnnxFile.Read("m.onnx", bytes).Bind(ImageGraph.Of).Match(Right: _ => "", Left: (PtqError e) => e.Describe());
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
        return said;
    }

    /// <summary>A model of IR 8 with an input x [1, 1, 4, 4], an output y and these nodes.</summary>
    private static byte[] Written(int opset, byte[] nodes)
    {
        var value = (string name) => Message(w => { Put(w, 1, name); Put(w, 2, Message(t => Put(t, 1, Message(s => { Int(s, 1, 1); Put(s, 2, Message(d => { foreach (var n in (int[])[1, 1, 4, 4]) Put(d, 1, Message(one => Int(one, 1, n))); })); })))); });
        return Message(w =>
        {
            Int(w, 1, 8);
            Put(w, 7, [.. nodes, .. Message(g => { Put(g, 11, value("x")); Put(g, 12, value("y")); })]);
            Put(w, 8, Message(o => Int(o, 2, opset)));
        });
    }

    private static byte[] Node(string name, string op, string[] inputs, string output) => Message(w => Put(w, 1, Message(n =>
    {
        foreach (var input in inputs) Put(n, 1, input);
        Put(n, 2, output);
        Put(n, 3, name);
        Put(n, 4, op);
    })));

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var writer = new CodedOutputStream(bytes, leaveOpen: true)) write(writer);
        return bytes.ToArray();
    }

    private static void Put(CodedOutputStream writer, int field, string text) => Put(writer, field, System.Text.Encoding.UTF8.GetBytes(text));

    private static void Put(CodedOutputStream writer, int field, byte[] bytes)
    {
        writer.WriteTag(field, WireFormat.WireType.LengthDelimited);
        writer.WriteBytes(ByteString.CopyFrom(bytes));
    }

    private static void Int(CodedOutputStream writer, int field, long number)
    {
        writer.WriteTag(field, WireFormat.WireType.Varint);
        writer.WriteInt64(number);
    }
}
