using System.Globalization;
using System.Text;
using LanguageExt;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Tensors;

namespace Ptq.Tests.Onnx;

/// <summary>What became of a test case.</summary>
internal enum Verdict
{
    /// <summary>Every output is as the case says.</summary>
    Passed,

    /// <summary>The engine lacks the operator, or refuses this use of it.</summary>
    Unsupported,

    /// <summary>The file is none that is read: an older operator set, sequences, texts, bodies.</summary>
    PassedOver,

    /// <summary>An output differs.</summary>
    Failed,
}

/// <summary>A test case and what became of it.</summary>
/// <param name="Case">Its name.</param>
/// <param name="Op">The operator; <c>(composed)</c> where there are several nodes.</param>
/// <param name="Type">The element type of its first output; of float cases <c>float32</c> and its like.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Reason">Why; empty where it passed.</param>
internal sealed record CaseResult(string Case, string Op, string Type, Verdict Verdict, string Reason);

/// <summary>Inputs and expected outputs of a test case, as TensorProto files.</summary>
/// <param name="Inputs">In the order of the model's inputs.</param>
/// <param name="Outputs">In the order of the model's outputs.</param>
internal sealed record CaseData(IReadOnlyList<ReadOnlyMemory<byte>> Inputs, IReadOnlyList<ReadOnlyMemory<byte>> Outputs);

/// <summary>
/// ONNX's test cases (a model, inputs, and the outputs that the standard's reference gives) against this engine. Floats may differ by
/// 1e-7 + 1e-3·|expected|, as in ONNX's own runner; integers may not differ.
/// </summary>
internal static class Conformance
{
    private const double Absolute = 1e-7, Relative = 1e-3;

    /// <summary>
    /// Runs a case. Where the engine wants a value before it can tell a shape, the case's later inputs are put into the network as constants, and then
    /// all of them.
    /// </summary>
    public static CaseResult Run(string name, ReadOnlyMemory<byte> model, IReadOnlyList<CaseData> data)
    {
        var (op, type) = ("?", "?");
        try
        {
            op = ModelReader.OperatorOf(ProtoMessage.Of(name, model));
            return OnnxFile.Read(name, model).Match(
                Left: error => new CaseResult(name, op, type, Verdict.PassedOver, error.Describe()),
                Right: network =>
                {
                    type = network.Outputs[0].Type.Name;
                    var verdicts = data.Select((set, i) => Run(network, $"{name} data {i}", set)).ToArray();
                    if (verdicts.Length == 0) return new(name, op, type, Verdict.PassedOver, "no data");
                    var (verdict, reason) = verdicts.MaxBy(v => v.Verdict);
                    return new(name, op, type, verdict, reason);
                });
        }
        catch (Unreadable unreadable)
        {
            return new(name, op, type, Verdict.PassedOver, unreadable.Error.Describe());
        }
        catch (Exception e) // what an operator throws is its bug, and the other cases are worth knowing
        {
            return new(name, op, type, Verdict.Failed, $"{e.GetType().Name}: {e.Message} {e.StackTrace?.Split('\n').FirstOrDefault()?.Trim()}");
        }
    }

