using System.Globalization;
using LanguageExt;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Tensors;

namespace Ptq.Experiments.Conformance;

/// <summary>
/// ONNX's test cases (a model, inputs, and the outputs that the standard's reference gives) against this engine. Floats may differ by
/// 1e-7 + 1e-3·|expected|, as in ONNX's own runner; integers may not differ.
/// </summary>
internal static class CaseRunner
{
    private const double Absolute = 1e-7, Relative = 1e-3;

    /// <summary>
    /// Runs a case. Where the engine wants a value before it can tell a shape, the case's later inputs are put into the network as constants, and then
    /// all of them.
    /// </summary>
    public static CaseResult Run(string name, ReadOnlyMemory<byte> model, IReadOnlyList<CaseData> data)
    {
        var (op, type) = ("?", "?");
        CaseResult Result(Outcome outcome) => new(name, op, type, outcome.Verdict, outcome.Cause, outcome.Reason);
        try
        {
            op = ModelReader.OperatorOf(ProtoMessage.Of(name, model));
            return OnnxFile.Read(name, model).Match(
                Left: error => Result(Outcome.Of(Verdict.NotRead, error)),
                Right: network =>
                {
                    type = network.Outputs[0].Type.Name;
                    return Result(data.Select((set, i) => Run(network, $"{name} data {i}", set)).DefaultIfEmpty(new(Verdict.NotRead, "no data", "no data")).MaxBy(o => o.Verdict)!);
                });
        }
        catch (Unreadable unreadable)
        {
            return Result(Outcome.Of(Verdict.NotRead, unreadable.Error));
        }
#pragma warning disable CA1031 // what an operator throws is its bug, and the other cases are worth knowing
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Result(new(Verdict.Failed, e.GetType().Name, $"{e.GetType().Name}: {e.Message} {e.StackTrace?.Split('\n').FirstOrDefault()?.Trim()}"));
        }
    }

    private static Outcome Run(Network network, string name, CaseData set)
    {
        var inputs = set.Inputs.Take(network.Inputs.Length).Select((bytes, i) => Tensor($"{name}, input {i}", bytes, network.Inputs[i])).ToArray();
        var outputs = set.Outputs.Take(network.Outputs.Length).Select((bytes, i) => Tensor($"{name}, output {i}", bytes, network.Outputs[i])).ToArray();
        if (inputs.Length < network.Inputs.Length) return new(Verdict.NotRead, "inputs are missing", $"{inputs.Length} inputs for {network.Inputs.Length}");
        Outcome? refusal = null;
        foreach (var kept in (int[])[network.Inputs.Length, Math.Min(1, network.Inputs.Length), 0])
        {
            var given = ByName<Operand>.Of(Enumerable.Range(0, kept).Select(i => (network.Inputs[i].Name, inputs[i].ToOperand())));
            var answer = Settled(network, inputs, kept).Bind(n => NetworkEngine.Prepare(n, given.Map((_, o) => o.Shape))).Bind(engine => engine.Run(given));
            if (answer.Case is RightCase<PtqError, ByName<Operand>>(var seen)) return Compared(network, seen, outputs);
            refusal ??= answer.Match(Right: _ => null, Left: error => Outcome.Of(Verdict.Unsupported, error));
        }
        return refusal!;
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

    private static Outcome Compared(Network network, ByName<Operand> seen, Constant[] wanted)
    {
        for (var i = 0; i < wanted.Length; i++)
        {
            var (name, expected) = (network.Outputs[i].Name, wanted[i].ToOperand());
            var actual = seen[name];
            if (actual.Signature != expected.Signature) return new(Verdict.Failed, "another output", $"output '{name}' is {actual}, not {expected}");
            for (var k = 0; k < expected.Shape.Count; k++)
            {
                if (expected.Type.IsFloat ? Close(actual.Floats[k], expected.Floats[k]) : actual.Integers[k] == expected.Integers[k]) continue;
                var (a, b) = expected.Type.IsFloat ? ((object)actual.Floats[k], (object)expected.Floats[k]) : (actual.Integers[k], expected.Integers[k]);
                return new(Verdict.Failed, "another output", string.Create(CultureInfo.InvariantCulture, $"output '{name}' {expected} has {a}, not {b}, at {k}"));
            }
        }
        return new(Verdict.Passed, "", "");
    }

    private static bool Close(float actual, float expected) => actual.Equals(expected) || Math.Abs((double)actual - expected) <= Absolute + Relative * Math.Abs((double)expected);

    private sealed record Outcome(Verdict Verdict, string Cause, string Reason)
    {
        public static Outcome Of(Verdict verdict, PtqError error) => new(verdict, CauseOf(error), error.Describe());

        // The last part of the place, without the names of this file, and what was seen there.
        private static string CauseOf(PtqError error) => error switch
        {
            PtqError.BadGraph { Tensor: "op" } e => $"no operator {e.Seen.Split(' ')[0]}",
            PtqError.BadGraph e => Of(e.Tensor, e.Seen),
            PtqError.BadFile e => Of(e.Where, e.Seen),
            _ => error.Describe(),
        };

        private static string Of(string place, string seen) => place.Split(", ")[^1].Split('\'')[0].Trim() is { Length: > 0 } word ? $"{word}: {seen}" : seen;
    }
}
