namespace Ptq.Tensors;

/// <summary>What the elements of a tensor are; the numbers are those of ONNX (TensorProto.DataType).</summary>
public enum ElementType
{
    /// <summary>IEEE 754 binary32.</summary>
    Float32 = 1,

    /// <summary>8 bits.</summary>
    UInt8 = 2,

    /// <summary>8 bits, two's complement.</summary>
    Int8 = 3,

    /// <summary>16 bits.</summary>
    UInt16 = 4,

    /// <summary>16 bits, two's complement.</summary>
    Int16 = 5,

    /// <summary>32 bits, two's complement.</summary>
    Int32 = 6,

    /// <summary>64 bits, two's complement.</summary>
    Int64 = 7,

    /// <summary>A truth value, a byte in storage.</summary>
    Bool = 9,

    /// <summary>IEEE 754 binary16.</summary>
    Float16 = 10,

    /// <summary>IEEE 754 binary64.</summary>
    Float64 = 11,

    /// <summary>32 bits.</summary>
    UInt32 = 12,

    /// <summary>64 bits.</summary>
    UInt64 = 13,

    /// <summary>The upper half of a binary32.</summary>
    BFloat16 = 16,

    /// <summary>4 bits, two an octet, the first in the low half.</summary>
    UInt4 = 21,

    /// <summary>4 bits, two's complement, two an octet, the first in the low half.</summary>
    Int4 = 22,
}

/// <summary>What follows from an element type.</summary>
public static class ElementTypes
{
    extension(ElementType type)
    {
        /// <summary>Whether its elements are floating-point numbers. They are computed with as float32.</summary>
        public bool IsFloat => type is ElementType.Float32 or ElementType.Float16 or ElementType.Float64 or ElementType.BFloat16;

        /// <summary>Bits an element in storage.</summary>
        public int Bits => type switch
        {
            ElementType.UInt4 or ElementType.Int4 => 4,
            ElementType.UInt8 or ElementType.Int8 or ElementType.Bool => 8,
            ElementType.UInt16 or ElementType.Int16 or ElementType.Float16 or ElementType.BFloat16 => 16,
            ElementType.Float32 or ElementType.Int32 or ElementType.UInt32 => 32,
            ElementType.Float64 or ElementType.Int64 or ElementType.UInt64 => 64,
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "an element type"),
        };

        /// <summary>How many bytes so many elements take.</summary>
        public long BytesOf(long count) => (count * type.Bits + 7) / 8;

        /// <summary>The name that people know: <c>float32</c>, <c>uint8</c>.</summary>
        public string Name => type.ToString().ToLowerInvariant();
    }
}