    /// <summary>A line an operator (cases, passed, unsupported, passed over, failed), a total, and the reasons of every case that did not pass.</summary>
    public static string Table(IEnumerable<CaseResult> results)
    {
        var (all, text) = (results.ToArray(), new StringBuilder());
        void Row(string op, CaseResult[] cases) => text.Append(CultureInfo.InvariantCulture,
            $"{op,-28}{cases.Length,6}{cases.Count(c => c.Verdict == Verdict.Passed),8}{cases.Count(c => c.Verdict == Verdict.Unsupported),13}{cases.Count(c => c.Verdict == Verdict.PassedOver),13}{cases.Count(c => c.Verdict == Verdict.Failed),8}\n");
        text.Append(CultureInfo.InvariantCulture, $"{"operator",-28}{"cases",6}{"passed",8}{"unsupported",13}{"passed over",13}{"failed",8}\n");
        foreach (var group in all.GroupBy(r => r.Op).OrderBy(g => g.Key, StringComparer.Ordinal)) Row(group.Key, [.. group]);
        Row("all", all);
        foreach (var result in all.Where(r => r.Verdict != Verdict.Passed).OrderByDescending(r => r.Verdict).ThenBy(r => r.Case, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"{result.Verdict,-12} {result.Op,-20} {result.Case}: {result.Reason}\n");
        return text.ToString();
    }

    private static (Verdict Verdict, string Reason) Run(Network network, string name, CaseData set)
    {
        var inputs = set.Inputs.Take(network.Inputs.Length).Select((bytes, i) => Tensor($"{name}, input {i}", bytes, network.Inputs[i])).ToArray();
        var outputs = set.Outputs.Take(network.Outputs.Length).Select((bytes, i) => Tensor($"{name}, output {i}", bytes, network.Outputs[i])).ToArray();
        if (inputs.Length < network.Inputs.Length) return (Verdict.PassedOver, $"{inputs.Length} inputs for {network.Inputs.Length}");
        var refusal = "";
        foreach (var kept in (int[])[network.Inputs.Length, Math.Min(1, network.Inputs.Length), 0])
        {
            var given = ByName<Operand>.Of(Enumerable.Range(0, kept).Select(i => (network.Inputs[i].Name, inputs[i].ToOperand())));
            var answer = Settled(network, inputs, kept).Bind(n => NetworkEngine.Prepare(n, given.Map((_, o) => o.Shape))).Bind(engine => engine.Run(given));
            if (answer.Case is RightCase<PtqError, ByName<Operand>>(var seen)) return Compared(network, seen, outputs);
            if (refusal.Length == 0) refusal = answer.Match(Right: _ => "", Left: error => error.Describe());
        }
        return (Verdict.Unsupported, refusal);
    }

    // The cases were made with arrays that have no bfloat16: its bits stand there as integers.
    private static Constant Tensor(string name, ReadOnlyMemory<byte> bytes, Port port) => OnnxFile.ReadTensor(name, bytes).Match(
        Right: t => port.Type == ElementType.BFloat16 && t.Value.Type == ElementType.UInt16 ? Constant.Of(port.Type, t.Value.Shape, t.Value.Bytes) : t.Value,
        Left: error => throw new Unreadable(error));

    /// <summary>The network with the inputs behind the first <paramref name="kept"/> as constants.</summary>
    private static Either<PtqError, Network> Settled(Network network, Constant[] inputs, int kept) => kept == network.Inputs.Length ? network : Network.Create(network.Opset, Values.Of(network.Inputs.Span[..kept]),
        ByName<Constant>.Of(Enumerable.Range(0, network.Constants.Count).Select(i => (network.Constants.Names[i], network.Constants.Items[i]))
            .Concat(Enumerable.Range(kept, network.Inputs.Length - kept).Select(i => (network.Inputs[i].Name, inputs[i])))),
        network.Operations, network.Outputs, network.Info);

    private static (Verdict Verdict, string Reason) Compared(Network network, ByName<Operand> seen, Constant[] wanted)
    {
        for (var i = 0; i < wanted.Length; i++)
        {
            var (name, expected) = (network.Outputs[i].Name, wanted[i].ToOperand());
            var actual = seen[name];
            if (actual.Signature != expected.Signature) return (Verdict.Failed, $"output '{name}' is {actual}, not {expected}");
            for (var k = 0; k < expected.Shape.Count; k++)
            {
                if (expected.Type.IsFloat ? Close(actual.Floats[k], expected.Floats[k]) : actual.Integers[k] == expected.Integers[k]) continue;
                var (a, b) = expected.Type.IsFloat ? ((object)actual.Floats[k], (object)expected.Floats[k]) : (actual.Integers[k], expected.Integers[k]);
                return (Verdict.Failed, string.Create(CultureInfo.InvariantCulture, $"output '{name}' {expected} has {a}, not {b}, at {k}"));
            }
        }
        return (Verdict.Passed, "");
    }

    private static bool Close(float actual, float expected) => actual.Equals(expected) || Math.Abs((double)actual - expected) <= Absolute + Relative * Math.Abs((double)expected);
}
