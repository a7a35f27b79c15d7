using Google.Protobuf;

namespace Ptq.Onnx;

/// <summary>One field of a protobuf message as it stands on the wire.</summary>
/// <param name="Number">The field's number.</param>
/// <param name="Value">Of a varint, a fixed32 or a fixed64.</param>
/// <param name="Bytes">Of a length-delimited field: a message, a string, bytes, or packed numbers; else empty.</param>
/// <param name="Type">How it is coded.</param>
internal readonly record struct WireField(int Number, ulong Value, ByteString Bytes, WireFormat.WireType Type)
{
    public long Int => unchecked((long)Value);

    public float Single => BitConverter.UInt32BitsToSingle((uint)Value);

    public double Double => BitConverter.UInt64BitsToDouble(Value);

    public string Text => Bytes.ToStringUtf8();

    /// <summary>The fields of a message inside this one.</summary>
    public IReadOnlyList<WireField> Message => Wire.Fields(Bytes);
}

/// <summary>A protobuf message as the list of its fields, in order, the unknown ones too (protobuf encoding, "Message Structure").</summary>
internal static class Wire
{
    /// <summary>The fields.</summary>
    /// <exception cref="IOException">The bytes are no message.</exception>
    public static IReadOnlyList<WireField> Fields(ByteString message)
    {
        var (input, fields) = (message.CreateCodedInput(), new List<WireField>());
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            var (number, type) = (WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag));
            fields.Add(type switch
            {
                WireFormat.WireType.Varint => new(number, input.ReadUInt64(), ByteString.Empty, type),
                WireFormat.WireType.Fixed32 => new(number, input.ReadFixed32(), ByteString.Empty, type),
                WireFormat.WireType.Fixed64 => new(number, input.ReadFixed64(), ByteString.Empty, type),
                WireFormat.WireType.LengthDelimited => new(number, 0, input.ReadBytes(), type),
                _ => throw new IOException($"field {number} is a group"),
            });
        }
        return fields;
    }

    /// <summary>The numbers of a repeated field, packed or not.</summary>
    public static IEnumerable<T> Repeated<T>(this IEnumerable<WireField> fields, int number, Func<CodedInputStream, T> packed, Func<WireField, T> single)
    {
        foreach (var field in fields.Where(f => f.Number == number))
        {
            if (field.Type != WireFormat.WireType.LengthDelimited)
            {
                yield return single(field);
                continue;
            }
            for (var input = field.Bytes.CreateCodedInput(); !input.IsAtEnd;) yield return packed(input);
        }
    }

    /// <summary>The last field of a number, as protobuf reads a singular field; a field of zeros where there is none.</summary>
    public static WireField Last(this IEnumerable<WireField> fields, int number) => fields.LastOrDefault(f => f.Number == number) is { Bytes: not null } field ? field : new(number, 0, ByteString.Empty, WireFormat.WireType.Varint);

    public static bool Has(this IEnumerable<WireField> fields, int number) => fields.Any(f => f.Number == number);
}
