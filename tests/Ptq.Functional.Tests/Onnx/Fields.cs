using System.Text;

namespace Ptq.Tests.Onnx;

/// <summary>ONNX files by hand, from the protobuf encoding: what a writer would refuse to write.</summary>
internal static class Fields
{
    public const int Float = 1, Integer = 7;

    public static byte[] Int(int field, long value) => [.. Varint((ulong)field << 3), .. Varint((ulong)value)];

    public static byte[] Fixed32(int field, float value) => [.. Varint((ulong)field << 3 | 5), .. BitConverter.GetBytes(value)];

    public static byte[] Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    public static byte[] Bytes(int field, params byte[][] parts) => [.. Varint((ulong)field << 3 | 2), .. Varint((ulong)parts.Sum(p => (long)p.Length)), .. parts.SelectMany(p => p)];

    /// <summary>What stands before so many bytes of a field.</summary>
    public static byte[] Head(int field, int length) => [.. Varint((ulong)field << 3 | 2), .. Varint((ulong)length)];

    /// <summary>A ModelProto of IR 8 around what a GraphProto holds.</summary>
    public static byte[] ModelOf(int opset, params byte[][] graph) => [.. Int(1, 8), .. Bytes(7, graph), .. Bytes(8, Int(2, opset))];

    public static byte[] Node(string name, string op, string[] inputs, string[] outputs, params byte[][] more) =>
        Bytes(1, [.. inputs.Select(i => Text(1, i)), .. outputs.Select(o => Text(2, o)), Text(3, name), Text(4, op), .. more]);

    /// <summary>A field of a NodeProto: an attribute of a type (AttributeProto.AttributeType).</summary>
    public static byte[] Attribute(string name, int type, params byte[][] value) => Bytes(5, [Text(1, name), .. value, Int(20, type)]);

    public static byte[] Input(string name, params long[] dims) => Value(11, name, dims);

    public static byte[] Output(string name, params long[] dims) => Value(12, name, dims);

    public static byte[] Initializer(string name, long[] dims, int type, params byte[][] more) => Bytes(5, Tensor(name, dims, type, more));

    public static byte[] Tensor(string name, long[] dims, int type, params byte[][] more) => [.. dims.SelectMany(d => Int(1, d)), .. Int(2, type), .. Text(8, name), .. more.SelectMany(m => m)];

    public static byte[] Raw(params byte[] bytes) => Bytes(9, bytes);

    /// <summary>A field of a TensorProto whose elements lie elsewhere.</summary>
    public static byte[] Elsewhere(params (string Key, string Value)[] entries) => [.. entries.SelectMany(e => Bytes(13, Text(1, e.Key), Text(2, e.Value))), .. Int(14, 1)];

    private static byte[] Value(int field, string name, long[] dims) => Bytes(field, Text(1, name), Bytes(2, Bytes(1, Int(1, Float), Bytes(2, [.. dims.Select(d => Bytes(1, Int(1, d)))]))));

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 128; value >>= 7) bytes.Add((byte)(value | 128));
        return [.. bytes, (byte)value];
    }
}
