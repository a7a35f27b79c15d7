using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Tensors;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Runtime;

/// <summary>Tensors here and there, and how far they are from each other.</summary>
internal static class Agreement
{
    /// <summary>An operand as the ONNX Runtime takes it.</summary>
    public static RuntimeTensor ToRuntime(string name, Operand operand) =>
        RuntimeTensor.FromBytes(name, NameOf(operand.Type), operand.Shape, Constant.Of(operand).Bytes.Span.ToArray());

    /// <summary>All inputs of a run.</summary>
    public static IReadOnlyList<RuntimeTensor> ToRuntime(ByName<Operand> inputs) => [.. inputs.Names.AsEnumerable().Select(name => ToRuntime(name, inputs[name]))];

    /// <summary>What the ONNX Runtime gives, as an operand: float64 is rounded to float32.</summary>
    public static Operand ToOperand(RuntimeTensor tensor) =>
        Constant.Of(Enum.GetValues<ElementType>().Single(type => NameOf(type) == tensor.Type), tensor.Shape, tensor.Data).ToOperand();

    /// <summary>What the ONNX Runtime makes of several lists of inputs, by the outputs' names.</summary>
    public static ByName<Operand>[] Theirs(Network network, IEnumerable<ByName<Operand>> runs, string optimization, bool exact = true) =>
        [.. Right(OnnxRuntime.RunAll(Right(OnnxFile.Write(network)), [.. runs.Select(ToRuntime)], optimization, exact)).Select(outputs => outputs.Map((_, tensor) => ToOperand(tensor)))];

    /// <summary>
    /// Where two tensors differ; null where they do not: type and shape, integers and truth values exactly, NaN and infinities as such, other floats by no more than
    /// a tolerance times max(1, |theirs|), or where <paramref name="ofLargest"/> the largest magnitude in the tensor.
    /// </summary>
    public static string? Difference(Operand ours, Operand theirs, double tolerance, bool ofLargest = false)
    {
        if (ours.Signature != theirs.Signature) return $"{ours.Signature} here, {theirs.Signature} there";
        if (!ours.Type.IsFloat)
        {
            for (var i = 0; i < ours.Integers.Length; i++)
                if (ours.Integers[i] != theirs.Integers[i]) return $"element {i}: {ours.Integers[i]} here, {theirs.Integers[i]} there";
            return null;
        }
        var largest = theirs.Floats.AsEnumerable().Where(float.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max();
        for (var i = 0; i < ours.Floats.Length; i++)
        {
            var (a, b) = (ours.Floats[i], theirs.Floats[i]);
            var alike = float.IsFinite(a) && float.IsFinite(b) ? Math.Abs((double)a - b) <= tolerance * (ofLargest ? largest : Math.Max(1, Math.Abs(b))) : a.Equals(b);
            if (!alike) return FormattableString.Invariant($"element {i}: {a:r} here, {b:r} there (largest {largest:g4})");
        }
        return null;
    }

    /// <summary>The share of a signal's power that another makes of it as noise, in dB, over several tensors; infinite where they are equal.</summary>
    public static double Sqnr(IEnumerable<Operand> signal, IEnumerable<Operand> other)
    {
        var (power, noise) = (0.0, 0.0);
        foreach (var (a, b) in signal.Zip(other, (a, b) => (a, b)))
        {
            Xunit.Assert.Equal(a.Signature, b.Signature);
            for (var i = 0; i < a.Floats.Length; i++)
            {
                power += (double)a.Floats[i] * a.Floats[i];
                noise += ((double)a.Floats[i] - b.Floats[i]) * ((double)a.Floats[i] - b.Floats[i]);
            }
        }
        return noise == 0 ? double.PositiveInfinity : 10 * Math.Log10(power / noise);
    }

    private static string NameOf(ElementType type) => type switch
    {
        ElementType.Float32 => "float",
        ElementType.Float64 => "double",
        _ => type.Name,
    };
}
