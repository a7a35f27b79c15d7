using System.Buffers.Binary;
using Google.Protobuf;
using LanguageExt;
using Ptq.Numerics;
using Ptq.Tensors;
using static LanguageExt.Prelude;

namespace Ptq.Onnx;

/// <summary>A TensorProto (ONNX IR, "Tensors"): an initializer, or the value of a Constant.</summary>
internal sealed class OnnxTensor
{
    private const int Float = 1, Int32 = 6, Int64 = 7, Float16 = 10, Double = 11;

    private readonly IReadOnlyList<WireField> fields;

    private OnnxTensor(IReadOnlyList<WireField> fields)
    {
        this.fields = fields;
        Dims = [.. fields.Repeated(1, input => input.ReadInt64(), f => f.Int)];
        Type = (int)fields.Last(2).Int;
        Name = fields.Last(8).Text;
    }

    public string Name { get; }

    public long[] Dims { get; }

    public int Type { get; }

    public static OnnxTensor From(IReadOnlyList<WireField> fields) => new(fields);

    /// <summary>The elements as float32 (float, float16 and double are converted), or what is wrong with them.</summary>
    public Either<string, Tensor> ToTensor()
    {
        if (!Shape.Fits(Dims)) return $"dimensions [{string.Join(", ", Dims)}]";
        var shape = Shape.Of([.. Dims.Select(d => (int)d)]);
        return Floats(shape.Count).Bind(values => values.Length == shape.Count ? Right<string, Tensor>(Tensor.Of(shape, values)) : $"{values.Length} elements for shape {shape}");
    }

    /// <summary>The elements as integers, where that is what they are.</summary>
    public Either<string, Values<long>> ToIntegers() => (Type, Raw) switch
    {
        _ when External => "external data",
        (Int64, { } raw) => Chunks(raw, 8, BinaryPrimitives.ReadInt64LittleEndian),
        (Int32, { } raw) => Chunks(raw, 4, b => (long)BinaryPrimitives.ReadInt32LittleEndian(b)),
        (Int64, null) => Values.From(fields.Repeated(7, input => input.ReadInt64(), f => f.Int)),
        (Int32, null) => Values.From(fields.Repeated(5, input => (long)input.ReadInt32(), f => (long)(int)f.Int)),
        _ => $"element type {Type}",
    };

    private ByteString? Raw => fields.Has(9) ? fields.Last(9).Bytes : null;

    private bool External => fields.Last(14).Int == 1 || fields.Has(13);

    private Either<string, Values<float>> Floats(int count) => (Type, Raw) switch
    {
        _ when External => "external data",
        (Float, { } raw) => Chunks(raw, 4, BinaryPrimitives.ReadSingleLittleEndian),
        (Float16, { } raw) => Chunks(raw, 2, b => (float)BinaryPrimitives.ReadHalfLittleEndian(b)),
        (Double, { } raw) => Chunks(raw, 8, b => (float)BinaryPrimitives.ReadDoubleLittleEndian(b)),
        (Float, null) => Values.From(fields.Repeated(4, input => input.ReadFloat(), f => f.Single).Take(count + 1)),
        (Float16, null) => Values.From(fields.Repeated(5, input => (float)BitConverter.UInt16BitsToHalf((ushort)input.ReadInt32()), f => (float)BitConverter.UInt16BitsToHalf((ushort)f.Value)).Take(count + 1)),
        (Double, null) => Values.From(fields.Repeated(10, input => (float)input.ReadDouble(), f => (float)f.Double).Take(count + 1)),
        _ => $"element type {Type}",
    };

    private delegate T Read<T>(ReadOnlySpan<byte> bytes);

    private static Either<string, Values<T>> Chunks<T>(ByteString raw, int size, Read<T> read) where T : IEquatable<T>
    {
        if (raw.Length % size != 0) return $"{raw.Length} bytes of {size} an element";
        var values = new T[raw.Length / size];
        for (var i = 0; i < values.Length; i++) values[i] = read(raw.Span.Slice(i * size, size));
        return Values.Of<T>(values);
    }
}
