using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Deployment;

/// <summary>A tensor of 8-bit codes and the constants that say what they mean.</summary>
/// <param name="Name">The codes.</param>
/// <param name="Scale">The constant of the scales.</param>
/// <param name="Zero">The constant of the zero points.</param>
/// <param name="Type">UInt8 or Int8.</param>
/// <param name="Scales">One, or one an index of the axis.</param>
/// <param name="Zeros">As many.</param>
/// <param name="Axis">The axis, where there are several.</param>
internal sealed record CodeTensor(string Name, string Scale, string Zero, ElementType Type, Values<float> Scales, Values<long> Zeros, int Axis)
{
    /// <summary>The tensor, its scale and its zero point, in the order of every operator on codes.</summary>
    public string[] Triple => [Name, Scale, Zero];

    /// <summary>The scale and the zero point.</summary>
    public string[] Pair => [Scale, Zero];

    /// <summary>The codes behind a float tensor that a DequantizeLinear writes; null where it is none, or its parameters are not constant.</summary>
    public static CodeTensor? Read(Rewriting draft, string tensor) =>
        draft.WriterOf(tensor) is { Op: "DequantizeLinear", Domain: "" } dequantize ? Of(draft, dequantize, dequantize.Input(0), draft.Constant(dequantize.Input(0))?.Type) : null;

    /// <summary>The codes that a QuantizeLinear writes.</summary>
    public static CodeTensor? Written(Rewriting draft, Operation quantize) =>
        quantize is { Op: "QuantizeLinear", Domain: "" } && quantize.Whole("saturate", 1) == 1 ? Of(draft, quantize, quantize.Output, quantize.Whole("output_dtype", 0) is > 0 and var said ? (ElementType)said : null) : null;

    /// <summary>The QuantizeLinear that alone reads what an operation writes, where the codes have one scale.</summary>
    public static (Operation Quantize, CodeTensor Codes)? WrittenBehind(Rewriting draft, Operation operation, string? output = null)
    {
        var tensor = output ?? operation.Output;
        return !draft.IsOutput(tensor) && draft.ReadersOf(tensor) is [var quantize] && quantize.Input(0) == tensor && Written(draft, quantize) is { Scales.Length: 1 } codes ? (quantize, codes) : null;
    }

    /// <summary>Whether equal codes mean equal numbers in both.</summary>
    public bool HasParametersOf(CodeTensor other) => Type == other.Type && Scales.Equals(other.Scales) && Zeros.Equals(other.Zeros) && (Scales.Length == 1 || Axis == other.Axis);

    /// <summary>The parameters, where there is one scale.</summary>
    public AffineParams Params => AffineParams.Of(Scales[0], (int)Zeros[0], Type == ElementType.Int8 ? Grid.Int8 : Grid.UInt8);

    private static CodeTensor? Of(Rewriting draft, Operation conversion, string name, ElementType? said)
    {
        if (draft.Constant(conversion.Input(1)) is not { Type: ElementType.Float32, Shape.Rank: <= 1 } scale || conversion.Whole("block_size", 0) != 0) return null;
        var zero = draft.Constant(conversion.Input(2));
        if (zero is null && conversion.Input(2).Length > 0) return null;
        var type = zero?.Type ?? said ?? ElementType.UInt8;
        if (type is not (ElementType.UInt8 or ElementType.Int8)) return null;
        var zeroName = zero is not null ? conversion.Input(2) : draft.Add($"{name}_zero_point", Constant.Of(type, scale.Shape, new long[scale.Shape.Count]));
        return new(name, conversion.Input(1), zeroName, type, scale.ToOperand().Floats, zero?.ToOperand().Integers ?? Values.Of<long>(new long[scale.Shape.Count]), (int)conversion.Whole("axis", 1));
    }
}
