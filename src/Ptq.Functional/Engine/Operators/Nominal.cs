using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Results in the type that a tensor says it has. float64 is computed as float32: its elements stay float32 values.</summary>
internal static class Nominal
{
    extension(ElementType type)
    {
        /// <summary>The nearest number of this floating-point type, ties to even; ±∞ beyond its largest.</summary>
        public float Round(float value) => type switch
        {
            ElementType.Float16 => (float)(Half)value,
            ElementType.BFloat16 => UpperHalf(value),
            _ => value,
        };
    }

    /// <summary>Rounds all elements in place.</summary>
    public static void Round(ElementType type, Span<float> elements)
    {
        if (type is not (ElementType.Float16 or ElementType.BFloat16)) return;
        foreach (ref var element in elements) element = type.Round(element);
    }

    /// <summary>The elements rounded; as they are where the type asks for nothing.</summary>
    public static Values<float> Rounded(ElementType type, Values<float> elements) => type is ElementType.Float16 or ElementType.BFloat16 ? elements.Map(value => type.Round(value)) : elements;

    /// <summary>Takes the upper bits from all elements in place.</summary>
    public static void Wrap(ElementType type, Span<long> elements)
    {
        if (type.Bits == 64) return;
        foreach (ref var element in elements) element = type.Wrap(element);
    }

    // Half of the lower half is added so that it carries; the parity of the upper half breaks ties.
    private static float UpperHalf(float value) => float.IsNaN(value) ? value : BitConverter.SingleToUInt32Bits(value) is var bits ? BitConverter.UInt32BitsToSingle(bits + 0x7FFF + (bits >> 16 & 1) & 0xFFFF0000) : 0;
}
