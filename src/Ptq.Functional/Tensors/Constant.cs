using System.Buffers.Binary;
using Ptq.Numerics;

namespace Ptq.Tensors;

/// <summary>
/// A tensor as a file holds it: little-endian bytes in C order, in the width of its type. Nothing is lost by reading and
/// writing it; <see cref="ToOperand"/> makes numbers of it.
/// </summary>
public sealed record Constant
{
    private Constant(ElementType type, Shape shape, Values<byte> bytes) => (Type, Shape, Bytes) = (type, shape, bytes);

    /// <summary>What an element is.</summary>
    public ElementType Type { get; }

    /// <summary>The lengths of the axes; none for a scalar.</summary>
    public Shape Shape { get; }

    /// <summary>The elements.</summary>
    public Values<byte> Bytes { get; }

    /// <summary>A constant over these bytes.</summary>
    /// <exception cref="ArgumentException">Type, shape and number of bytes do not fit.</exception>
    public static Constant Of(ElementType type, Shape shape, Values<byte> bytes) => type.BytesOf(shape.Count) == bytes.Length
        ? new(type, shape, bytes)
        : throw new ArgumentException($"{type.Name} {shape} wants {type.BytesOf(shape.Count)} bytes, not {bytes.Length}.", nameof(bytes));

    /// <summary>A float32 tensor as a constant.</summary>
    public static Constant Of(Tensor tensor) => Of(Operand.Of(tensor));

    /// <summary>Integers of a type that is wide enough for them; wider ones lose their upper bits.</summary>
    public static Constant Of(ElementType type, Shape shape, params ReadOnlySpan<long> integers) => Of(Operand.Of(type, shape, Values.Of(integers)));

    /// <summary>The elements in the width of their type; floats are rounded to nearest even, integers lose the bits that do not fit.</summary>
    public static Constant Of(Operand operand) => new(operand.Type, operand.Shape,
        Values.Create<byte, Operand>(checked((int)operand.Type.BytesOf(operand.Shape.Count)), operand, static (bytes, o) =>
        {
            for (var i = 0; i < o.Shape.Count; i++)
                if (o.Type.IsFloat) Put(bytes, o.Type, i, o.Floats[i]);
                else Put(bytes, o.Type, i, o.Integers[i]);
        }));

    /// <summary>The elements as numbers.</summary>
    public Operand ToOperand() => Type.IsFloat
        ? Operand.Of(Type, Shape, Values.Create<float, Constant>(Shape.Count, this, static (floats, c) =>
        {
            var bytes = c.Bytes.Span;
            if (c.Type == ElementType.Float32 && BitConverter.IsLittleEndian) System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes).CopyTo(floats);
            else for (var i = 0; i < floats.Length; i++) floats[i] = Float(bytes, c.Type, i);
        }))
        : Operand.Of(Type, Shape, Values.Create<long, Constant>(Shape.Count, this, static (integers, c) =>
        {
            var bytes = c.Bytes.Span;
            for (var i = 0; i < integers.Length; i++) integers[i] = Integer(bytes, c.Type, i);
        }));

    /// <summary>Type and shape; the elements are too many to print.</summary>
    public override string ToString() => $"Constant {Type.Name} {Shape}";

    private static float Float(ReadOnlySpan<byte> bytes, ElementType type, int i) => type switch
    {
        ElementType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]),
        ElementType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(2 * i)..]),
        ElementType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]) << 16),
        _ => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * i)..]),
    };

    private static long Integer(ReadOnlySpan<byte> bytes, ElementType type, int i) => type switch
    {
        ElementType.UInt8 or ElementType.Bool => bytes[i],
        ElementType.Int8 => (sbyte)bytes[i],
        ElementType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]),
        ElementType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes[(2 * i)..]),
        ElementType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * i)..]),
        ElementType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 * i)..]),
        ElementType.UInt4 => bytes[i / 2] >> 4 * (i % 2) & 15,
        ElementType.Int4 => (sbyte)(bytes[i / 2] << 4 * (1 - i % 2)) >> 4,
        _ => BinaryPrimitives.ReadInt64LittleEndian(bytes[(8 * i)..]),
    };

    private static void Put(Span<byte> bytes, ElementType type, int i, float value)
    {
        switch (type)
        {
            case ElementType.Float32: BinaryPrimitives.WriteSingleLittleEndian(bytes[(4 * i)..], value); break;
            case ElementType.Float16: BinaryPrimitives.WriteHalfLittleEndian(bytes[(2 * i)..], (Half)value); break;
            case ElementType.BFloat16: BinaryPrimitives.WriteUInt16LittleEndian(bytes[(2 * i)..], Upper(value)); break;
            default: BinaryPrimitives.WriteDoubleLittleEndian(bytes[(8 * i)..], value); break;
        }
    }

    // Half of the lower half is added so that it carries; the parity of the upper half breaks ties.
    private static ushort Upper(float value) => BitConverter.SingleToUInt32Bits(value) is var bits && float.IsNaN(value) ? (ushort)(bits >> 16 | 64) : (ushort)(bits + 0x7FFF + (bits >> 16 & 1) >> 16);

    private static void Put(Span<byte> bytes, ElementType type, int i, long value)
    {
        switch (type.Bits)
        {
            case 4: bytes[i / 2] |= (byte)((value & 15) << 4 * (i % 2)); break;
            case 8: bytes[i] = unchecked((byte)value); break;
            case 16: BinaryPrimitives.WriteInt16LittleEndian(bytes[(2 * i)..], unchecked((short)value)); break;
            case 32: BinaryPrimitives.WriteInt32LittleEndian(bytes[(4 * i)..], unchecked((int)value)); break;
            default: BinaryPrimitives.WriteInt64LittleEndian(bytes[(8 * i)..], value); break;
        }
    }
}
