using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Deployment;

/// <summary>
/// Writes operators between DequantizeLinear and QuantizeLinear as the operators on codes that a runtime makes of them: QLinearConv and QLinearMatMul
/// of ONNX, and those that the ONNX Runtime has beside (domain com.microsoft). What has no such form stays as it is, a float island between conversions.
/// The codes are those that the ONNX Runtime computes when it runs the original.
/// </summary>
public sealed class QOperatorForm
{
    /// <summary>The domain of the operators that are not ONNX's own.</summary>
    private const string Microsoft = "com.microsoft";

    private readonly Rewriting draft;
    private bool usesMicrosoft;

    private QOperatorForm(Network network) => draft = new(network);

    /// <summary>A network whose operators run on codes where they have a form for it.</summary>
    /// <param name="network">With QuantizeLinear and DequantizeLinear, from wherever; a network without them stays as it is.</param>
    public static Network Of(Network network)
    {
        var form = new QOperatorForm(network);
        foreach (var operation in form.draft.Operations) form.Rewrite(operation);
        var domains = network.Info.Domains;
        return form.draft.Done(domains: form.usesMicrosoft && !domains.Has(Microsoft) ? domains.With(Microsoft, new AttributeValue.Whole(1)) : domains);
    }

    private void Rewrite(Operation o)
    {
        if (o.Domain.Length > 0) return;
        switch (o.Op)
        {
            case "QuantizeLinear": PassThrough(o); break;
            case "Conv": Convolution(o); break;
            case "Gemm": Gemm(o); break;
            case "MatMul": Product(o); break;
            case "Add" or "Mul": Pair(o); break;
            case "Concat": Concatenation(o); break;
            case "Sigmoid" or "LeakyRelu" or "AveragePool" or "GlobalAveragePool": Single(o); break;
            case "Relu" or "Clip": Clamp(o); break;
            default: Move(o); break;
        }
    }

    /// <summary>Codes that are dequantized and quantized again with the same parameters are themselves.</summary>
    private void PassThrough(Operation quantize)
    {
        if (Input(quantize, 0) is not { } x || CodeTensor.Written(draft, quantize) is not { } y || !x.HasParametersOf(y) || draft.IsOutput(y.Name)) return;
        draft.Remove(quantize);
        draft.Redirect(y.Name, x.Name);
    }

    private void Convolution(Operation o)
    {
        if (Input(o, 0) is not { } x || Weights(o, 0) is not { } w || Target.Of(draft, o) is not { } y || !FitTogether(x, w, y.Codes) || Bias(o, x, w) is not { } bias) return;
        Write(o, y, new(o.Name, "QLinearConv", [.. x.Triple, .. w.Triple, .. y.Codes.Pair, .. bias], [y.Codes.Name], o.Attributes));
    }

    private void Gemm(Operation o)
    {
        if (o.Real("beta", 1) != 1 || o.Real("alpha", 1) != 1 || Input(o, 0) is not { } x || Weights(o, o.Whole("transB", 0) == 0 ? 1 : 0) is not { } w || Target.Of(draft, o) is not { } y || !FitTogether(x, w, y.Codes) || Bias(o, x, w) is not { } bias) return;
        var attributes = ByName<AttributeValue>.Of(((string[])["transA", "transB"]).Where(o.Attributes.Has).Select(a => (a, o.Attributes[a])));
        Write(o, y, new(o.Name, "QGemm", [.. x.Triple, .. w.Triple, bias.Length > 0 ? bias[0] : "", .. y.Codes.Pair], [y.Codes.Name], attributes, Microsoft));
    }

    private void Product(Operation o)
    {
        if (Input(o, 0) is not { } x || (Input(o, 1) ?? Weights(o, 1)) is not { } w || Target.Of(draft, o) is not { } y || !FitTogether(x, w, y.Codes)) return;
        Write(o, y, new(o.Name, "QLinearMatMul", [.. x.Triple, .. w.Triple, .. y.Codes.Pair], [y.Codes.Name], o.Attributes));
    }

    private void Pair(Operation o)
    {
        if (Input(o, 0) is not { } a || Input(o, 1) is not { } b || Target.Of(draft, o) is not { } y || a.Type != b.Type || a.Type != y.Codes.Type) return;
        Write(o, y, new(o.Name, $"QLinear{o.Op}", [.. a.Triple, .. b.Triple, .. y.Codes.Pair], [y.Codes.Name], o.Attributes, Microsoft));
    }

    private void Single(Operation o)
    {
        if (Input(o, 0) is not { } x || Target.Of(draft, o) is not { } y || x.Type != y.Codes.Type || o.Wholes("dilations", []).AsEnumerable().Any(d => d != 1)) return;
        Write(o, y, new(o.Name, $"QLinear{o.Op}", [.. x.Triple, .. y.Codes.Pair], [y.Codes.Name], o.Attributes, Microsoft));
    }

    private void Concatenation(Operation o)
    {
        if (Target.Of(draft, o) is not { } y) return;
        var parts = Enumerable.Range(0, o.Inputs.Length).Select(i => Input(o, i)).ToArray();
        if (parts.Any(p => p is null || p.Type != y.Codes.Type)) return;
        Write(o, y, new(o.Name, "QLinearConcat", [.. y.Codes.Pair, .. parts.SelectMany(p => p!.Triple)], [y.Codes.Name], o.Attributes, Microsoft));
    }

