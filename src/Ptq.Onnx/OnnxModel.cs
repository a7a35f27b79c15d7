using Google.Protobuf;
using LanguageExt;
using Ptq.Errors;

namespace Ptq.Onnx;

/// <summary>A NodeProto.</summary>
/// <param name="Name">Its own name, or its first output's where it has none.</param>
/// <param name="Op">The operator.</param>
/// <param name="Domain">Empty for ONNX's own operators.</param>
/// <param name="Inputs">Tensor names; an empty one is an input left out.</param>
/// <param name="Outputs">Tensor names.</param>
/// <param name="Attributes">The AttributeProtos' fields, by name.</param>
internal sealed record OnnxNode(string Name, string Op, string Domain, string[] Inputs, string[] Outputs, IReadOnlyDictionary<string, IReadOnlyList<WireField>> Attributes)
{
    public long Int(string attribute, long otherwise) => Attributes.TryGetValue(attribute, out var a) ? a.Last(3).Int : otherwise;

    public float Float(string attribute, float otherwise) => Attributes.TryGetValue(attribute, out var a) ? a.Last(2).Single : otherwise;

    public string Text(string attribute, string otherwise) => Attributes.TryGetValue(attribute, out var a) ? a.Last(4).Text : otherwise;

    public long[] Ints(string attribute, params long[] otherwise) => Attributes.TryGetValue(attribute, out var a) ? [.. a.Repeated(8, input => input.ReadInt64(), f => f.Int)] : otherwise;

    public OnnxTensor? Tensor(string attribute) => Attributes.TryGetValue(attribute, out var a) && a.Has(5) ? OnnxTensor.From(a.Last(5).Message) : null;
}

/// <summary>A ValueInfoProto of a tensor: its name and dimensions, −1 where one is not fixed.</summary>
internal sealed record OnnxValue(string Name, long[] Dims);

/// <summary>What is read of a ModelProto (ONNX IR specification).</summary>
internal sealed record OnnxModel(long Ir, long Opset, IReadOnlyList<OnnxNode> Nodes, IReadOnlyList<OnnxTensor> Initializers, IReadOnlyList<OnnxValue> Inputs, IReadOnlyList<OnnxValue> Outputs)
{
    /// <summary>Reads a model; IR versions 3 to 10 and operator sets 6 to 21.</summary>
    public static Either<PtqError, OnnxModel> Parse(string name, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var model = From(Wire.Fields(UnsafeByteOperations.UnsafeWrap(bytes)));
            if (model.Ir is < 3 or > 10) return new PtqError.BadFile(name, "ir_version", $"{model.Ir}", "3 to 10: an ONNX model");
            if (model.Opset is < 6 or > 21) return new PtqError.BadFile(name, "opset_import", $"{model.Opset}", "6 to 21");
            return model;
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or IOException or ArgumentException)
        {
            return new PtqError.BadFile(name, "protobuf", "bytes that are no message", "an ONNX ModelProto");
        }
    }

    private static OnnxModel From(IReadOnlyList<WireField> model)
    {
        var graph = model.Last(7).Message;
        var opset = model.Where(f => f.Number == 8).Select(f => f.Message).Where(m => m.Last(1).Text is "" or "ai.onnx").Select(m => m.Last(2).Int).DefaultIfEmpty(0).Max();
        return new(model.Last(1).Int, opset,
            [.. graph.Where(f => f.Number == 1).Select(f => NodeFrom(f.Message))],
            [.. graph.Where(f => f.Number == 5).Select(f => OnnxTensor.From(f.Message))],
            [.. graph.Where(f => f.Number == 11).Select(f => ValueFrom(f.Message))],
            [.. graph.Where(f => f.Number == 12).Select(f => ValueFrom(f.Message))]);
    }

    private static OnnxNode NodeFrom(IReadOnlyList<WireField> node)
    {
        string[] outputs = [.. node.Where(f => f.Number == 2).Select(f => f.Text)];
        var attributes = new Dictionary<string, IReadOnlyList<WireField>>(StringComparer.Ordinal);
        foreach (var attribute in node.Where(f => f.Number == 5).Select(f => f.Message)) attributes[attribute.Last(1).Text] = attribute;
        var name = node.Last(3).Text;
        return new(name.Length > 0 ? name : outputs.FirstOrDefault("a node without outputs"), node.Last(4).Text, node.Last(7).Text is "ai.onnx" or "" ? "" : node.Last(7).Text,
            [.. node.Where(f => f.Number == 1).Select(f => f.Text)], outputs, attributes);
    }

    private static OnnxValue ValueFrom(IReadOnlyList<WireField> value)
    {
        var shape = value.Last(2).Message.Last(1).Message.Last(2).Message; // type . tensor_type . shape
        return new(value.Last(1).Text, [.. shape.Where(f => f.Number == 1).Select(f => f.Message).Select(d => d.Has(1) ? d.Last(1).Int : -1)]);
    }
}
