using System.Buffers.Binary;
using LanguageExt;
using Ptq.Numerics;
using Ptq.Tensors;
using static LanguageExt.Prelude;

namespace Ptq.Data;

/// <summary>The content of an NPY file, in C order and little-endian whatever the file had. Two arrays are equal where shape,
/// type and every byte are.</summary>
public sealed record NpyArray
{
    private NpyArray(Shape shape, NpyType type, Values<byte> bytes) => (Shape, Type, Bytes) = (shape, type, bytes);

    /// <summary>The lengths of the axes; none for a scalar.</summary>
    public Shape Shape { get; }

    /// <summary>What every element is.</summary>
    public NpyType Type { get; }

    /// <summary>The elements in C order, little-endian.</summary>
    public Values<byte> Bytes { get; }

    /// <summary>The most axes that NumPy knows.</summary>
    public const int MaxRank = 64;

    /// <summary>An array over these little-endian bytes in C order.</summary>
    /// <exception cref="ArgumentException">Shape and number of bytes differ, there are more than <see cref="MaxRank"/> axes,
    /// or too many elements but for an axis of length 0.</exception>
    public static NpyArray Of(Shape shape, NpyType type, Values<byte> bytes) =>
        shape.Rank > MaxRank ? throw new ArgumentException($"An NPY array has at most {MaxRank} axes, not {shape.Rank}.", nameof(shape))
        : !DeclaredShape.Fits(shape, type.ItemSize) ? throw new ArgumentException($"{shape} is too large, even with an axis of length 0.", nameof(shape))
        : (long)shape.Count * type.ItemSize == bytes.Length ? new(shape, type, bytes)
        : throw new ArgumentException($"{shape} of {type.Descr} wants {(long)shape.Count * type.ItemSize} bytes, not {bytes.Length}.", nameof(bytes));

    /// <summary>The tensor as an array of float32.</summary>
    /// <exception cref="ArgumentException">There are more than <see cref="MaxRank"/> axes.</exception>
    /// <exception cref="OverflowException">The elements take 2 GiB or more.</exception>
    public static NpyArray Of(Tensor tensor) =>
        Of(tensor.Shape, NpyType.Float32, Pack(tensor.Data, sizeof(float), BinaryPrimitives.WriteSingleLittleEndian));

    /// <summary>An array of uint8.</summary>
    /// <exception cref="ArgumentException">Shape and number of elements differ.</exception>
    public static NpyArray Of(Shape shape, Values<byte> elements) => Of(shape, NpyType.UInt8, elements);

    /// <summary>An array of int64.</summary>
    /// <exception cref="ArgumentException">Shape and number of elements differ.</exception>
    public static NpyArray Of(Shape shape, Values<long> elements) =>
        Of(shape, NpyType.Int64, Pack(elements, sizeof(long), BinaryPrimitives.WriteInt64LittleEndian));

    /// <summary>The elements as float32 in C order, each rounded once, to nearest even (float64 beyond the range becomes an
    /// infinity); false is 0, true is 1.</summary>
    public Values<float> ToFloats() => Unpack(AsFloat(Type));

    /// <summary>The elements as a float32 tensor; see <see cref="ToFloats"/>.</summary>
    public Tensor ToTensor() => Tensor.Of(Shape, ToFloats());

    /// <summary>The elements as integers, exactly; none for a floating-point type or an element above 2⁶³ − 1.</summary>
    public Option<Values<long>> ToIntegers() => Type switch
    {
        NpyType.Float16 or NpyType.Float32 or NpyType.Float64 => None,
        NpyType.UInt64 when Unpack(BinaryPrimitives.ReadInt64LittleEndian) is var all => all.Span.ContainsAnyInRange(long.MinValue, -1) ? None : Some(all),
        _ => Some(Unpack(AsInteger(Type))),
    };

    /// <summary>Type and shape; the elements are too many to print.</summary>
    public override string ToString() => $"NpyArray {Type.Descr} {Shape}";

    private delegate T Read<T>(ReadOnlySpan<byte> item);

    private delegate void Store<T>(Span<byte> item, T value);

    private static Read<float> AsFloat(NpyType type) => type switch
    {
        NpyType.Float16 => static item => (float)BinaryPrimitives.ReadHalfLittleEndian(item),
        NpyType.Float32 => BinaryPrimitives.ReadSingleLittleEndian,
        NpyType.Float64 => static item => (float)BinaryPrimitives.ReadDoubleLittleEndian(item),
        NpyType.UInt64 => static item => Nearest(BinaryPrimitives.ReadUInt64LittleEndian(item)),
        NpyType.Int64 => static item => BinaryPrimitives.ReadInt64LittleEndian(item) is var x && x < 0 ? -Nearest((ulong)-x) : Nearest((ulong)x),
        _ => Widened(AsInteger(type)),
    };

    private static Read<long> AsInteger(NpyType type) => type switch
    {
        NpyType.Bool or NpyType.UInt8 => static item => item[0],
        NpyType.Int8 => static item => (sbyte)item[0],
        NpyType.Int16 => static item => BinaryPrimitives.ReadInt16LittleEndian(item),
        NpyType.UInt16 => static item => BinaryPrimitives.ReadUInt16LittleEndian(item),
        NpyType.Int32 => static item => BinaryPrimitives.ReadInt32LittleEndian(item),
        NpyType.UInt32 => static item => BinaryPrimitives.ReadUInt32LittleEndian(item),
        NpyType.Int64 => BinaryPrimitives.ReadInt64LittleEndian,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    private static Read<float> Widened(Read<long> integer) => item => (float)(double)integer(item);

    // C# may go from 64 bits to float by way of double and so round twice. With the lowest 11 bits gathered into one that only
    // breaks ties, double holds the number exactly and the second rounding is the only one.
    private static float Nearest(ulong x) => x >> 53 == 0 ? (float)(double)x : (float)(double)(x >> 11 | ((x & 0x7FF) == 0 ? 0UL : 1UL)) * 2048f;

    private static Values<byte> Pack<T>(Values<T> elements, int itemSize, Store<T> store) where T : IEquatable<T> =>
        Values.Create<byte, (Values<T> Elements, int ItemSize, Store<T> Store)>(checked(elements.Length * itemSize), (elements, itemSize, store), static (bytes, s) =>
        {
            for (var i = 0; i < s.Elements.Length; i++) s.Store(bytes.Slice(i * s.ItemSize, s.ItemSize), s.Elements[i]);
        });

    private Values<T> Unpack<T>(Read<T> read) where T : IEquatable<T> =>
        Values.Create<T, (NpyArray Array, Read<T> Read)>(Shape.Count, (this, read), static (elements, s) =>
        {
            var bytes = s.Array.Bytes.Span;
            var size = s.Array.Type.ItemSize;
            for (var i = 0; i < elements.Length; i++) elements[i] = s.Read(bytes.Slice(i * size, size));
        });
}