    /// <summary>A ReLU or Clip by itself is one of codes, where they keep their parameters.</summary>
    private void Clamp(Operation o)
    {
        if (Input(o, 0) is not { } x || CodeTensor.WrittenBehind(draft, o) is not var (quantize, y) || !x.HasParametersOf(y) || ConstantClamp.EndsOf(draft, o) is not { } ends) return;
        draft.Remove(o);
        draft.Replace(quantize, ClampOfCodes(o.Name, x.Name, y, ends));
    }

    /// <summary>Operators that write what they read, or zeros, do so with codes.</summary>
    private void Move(Operation o)
    {
        if (!MovesCodes(o) || Input(o, 0) is not { } x) return;
        var targets = o.Outputs.AsEnumerable().Select(name => name.Length == 0 ? null : CodeTensor.WrittenBehind(draft, o, name)).ToArray();
        if (o.Outputs.AsEnumerable().Where((name, i) => name.Length > 0 && (targets[i] is not var (_, y) || !x.HasParametersOf(y))).Any()) return;
        var inputs = o.Inputs.Span.ToArray();
        inputs[0] = x.Name;
        if (o.Op == "Pad" && o.Text("mode", "constant") == "constant")
        {
            if (inputs.Length > 2 && inputs[2].Length > 0 && draft.Number(inputs[2]) is not 0f) return;
            inputs = [inputs[0], o.Input(1), draft.Add($"{o.Name}_value", Constant.Of(x.Type, Shape.Of(), x.Zeros[0])), .. inputs.Skip(3)];
        }
        draft.Remove(o);
        foreach (var target in targets.OfType<(Operation Quantize, CodeTensor)>().Skip(1)) draft.Remove(target.Quantize);
        draft.Replace(targets.OfType<(Operation Quantize, CodeTensor)>().First().Quantize, o with { Inputs = Values.Of<string>(inputs), Outputs = Values.From(targets.Select(t => t is var (_, y) ? y.Name : "")) });
    }

    /// <summary>Of the operators that move elements about, those that the ONNX Runtime has for 8-bit integers.</summary>
    private static bool MovesCodes(Operation o) => Movers.Has(o) && o.Op is not ("DepthToSpace" or "SpaceToDepth" or "GlobalMaxPool" or "Identity");

    private void Write(Operation o, Target target, Operation onCodes)
    {
        usesMicrosoft |= onCodes.Domain.Length > 0;
        draft.Remove(o);
        if (target.Clamp is { } clamp) draft.Remove(clamp);
        if (target.Ends.AreImpliedBy(target.Codes.Params)) draft.Replace(target.Quantize, onCodes);
        else
        {
            var unclamped = draft.Fresh($"{target.Codes.Name}_unclamped");
            draft.Replace(target.Quantize, onCodes with { Outputs = [unclamped] }, ClampOfCodes(target.Clamp!.Name, unclamped, target.Codes, target.Ends));
        }
    }

    private Operation ClampOfCodes(string name, string from, CodeTensor to, ClampEnds ends)
    {
        var (low, high) = ends.CodesIn(to.Params);
        return new(name, "Clip", [from, draft.Add($"{name}_low", Constant.Of(to.Type, Shape.Of(), low)), draft.Add($"{name}_high", Constant.Of(to.Type, Shape.Of(), high))], to.Name);
    }

    private CodeTensor? Input(Operation o, int place) => CodeTensor.Read(draft, o.Input(place)) is { Scales.Length: 1 } codes ? codes : null;

    private CodeTensor? Weights(Operation o, int axis) => CodeTensor.Read(draft, o.Input(1)) is { } w && draft.Constant(w.Name) is not null && (w.Scales.Length == 1 || w.Axis == axis) ? w : null;

    /// <summary>The kernels take u8 with either, s8 with s8, and make what they are given.</summary>
    private static bool FitTogether(CodeTensor x, CodeTensor w, CodeTensor y) => x.Type == y.Type && (x.Type == ElementType.UInt8 || w.Type == ElementType.Int8);

    /// <summary>The INT32 bias, or none; null where there is one that is not in steps of s_x·s_w.</summary>
    private string[]? Bias(Operation o, CodeTensor x, CodeTensor w)
    {
        if (o.Input(2).Length == 0) return [];
        if (draft.WriterOf(o.Input(2)) is not { Op: "DequantizeLinear", Domain: "" } dequantize || draft.Constant(dequantize.Input(0)) is not { Type: ElementType.Int32, Shape.Rank: 1 } || draft.Floats(dequantize.Input(1)) is not { } scales) return null;
        if (dequantize.Input(2).Length > 0 && draft.Constant(dequantize.Input(2))?.ToOperand().Integers.AsEnumerable().Any(z => z != 0) != false) return null;
        bool IsStep(int c) => Math.Abs(scales.Data[c % scales.Data.Length] / (x.Scales[0] * w.Scales[c % w.Scales.Length]) - 1) < 1e-6;
        return Enumerable.Range(0, Math.Max(scales.Data.Length, w.Scales.Length)).All(IsStep) ? [dequantize.Input(0)] : null;
    }

    /// <summary>Where the codes of an operation go, behind a ReLU or Clip where there is one.</summary>
    private sealed record Target(Operation Quantize, CodeTensor Codes, Operation? Clamp, ClampEnds Ends)
    {
        public static Target? Of(Rewriting draft, Operation o)
        {
            if (CodeTensor.WrittenBehind(draft, o) is var (direct, y)) return new(direct, y, null, ClampEnds.None);
            return draft.OnlyReader(o) is { } clamp && ConstantClamp.EndsOf(draft, clamp) is { } ends && CodeTensor.WrittenBehind(draft, clamp) is var (behind, z) ? new(behind, z, clamp, ends) : null;
        }
    }
}
