using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Evaluation;

/// <summary>A tensor of a float network and the one that stands for it in a quantized network.</summary>
/// <param name="Tensor">Its name in the float network.</param>
/// <param name="Quantized">Its name in the quantized network: its codes, or where it has no scale its float elements.</param>
/// <param name="Scale">The distance of neighbouring codes; 0 of a float tensor.</param>
/// <param name="ZeroPoint">The code of 0.</param>
/// <param name="Range">What the codes can express.</param>
public sealed record TensorPair(string Tensor, string Quantized, double Scale, int ZeroPoint, Interval Range)
{
    /// <summary>Whether tensors of these types can be compared.</summary>
    public bool Fits(TensorType real, TensorType quantized) => real.Type.IsFloat && real.Shape == quantized.Shape && (Scale > 0 ? !quantized.Type.IsFloat : quantized.Type == real.Type);
}

/// <summary>Which tensors of two networks belong together.</summary>
public static class TensorPairs
{
    /// <summary>What quantizers add to a tensor's name to name its codes: this one in both forms, and the ONNX Runtime's.</summary>
    private static IEnumerable<string> Endings => ["_QuantizeLinear_Output", "_quantized"];

    /// <summary>
    /// The activations that a quantized network, in QDQ or QOperator form, has as codes with one scale. In front of a QuantizeLinear stands the float tensor, or where what is read from the
    /// codes is an output of the network, that output; of what an operator on codes writes, the name says what it stands for.
    /// </summary>
    public static Values<TensorPair> Of(Network quantized)
    {
        var outputs = quantized.Outputs.AsEnumerable().Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        var read = quantized.Operations.AsEnumerable().Where(o => o.Op == "DequantizeLinear").GroupBy(o => o.Input(0), o => o.Output, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        var written = quantized.Operations.AsEnumerable().Where(o => o.Op == "QuantizeLinear").ToDictionary(o => o.Output, o => o.Input(0), StringComparer.Ordinal);
        string? NameOf(string codes) => read.TryGetValue(codes, out var result) && outputs.Contains(result) ? result
            : written.TryGetValue(codes, out var source) ? source
            : Endings.FirstOrDefault(ending => codes.Length > ending.Length && codes.EndsWith(ending, StringComparison.Ordinal)) is { } found ? codes[..^found.Length] : null;
        return Values.From(
            from tensor in CodeMeanings.Of(quantized)
            let name = NameOf(tensor.Tensor)
            where name is not null
            let meaning = tensor.Meaning
            let range = meaning.Ends!.Value
            select new TensorPair(name, tensor.Tensor, meaning.Scale, meaning.ZeroPoint, Interval.Of(End(range.Low, meaning), End(range.High, meaning))));
    }

    private static double End(int code, CodeMeaning meaning) => Math.Clamp((double)meaning.Scale * (code - meaning.ZeroPoint), -float.MaxValue, float.MaxValue);
}
