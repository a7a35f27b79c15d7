using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Integers in the width of their type.</summary>
internal static class Wrapping
{
    extension(ElementType type)
    {
        /// <summary>What is left of an integer in this type's width; a truth value is whether it is other than 0.</summary>
        public long Wrap(long value) => unchecked(type switch
        {
            ElementType.Bool => value != 0 ? 1 : 0,
            ElementType.UInt4 => value & 15,
            ElementType.Int4 => value << 60 >> 60,
            ElementType.UInt8 => (byte)value,
            ElementType.Int8 => (sbyte)value,
            ElementType.UInt16 => (ushort)value,
            ElementType.Int16 => (short)value,
            ElementType.UInt32 => (uint)value,
            ElementType.Int32 => (int)value,
            _ => value,
        });

        /// <summary>The integers in an order that is that of their values: of uint64 the upper half is held as negative numbers, and changing the sign bit puts it above. Doing it twice undoes it.</summary>
        public Values<long> Ordered(Values<long> integers) => type == ElementType.UInt64 ? integers.Map(static i => i ^ long.MinValue) : integers;

        /// <summary>The least and the greatest integer of this type, in that order.</summary>
        public (long Least, long Greatest) Range => type switch
        {
            ElementType.Bool => (0, 1),
            ElementType.UInt4 => (0, 15),
            ElementType.Int4 => (-8, 7),
            ElementType.UInt8 => (0, byte.MaxValue),
            ElementType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
            ElementType.UInt16 => (0, ushort.MaxValue),
            ElementType.Int16 => (short.MinValue, short.MaxValue),
            ElementType.UInt32 => (0, uint.MaxValue),
            ElementType.Int32 => (int.MinValue, int.MaxValue),
            _ => (long.MinValue, long.MaxValue),
        };
    }
}
