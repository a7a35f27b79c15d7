using System.Buffers.Binary;
using Google.Protobuf;
using Ptq.Errors;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Onnx;

/// <summary>TensorProto → Constant (ONNX IR, "Tensors"): elements raw, in the typed fields or in another file.</summary>
internal sealed class TensorReader(ExternalData external)
{
    /// <summary>More axes than any network has, few enough to look at again and again.</summary>
    public const int MostAxes = 64;

    private const int FloatData = 4, Int32Data = 5, Int64Data = 7, RawData = 9, DoubleData = 10, UInt64Data = 11;

    /// <summary>The tensor and its name.</summary>
    public (string Name, Constant Value) Read(ProtoMessage message)
    {
        var (name, type, dims) = ("", 0L, new List<long>());
        var (elements, entries, isExternal) = (new List<ProtoField>(), default(Dictionary<string, string>), false);
        foreach (var field in message.Fields())
            switch (field.Number)
            {
                case 1:
                    field.WholesTo(dims, "dims", MostAxes + 1);
                    if (dims.Count > MostAxes) throw message.Spot.In("dims").Bad($"more than {MostAxes} axes", $"at most {MostAxes}");
                    break;
                case 2: type = field.Whole("data_type"); break;
                case 3: throw message.Spot.In("segment").Bad("a segment", "a whole tensor");
                case RawData: elements.Add(field); break;
                case FloatData or Int32Data or Int64Data or DoubleData or UInt64Data:
                    if (field.Type != WireFormat.WireType.LengthDelimited || field.Payload.Length > 0) elements.Add(field);
                    break;
                case 6: throw message.Spot.In("string_data").Bad("texts", Supported);
                case 8: name = field.Text("name"); break;
                case 13:
                    var (key, value) = Entry(field.Message("external_data"));
                    (entries ??= new(StringComparer.Ordinal))[key] = value;
                    break;
                case 14: isExternal = field.Whole("data_location") == 1; break;
            }

        var spot = name.Length > 0 ? message.Spot.In(Quoted.Text(name)) : message.Spot;
        var elementType = TypeOf(spot, type);
        if (!Shape.Fits([.. dims])) throw spot.In("dims").Bad($"[{string.Join(", ", dims)}]", "lengths from 0 and fewer than 2³¹ elements");
        var shape = Shape.Of([.. dims.Select(d => (int)d)]);
        var size = elementType.BytesOf(shape.Count);
        if (size > Array.MaxLength) throw spot.In("dims").Bad($"{size} bytes", $"at most {Array.MaxLength}");
        var constant = isExternal ? elements.Count == 0 ? external.Take(spot.In("external_data"), entries ?? [], elementType, shape) : throw spot.Bad("elements inside the file and in another", "one of them")
            : elements.FindIndex(f => f.Number == RawData) < 0 ? Constant.Of(elementType, shape, Typed(spot, elementType, elements, size))
            : elements is [var raw] ? Raw(spot, raw, elementType, shape, size) : throw spot.Bad("raw elements and others", "one of them");
        return (name, elementType == ElementType.Bool && constant.Span.IndexOfAnyExceptInRange((byte)0, (byte)1) >= 0 ? Constant.Of(elementType, shape, constant.Bytes.Map(b => b == 0 ? b : (byte)1)) : constant);
    }

    /// <summary>A StringStringEntryProto.</summary>
    public static (string Key, string Value) Entry(ProtoMessage message)
    {
        var (key, value) = ("", "");
        foreach (var field in message.Fields())
            if (field.Number == 1) key = field.Text("key");
            else if (field.Number == 2) value = field.Text("value");
        return (key, value);
    }

    /// <summary>TensorProto.DataType as an element type.</summary>
    public static ElementType TypeOf(Spot spot, long type) => type is > 0 and < 64 && Enum.IsDefined((ElementType)type) ? (ElementType)type : throw spot.In("data_type").Bad(NameOf(type), Supported);

    private static string Supported => $"one of {string.Join(", ", Enum.GetValues<ElementType>().Select(t => t.Name))}";

    private static string NameOf(long type) => type switch
    {
        0 => "none",
        8 => "string",
        14 => "complex64",
        15 => "complex128",
        >= 17 and <= 20 => "an 8-bit float",
        _ => $"type {type}",
    };

    private static Constant Raw(Spot spot, ProtoField raw, ElementType type, Shape shape, long size) => raw.Bytes("raw_data") is var bytes && bytes.Length == size
        ? Constant.Create(type, shape, bytes, static (to, from) => from.Span.CopyTo(to))
        : throw spot.In("raw_data").Bad($"{bytes.Length} bytes", $"{size} for {type.Name} {shape}");

    private static Values<byte> Typed(Spot spot, ElementType type, List<ProtoField> elements, long size)
    {
        var (number, name) = type switch
        {
            ElementType.Float32 => (FloatData, "float_data"),
            ElementType.Float64 => (DoubleData, "double_data"),
            ElementType.Int64 => (Int64Data, "int64_data"),
            ElementType.UInt32 or ElementType.UInt64 => (UInt64Data, "uint64_data"),
            _ => (Int32Data, "int32_data"),
        };
        if (elements.FindIndex(f => f.Number != number) is >= 0 and var other) throw spot.Bad($"elements in field {elements[other].Number}", $"{type.Name} elements in {name} or raw_data");
        var bytes = new MemoryStream();
        Span<byte> element = stackalloc byte[8];
        var wholes = new List<long>();
        var width = Math.Max(1, type.Bits / 8); // two elements of 4 bits are one integer
        foreach (var field in elements)
        {
            if (number is FloatData or DoubleData) bytes.Write(field.Fixed(name, width).Span);
            else
            {
                wholes.Clear();
                field.WholesTo(wholes, name, (int)Math.Min(int.MaxValue, (size - bytes.Length) / width + 1)); // by one more it is seen that there are too many
                foreach (var value in wholes)
                {
                    BinaryPrimitives.WriteInt64LittleEndian(element, value);
                    bytes.Write(element[..width]);
                }
                if (bytes.Length > size) break;
            }
        }
        return bytes.Length == size ? Values.Of<byte>(bytes.GetBuffer().AsSpan(0, (int)size)) : throw spot.In(name).Bad(bytes.Length < size ? $"{bytes.Length / width} elements" : "more elements", $"{size / width}, as the dimensions say");
    }
}
