using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;

namespace Ptq.Onnx;

/// <summary>A protobuf message: a slice of the file, read field by field, the unknown ones too (protobuf encoding, "Message Structure").</summary>
/// <param name="Bytes">The message.</param>
/// <param name="Spot">Where it stands.</param>
internal readonly record struct ProtoMessage(ReadOnlyMemory<byte> Bytes, Spot Spot)
{
    /// <summary>A file.</summary>
    public static ProtoMessage Of(string file, ReadOnlyMemory<byte> bytes) => new(bytes, Spot.Of(file));

    /// <summary>The fields, in order; nothing is allocated for them.</summary>
    public ProtoFields Fields() => new(this);

    /// <summary>The same for LINQ.</summary>
    public IEnumerable<ProtoField> AsEnumerable()
    {
        foreach (var field in Fields()) yield return field;
    }
}

/// <summary>Walks over the fields of a message. Fields are only looked at, not copied: a message is read where it lies.</summary>
internal struct ProtoFields(ProtoMessage message)
{
    private int at;

    /// <summary>The field at which the walk has arrived.</summary>
    public ProtoField Current { get; private set; }

    /// <summary>Makes <c>foreach</c> work.</summary>
    public readonly ProtoFields GetEnumerator() => this;

    /// <summary>Goes on to the next field, where there is one.</summary>
    public bool MoveNext()
    {
        var bytes = message.Bytes.Span;
        var (start, value, from) = (at, 0UL, 0);
        if (at == bytes.Length) return false;
        if (!Varint(bytes, ref at, out var tag) || tag is < 8 or > uint.MaxValue) throw NoMessage();
        var (number, type) = ((int)(tag >> 3), (WireFormat.WireType)(tag & 7));
        var whole = type switch
        {
            WireFormat.WireType.Varint => Varint(bytes, ref at, out value),
            WireFormat.WireType.Fixed32 => Skip(bytes, 4, out from),
            WireFormat.WireType.Fixed64 => Skip(bytes, 8, out from),
            WireFormat.WireType.LengthDelimited => Varint(bytes, ref at, out value) && Skip(bytes, value, out from),
            WireFormat.WireType.StartGroup or WireFormat.WireType.EndGroup => throw message.Spot.Bad($"field {number} as a group", "fields of the wire types 0, 1, 2 and 5"),
            _ => false,
        };
        if (!whole) throw NoMessage();
        if (type == WireFormat.WireType.Fixed32) value = BinaryPrimitives.ReadUInt32LittleEndian(bytes[from..]);
        if (type == WireFormat.WireType.Fixed64) value = BinaryPrimitives.ReadUInt64LittleEndian(bytes[from..]);
        Current = new(message.Spot, number, type, value, type == WireFormat.WireType.LengthDelimited ? message.Bytes[from..at] : default, message.Bytes[start..at]);
        return true;
    }

    /// <summary>An integer of at most ten bytes, seven bits each, the lowest first; false where it does not end.</summary>
    public static bool Varint(ReadOnlySpan<byte> bytes, ref int at, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 70 && at < bytes.Length; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 127) << shift;
            if (next < 128) return true;
        }
        return false;
    }

    private bool Skip(ReadOnlySpan<byte> bytes, ulong length, out int from)
    {
        from = at;
        if (length > (ulong)(bytes.Length - at)) return false;
        at += (int)length;
        return true;
    }

    private readonly Unreadable NoMessage() => message.Spot.Bad("bytes that are no message", "a protobuf message that ends where its length says");
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

    /// <summary>The integers of a repeated field, packed or not: at most so many of them go to the end of a list.</summary>
    public void WholesTo(List<long> list, string name, int most = int.MaxValue)
    {
        if (Type != WireFormat.WireType.LengthDelimited)
        {
            if (list.Count < most) list.Add(Whole(name));
            return;
        }
        var span = Payload.Span;
        for (var at = 0; at < span.Length && list.Count < most;)
            list.Add(ProtoFields.Varint(span, ref at, out var value) ? unchecked((long)value) : throw Spot.In(name).Bad("bytes that are no integer", "packed integers"));
    }

    /// <summary>The numbers of a repeated field of a fixed width in bytes, as they stand in the file; packed or not.</summary>
    public ReadOnlyMemory<byte> Fixed(string name, int width)
    {
        if (Type == WireFormat.WireType.LengthDelimited)
            return Payload.Length % width == 0 ? Payload : throw Spot.In(name).Bad($"{Payload.Length} bytes", $"a multiple of {width}");
        return Type == (width == 4 ? WireFormat.WireType.Fixed32 : WireFormat.WireType.Fixed64) ? Raw[^width..] : throw Mistyped(name, $"numbers of {width} bytes");
    }

    /// <summary>The reals of a repeated field, packed or not, to the end of a list.</summary>
    public void RealsTo(List<float> list, string name)
    {
        var numbers = Fixed(name, 4).Span;
        for (var i = 0; i < numbers.Length; i += 4) list.Add(BinaryPrimitives.ReadSingleLittleEndian(numbers[i..]));
    }

    private Unreadable Mistyped(string name, string wanted) => Spot.In(name).Bad($"wire type {(int)Type}", wanted);
}
