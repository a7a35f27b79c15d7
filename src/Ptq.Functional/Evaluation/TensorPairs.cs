using LanguageExt;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Evaluation;

/// <summary>A tensor of a float network and the one that stands for it in a quantized network.</summary>
/// <param name="Tensor">Its name in the float network.</param>
/// <param name="Quantized">Its name in the quantized network: what the readers of its codes see.</param>
/// <param name="Scale">The distance of neighbouring codes.</param>
/// <param name="ZeroPoint">The code of 0.</param>
/// <param name="Range">What the codes can express.</param>
public sealed record TensorPair(string Tensor, string Quantized, double Scale, int ZeroPoint, Interval Range);

/// <summary>Which tensors of two networks belong together.</summary>
public static class TensorPairs
{
    /// <summary>
    /// The activations that a QDQ network turns into codes, per tensor: the tensor before QuantizeLinear, with what DequantizeLinear makes of it. Where that is an
    /// output of the network, the output has the float tensor's name.
    /// </summary>
    public static Values<TensorPair> Of(Network qdq) => Values.From(
        from q in qdq.Operations.AsEnumerable()
        where q.Op == "QuantizeLinear" && q.Inputs.Length >= 2 && q.Outputs.Length == 1
        let d = qdq.Operations.AsEnumerable().FirstOrDefault(d => d.Op == "DequantizeLinear" && d.Input(0) == q.Output)
        where d is not null
        let scale = Scalar(qdq, q.Input(1))
        let zero = Scalar(qdq, q.Input(2))
        where scale is not null && scale.Type.IsFloat && (q.Input(2).Length == 0 || zero is not null)
        let step = (double)scale.Floats[0]
        let z = zero is null ? 0 : (int)zero.Integers[0]
        let ends = EndsOf(zero?.Type ?? ElementType.UInt8)
        where ends is not null && double.IsFinite(step) && step > 0
        let isOutput = qdq.Outputs.AsEnumerable().Any(o => o.Name == d.Output)
        select new TensorPair(isOutput ? d.Output : q.Input(0), d.Output, step, z, Interval.Of(Math.Max(-float.MaxValue, (ends.Value.Low - z) * step), Math.Min(float.MaxValue, (ends.Value.High - z) * step))));

    private static Operand? Scalar(Network network, string name) => network.Constants.Find(name).Case is SomeCase<Constant>({ Shape.Count: 1 } c) ? c.ToOperand() : null;

    private static (int Low, int High)? EndsOf(ElementType type) => type switch
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
