using Google.Protobuf;

namespace Ptq.Properties.Hostile;

/// <summary>A field of a message, to be changed; messages that ONNX knows are taken apart, what does not parse stays bytes.</summary>
internal sealed class ProtoNode
{
    /// <summary>The message of ONNX that this is; empty for others.</summary>
    public string Kind { get; init; } = "";
    public int Number { get; set; }
    public WireFormat.WireType Wire { get; set; }
    public ulong Value { get; set; }
    public byte[] Bytes { get; set; } = [];
    public List<ProtoNode>? Fields { get; set; }

    /// <summary>How many bytes more than there are the length says.</summary>
    public long Lie { get; set; }

    /// <summary>Everything in it.</summary>
    public List<ProtoNode> All()
    {
        var all = new List<ProtoNode>(Fields ?? []);
        for (var i = 0; i < all.Count; i++) all.AddRange(all[i].Fields ?? []);
        return all;
    }

    /// <summary>All messages of a kind, this included.</summary>
    public ProtoNode[] Of(string kind) => [.. All().Prepend(this).Where(n => n.Kind == kind && n.Fields is not null)];

    public ProtoNode Copy() => new() { Kind = Kind, Number = Number, Wire = Wire, Value = Value, Bytes = Bytes, Fields = Fields?.Select(f => f.Copy()).ToList(), Lie = Lie };

    public static ProtoNode Whole(int number, long value) => new() { Number = number, Wire = WireFormat.WireType.Varint, Value = (ulong)value };

    public static ProtoNode Text(int number, string text) => Data(number, System.Text.Encoding.UTF8.GetBytes(text));

    public static ProtoNode Data(int number, byte[] bytes) => new() { Number = number, Wire = WireFormat.WireType.LengthDelimited, Bytes = bytes };

    public static ProtoNode Message(int number, string kind, params ProtoNode[] fields) => new() { Number = number, Kind = kind, Wire = WireFormat.WireType.LengthDelimited, Fields = [.. fields] };

    /// <summary>A file as far as it can be understood.</summary>
    public static ProtoNode Parse(byte[] file) => new() { Kind = "Model", Fields = Parsed(file, "Model"), Bytes = file, Wire = WireFormat.WireType.LengthDelimited };

    /// <summary>What is in it, as bytes.</summary>
    public byte[] Content()
    {
        if (Fields is null) return Bytes;
        var bytes = new MemoryStream();
        foreach (var field in Fields) field.Write(bytes);
        return bytes.ToArray();
    }

    private void Write(MemoryStream output)
    {
        Varint(output, (ulong)(uint)(Math.Max(1, Number) << 3 | (int)Wire));
        switch (Wire)
        {
            case WireFormat.WireType.Varint: Varint(output, Value); break;
            case WireFormat.WireType.Fixed32: output.Write(BitConverter.GetBytes((uint)Value)); break;
            case WireFormat.WireType.Fixed64: output.Write(BitConverter.GetBytes(Value)); break;
            case WireFormat.WireType.LengthDelimited:
                var content = Content();
                Varint(output, (ulong)(content.Length + Lie));
                output.Write(content);
                break;
            default: break; // a group's tag alone
        }
    }

    private static void Varint(MemoryStream output, ulong value)
    {
        for (; value >= 128; value >>= 7) output.WriteByte((byte)(value | 128));
        output.WriteByte((byte)value);
    }

    private static List<ProtoNode>? Parsed(byte[] bytes, string kind)
    {
        try
        {
            var (fields, input) = (new List<ProtoNode>(), new CodedInputStream(bytes));
            for (uint tag; (tag = input.ReadTag()) != 0;)
            {
                var node = new { Number = WireFormat.GetTagFieldNumber(tag), Wire = WireFormat.GetTagWireType(tag) };
                switch (node.Wire)
                {
                    case WireFormat.WireType.Varint: fields.Add(new() { Number = node.Number, Wire = node.Wire, Value = input.ReadUInt64() }); break;
                    case WireFormat.WireType.Fixed32: fields.Add(new() { Number = node.Number, Wire = node.Wire, Value = input.ReadFixed32() }); break;
                    case WireFormat.WireType.Fixed64: fields.Add(new() { Number = node.Number, Wire = node.Wire, Value = input.ReadFixed64() }); break;
                    case WireFormat.WireType.LengthDelimited:
                        var (content, inner) = (input.ReadBytes().ToByteArray(), KindOf(kind, node.Number));
                        fields.Add(new() { Number = node.Number, Wire = node.Wire, Kind = inner, Bytes = content, Fields = inner.Length > 0 ? Parsed(content, inner) : null });
                        break;
                    default: return null;
                }
            }
            return fields;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static string KindOf(string outer, int number) => (outer, number) switch
    {
        ("Model", 7) or ("Attribute", 6 or 11) => "Graph",
        ("Model", 8) => "OperatorSet",
        ("Model", 14) or ("Tensor", 13) => "Entry",
        ("Graph", 1) => "Node",
        ("Graph", 5) or ("Attribute", 5 or 10) => "Tensor",
        ("Graph", 11 or 12 or 13) => "ValueInfo",
        ("Node", 5) => "Attribute",
        ("ValueInfo", 2) => "Type",
        ("Type", 1) => "TensorType",
        ("TensorType", 2) => "Shape",
        ("Shape", 1) => "Dim",
        _ => "",
    };
}
