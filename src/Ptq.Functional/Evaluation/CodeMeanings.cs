using LanguageExt;
using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Evaluation;

/// <summary>What the codes of a tensor mean: (code − zero point) · scale.</summary>
/// <param name="Scale">The scale, positive.</param>
/// <param name="ZeroPoint">The code of 0.</param>
/// <param name="Type">The codes' type.</param>
internal readonly record struct CodeMeaning(float Scale, int ZeroPoint, ElementType Type)
{
    /// <summary>The first and the last code.</summary>
    public (int Low, int High)? Ends => Type switch
    {
        ElementType.UInt8 => (0, 255),
        ElementType.Int8 => (-128, 127),
        ElementType.UInt16 => (0, 65535),
        ElementType.Int16 => (-32768, 32767),
        ElementType.UInt4 => (0, 15),
        ElementType.Int4 => (-8, 7),
        _ => null,
    };
}

/// <summary>The activations of a quantized network that are codes, in QDQ and in QOperator form.</summary>
internal static class CodeMeanings
{
    /// <summary>Every activation of codes with one scale, and what its codes mean, in the order of computation; those whose parameters are not constant are left out.</summary>
    public static IReadOnlyList<(string Tensor, CodeMeaning Meaning)> Of(Network network)
    {
        var (known, order) = (new Dictionary<string, CodeMeaning>(StringComparer.Ordinal), new List<(string, CodeMeaning)>());
        foreach (var operation in network.Operations)
        {
            var meaning = ParametersOf(operation) is var (scale, zero) ? Meaning(network, operation, scale, zero) : Keeps(operation) && known.TryGetValue(operation.Input(0), out var same) ? same : null;
            if (meaning is not { } written) continue;
            foreach (var output in operation.Outputs)
                if (output.Length > 0 && known.TryAdd(output, written)) order.Add((output, written));
        }
        return order;
    }

    /// <summary>The places of the inputs that say what the codes mean that an operator writes; none where it writes no codes, or those that it reads.</summary>
    public static (int Scale, int Zero)? ParametersOf(Operation operation) => operation.FullOp switch
    {
        "QuantizeLinear" => (1, 2),
        "QLinearConv" or "QLinearMatMul" or "com.microsoft.QLinearAdd" or "com.microsoft.QLinearMul" => (6, 7),
        "com.microsoft.QGemm" => (7, 8),
        "com.microsoft.QLinearConcat" => (0, 1),
        "com.microsoft.QLinearSigmoid" or "com.microsoft.QLinearLeakyRelu" or "com.microsoft.QLinearAveragePool" or "com.microsoft.QLinearGlobalAveragePool" or "com.microsoft.QLinearSoftmax" or "com.microsoft.QLinearReduceMean" => (3, 4),
        _ => null,
    };

    private static bool Keeps(Operation o) => Movers.Has(o) || o is { Domain: "", Op: "Clip" or "Relu" };

    private static CodeMeaning? Meaning(Network network, Operation operation, int scalePlace, int zeroPlace)
    {
        var (scale, zero) = (Scalar(network, operation.Input(scalePlace)), Scalar(network, operation.Input(zeroPlace)));
        if (scale is not { Type.IsFloat: true } || operation.Input(zeroPlace).Length > 0 && zero is null || !float.IsFinite(scale.Floats[0]) || scale.Floats[0] <= 0) return null;
        var said = operation.Whole("output_dtype", 0);
        var meaning = new CodeMeaning(scale.Floats[0], zero is null ? 0 : (int)zero.Integers[0], zero?.Type ?? (said > 0 ? (ElementType)said : ElementType.UInt8));
        return meaning.Ends is null ? null : meaning;
    }

    private static Operand? Scalar(Network network, string name) => network.Constants.Find(name).Case is SomeCase<Constant>({ Shape.Count: 1 } c) ? c.ToOperand() : null;
}
