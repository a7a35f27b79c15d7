using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Ptq.Numerics;

namespace Ptq.Tensors;

/// <summary>
/// A tensor as a file holds it: little-endian bytes in C order, in the width of its type. Nothing is lost by reading and
/// writing it; <see cref="ToOperand"/> makes numbers of it, of float32 without a copy.
/// </summary>
public sealed record Constant
{
    private readonly Values<byte> bytes; // none where the elements are numbers of this machine
    private readonly Values<float> floats;

    private Constant(ElementType type, Shape shape, Values<byte> bytes, Values<float> floats) => (Type, Shape, this.bytes, this.floats) = (type, shape, bytes, floats);

    /// <summary>What an element is.</summary>
    public ElementType Type { get; }

    /// <summary>The lengths of the axes; none for a scalar.</summary>
    public Shape Shape { get; }

    /// <summary>The elements, without a copy.</summary>
    public ReadOnlySpan<byte> Span => IsNative(Type) ? MemoryMarshal.AsBytes(floats.Span) : bytes.Span;

    /// <summary>The elements; a copy of them where they are float32.</summary>
    public Values<byte> Bytes => IsNative(Type) ? Values.Of(Span) : bytes;

    /// <summary>A constant over these bytes.</summary>
    /// <exception cref="ArgumentException">Type, shape and number of bytes do not fit.</exception>
    public static Constant Of(ElementType type, Shape shape, Values<byte> bytes) => type.BytesOf(shape.Count) != bytes.Length
        ? throw new ArgumentException($"{type.Name} {shape} wants {type.BytesOf(shape.Count)} bytes, not {bytes.Length}.", nameof(bytes))
        : IsNative(type) ? Create(type, shape, bytes, static (to, from) => from.Span.CopyTo(to)) : new(type, shape, bytes, default);

    /// <summary>A float32 tensor as a constant, without a copy.</summary>
    public static Constant Of(Tensor tensor) => Of(Operand.Of(tensor));

    /// <summary>Integers of a type that is wide enough for them; wider ones lose their upper bits.</summary>
    public static Constant Of(ElementType type, Shape shape, params ReadOnlySpan<long> integers) => type.IsFloat || shape.Count != integers.Length
        ? Of(Operand.Of(type, shape, Values.Of(integers))) // which says what is wrong
        : Create(type, shape, new Integers(type, integers), static (to, from) =>
        {
            for (var i = 0; i < from.Each.Length; i++) Put(to, from.Type, i, from.Each[i]);
        });

    /// <summary>The elements in the width of their type; floats are rounded to nearest even, integers lose the bits that do not fit.</summary>
    public static Constant Of(Operand operand) => IsNative(operand.Type) ? new(operand.Type, operand.Shape, default, operand.Floats)
        : Create(operand.Type, operand.Shape, operand, static (to, o) =>
        {
            for (var i = 0; i < o.Shape.Count; i++)
                if (o.Type.IsFloat) Put(to, o.Type, i, o.Floats[i]);
                else Put(to, o.Type, i, o.Integers[i]);
        });

    /// <summary>A constant whose bytes, zeros before, <paramref name="fill"/> writes once and in place.</summary>
    /// <param name="type">What an element is.</param>
    /// <param name="shape">The lengths of the axes.</param>
    /// <param name="state">What <paramref name="fill"/> needs.</param>
    /// <param name="fill">Writes the elements, little-endian.</param>
    public static Constant Create<TState>(ElementType type, Shape shape, TState state, Fill<byte, TState> fill) where TState : allows ref struct => IsNative(type)
        ? new(type, shape, default, Values.Create<float, Filled<TState>>(shape.Count, new(state, fill), static (to, s) => s.Fill(MemoryMarshal.AsBytes(to), s.State)))
        : new(type, shape, Values.Create(checked((int)type.BytesOf(shape.Count)), state, fill), default);

    /// <summary>The same elements in another shape with as many.</summary>
    /// <exception cref="ArgumentException">The shape has another number of elements.</exception>
    public Constant Reshape(Shape shape) => shape.Count == Shape.Count ? new(Type, shape, bytes, floats) : throw new ArgumentException($"{shape} has {shape.Count} elements, not {Shape.Count}.", nameof(shape));

    /// <summary>The elements as numbers.</summary>
    public Operand ToOperand() => IsNative(Type) ? Operand.Of(Type, Shape, floats)
        : Type.IsFloat ? Operand.Of(Type, Shape, Values.Create<float, Constant>(Shape.Count, this, static (to, c) =>
        {
            for (var i = 0; i < to.Length; i++) to[i] = Float(c.Span, c.Type, i);
        }))
        : Operand.Of(Type, Shape, Values.Create<long, Constant>(Shape.Count, this, static (to, c) => c.CopyTo(0, to)));

    /// <summary>Some of the integers.</summary>
    /// <param name="first">From which on.</param>
    /// <param name="to">Written.</param>
    internal void CopyTo(int first, Span<long> to)
    {
        var from = bytes.Span;
        for (var i = 0; i < to.Length; i++) to[i] = Integer(from, Type, first + i);
    }

    /// <summary>The same bytes as the same type in the same shape.</summary>
    public bool Equals(Constant? other) => other is not null && Type == other.Type && Shape == other.Shape && Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Type);
        hash.Add(Shape);
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>Type and shape; the elements are too many to print.</summary>
    public override string ToString() => $"Constant {Type.Name} {Shape}";

    private readonly ref struct Integers(ElementType type, ReadOnlySpan<long> each)
    {
        public readonly ElementType Type = type;
        public readonly ReadOnlySpan<long> Each = each;
    }

    private readonly ref struct Filled<TState>(TState state, Fill<byte, TState> fill) where TState : allows ref struct
    {
        public readonly TState State = state;
        public readonly Fill<byte, TState> Fill = fill;
    }

    /// <summary>Whether elements are kept as the numbers that they are: a file's float32 are those of a little-endian machine.</summary>
    private static bool IsNative(ElementType type) => type == ElementType.Float32 && BitConverter.IsLittleEndian;

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
