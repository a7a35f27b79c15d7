using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Where an operation has the one scale and the one zero point of a tensor of 8-bit codes.</summary>
/// <param name="Scale">The place of the scale.</param>
/// <param name="Zero">The place of the zero point, which is 0 where it is left out.</param>
internal readonly record struct CodeParameters(int Scale, int Zero)
{
    /// <summary>The places, checked.</summary>
    /// <param name="site">The operation.</param>
    /// <param name="scale">The place of the scale.</param>
    /// <param name="zero">The place of the zero point.</param>
    /// <param name="type">The type of the codes.</param>
    public static CodeParameters At(Site site, int scale, int zero, ElementType type)
    {
        if (!site.TypeOf(scale).IsFloat || site.ShapeOf(scale).Count != 1) throw site.Bad($"scale, input {scale}", $"{site.Types[scale]}", "one floating-point number");
        if (site.Has(zero) && (site.TypeOf(zero) != type || site.ShapeOf(zero).Count != 1)) throw site.Bad($"zero point, input {zero}", $"{site.Types[zero]}", $"one {type.Name}");
        return new(scale, zero);
    }

    /// <summary>The type of an input that must be 8-bit codes.</summary>
    public static ElementType TypeOf(Site site, int place) => site.TypeOf(place) is ElementType.UInt8 or ElementType.Int8 ? site.TypeOf(place) : throw site.Bad($"input {place}", site.TypeOf(place).Name, "uint8 or int8");

    /// <summary>The lowest and the highest code of a type.</summary>
    public static (int Low, int High) Ends(ElementType type) => type == ElementType.UInt8 ? (0, 255) : (-128, 127);

    /// <summary>Their values.</summary>
    public (float Scale, int Zero) Of(Operand?[] inputs) => (inputs[Scale]!.Floats[0], inputs.At(Zero) is { } zero ? (int)zero.Integers[0] : 0);
}
