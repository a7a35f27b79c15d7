using LanguageExt;
using static LanguageExt.Prelude;

namespace Ptq.Data;

/// <summary>The element types of NPY files that have a number for every element and a meaning here.</summary>
public enum NpyType
{
    /// <summary>A byte, 0 or 1.</summary>
    Bool,

    /// <summary>8 bits, two's complement.</summary>
    Int8,

    /// <summary>8 bits.</summary>
    UInt8,

    /// <summary>16 bits, two's complement.</summary>
    Int16,

    /// <summary>16 bits.</summary>
    UInt16,

    /// <summary>32 bits, two's complement.</summary>
    Int32,

    /// <summary>32 bits.</summary>
    UInt32,

    /// <summary>64 bits, two's complement.</summary>
    Int64,

    /// <summary>64 bits.</summary>
    UInt64,

    /// <summary>IEEE 754 binary16.</summary>
    Float16,

    /// <summary>IEEE 754 binary32.</summary>
    Float32,

    /// <summary>IEEE 754 binary64.</summary>
    Float64,
}

/// <summary>What NumPy calls each type.</summary>
public static class NpyTypes
{
    extension(NpyType type)
    {
        /// <summary>The length of an element in bytes.</summary>
        public int ItemSize => type.Code[1] - '0';

        /// <summary>NumPy's <c>dtype.str</c> for little-endian elements, as <c>&lt;f4</c>.</summary>
        public string Descr => (type.ItemSize == 1 ? "|" : "<") + type.Code;

        private string Code => type switch
        {
            NpyType.Bool => "b1",
            NpyType.Int8 => "i1",
            NpyType.UInt8 => "u1",
            NpyType.Int16 => "i2",
            NpyType.UInt16 => "u2",
            NpyType.Int32 => "i4",
            NpyType.UInt32 => "u4",
            NpyType.Int64 => "i8",
            NpyType.UInt64 => "u8",
            NpyType.Float16 => "f2",
            NpyType.Float32 => "f4",
            NpyType.Float64 => "f8",
            _ => throw new ArgumentOutOfRangeException(nameof(type)),
        };
    }

    /// <summary>The type behind a descr without its byte order, as <c>f4</c>.</summary>
    internal static Option<NpyType> Find(string code)
    {
        foreach (var type in Enum.GetValues<NpyType>())
            if (type.Code == code) return Some(type);
        return None;
    }
}
