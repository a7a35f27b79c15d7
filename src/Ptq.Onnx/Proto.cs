using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Google.Protobuf;

namespace Ptq.Onnx;

/// <summary>A protobuf message: a slice of the file, read field by field, the unknown ones too (protobuf encoding, "Message Structure").</summary>
/// <param name="Bytes">The message, in an array.</param>
/// <param name="Spot">Where it stands.</param>
internal readonly record struct ProtoMessage(ReadOnlyMemory<byte> Bytes, Spot Spot)
{
    /// <summary>A file.</summary>
    public static ProtoMessage Of(string file, ReadOnlyMemory<byte> bytes) => new(MemoryMarshal.TryGetArray(bytes, out _) ? bytes : bytes.ToArray(), Spot.Of(file));

    /// <summary>The fields, in order.</summary>
    public IEnumerable<ProtoField> Fields()
    {
        if (!MemoryMarshal.TryGetArray(Bytes, out var array) || array.Array is null) yield break;
        using var input = new CodedInputStream(array.Array, array.Offset, array.Count);
        while (Next(input, array.Offset, out var field)) yield return field; // positions are the array's
    }

    private bool Next(CodedInputStream input, int from, out ProtoField field)
    {
        try
        {
            var start = (int)input.Position - from;
            var tag = input.ReadTag();
            var (number, type, body) = (WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag), (int)input.Position - from);
            if (tag == 0)
            {
                field = default;
                return false;
            }
            var value = type switch
            {
                WireFormat.WireType.Varint => input.ReadUInt64(),
                WireFormat.WireType.Fixed32 => input.ReadFixed32(),
                WireFormat.WireType.Fixed64 => input.ReadFixed64(),
                WireFormat.WireType.LengthDelimited => Skipped(input),
                _ => throw Spot.Bad($"field {number} as a group", "fields of the wire types 0, 1, 2 and 5"),
            };
            var (end, payload) = ((int)input.Position - from, default(ReadOnlyMemory<byte>));
            if (type == WireFormat.WireType.LengthDelimited)
            {
                while (Bytes.Span[body] >= 128) body++; // over the length, whose last byte has no upper bit
                payload = Bytes[(body + 1)..end];
            }
            field = new(Spot, number, type, value, payload, Bytes[start..end]);
            return true;
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or IOException or InvalidOperationException)
        {
            throw Spot.Bad("bytes that are no message", "a protobuf message that ends where its length says");
        }
    }

    // Only looked at, not copied: a message is read where it lies.
    private static ulong Skipped(CodedInputStream input)
    {
        input.SkipLastField();
        return 0;
    }
}

/// <summary>One field of a message.</summary>
/// <param name="Spot">Where the message stands.</param>
/// <param name="Number">The field's number.</param>
/// <param name="Type">How it is coded.</param>
/// <param name="Value">Of a varint, a fixed32 or a fixed64.</param>
/// <param name="Payload">Of a length-delimited field: a message, a text, bytes, or packed numbers.</param>
/// <param name="Raw">The whole field as it stands.</param>
internal readonly record struct ProtoField(Spot Spot, int Number, WireFormat.WireType Type, ulong Value, ReadOnlyMemory<byte> Payload, ReadOnlyMemory<byte> Raw)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public long Whole(string name) => Type == WireFormat.WireType.Varint ? unchecked((long)Value) : throw Mistyped(name, "an integer");

    public float Real(string name) => Type == WireFormat.WireType.Fixed32 ? BitConverter.UInt32BitsToSingle((uint)Value) : throw Mistyped(name, "a float");

    public ReadOnlyMemory<byte> Bytes(string name) => Type == WireFormat.WireType.LengthDelimited ? Payload : throw Mistyped(name, "a length and bytes");

    public string Text(string name) => TextOrNull(name) ?? throw Spot.In(name).Bad("bytes that are no UTF-8", "a text");

    /// <summary>The text; null where the bytes are none.</summary>
    public string? TextOrNull(string name)
    {
        try
        {
            return Strict.GetString(Bytes(name).Span);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    public ProtoMessage Message(string name, int index = -1) => new(Bytes(name), Spot.In(name, index));

    /// <summary>The integers of a repeated field, packed or not.</summary>
    public IEnumerable<long> Wholes(string name)
    {
        if (Type != WireFormat.WireType.LengthDelimited)
        {
            yield return Whole(name);
            yield break;
        }
        if (!MemoryMarshal.TryGetArray(Payload, out var array) || array.Array is null) yield break;
        using var input = new CodedInputStream(array.Array, array.Offset, array.Count);
        while (!input.IsAtEnd) yield return Next(input, name);
    }

    /// <summary>The numbers of a repeated field of a fixed width in bytes, as they stand in the file; packed or not.</summary>
    public ReadOnlyMemory<byte> Fixed(string name, int width)
    {
        if (Type == WireFormat.WireType.LengthDelimited)
            return Payload.Length % width == 0 ? Payload : throw Spot.In(name).Bad($"{Payload.Length} bytes", $"a multiple of {width}");
        return Type == (width == 4 ? WireFormat.WireType.Fixed32 : WireFormat.WireType.Fixed64) ? Raw[^width..] : throw Mistyped(name, $"numbers of {width} bytes");
    }

    public IEnumerable<float> Reals(string name)
    {
        var numbers = Fixed(name, 4);
        for (var i = 0; i < numbers.Length; i += 4) yield return BinaryPrimitives.ReadSingleLittleEndian(numbers.Span[i..]);
    }

    private long Next(CodedInputStream input, string name)
    {
        try
        {
            return input.ReadInt64();
        }
        catch (InvalidProtocolBufferException)
        {
            throw Spot.In(name).Bad("bytes that are no integer", "packed integers");
        }
    }

    private Unreadable Mistyped(string name, string wanted) => Spot.In(name).Bad($"wire type {(int)Type}", wanted);
}
