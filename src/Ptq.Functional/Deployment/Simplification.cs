using LanguageExt;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Deployment;

/// <summary>
/// Rewrites of a float network that keep its function and leave less to quantize: everything in float32, what follows from constants
/// computed, what does nothing left out, and scalings of a layer's output folded into its weights.
/// </summary>
public static class Simplification
{
    private const int MostInputs = 1000;

    /// <summary>The simplified network.</summary>
    /// <param name="network">Any network.</param>
    public static Network Of(Network network)
    {
        var draft = new Rewriting(SinglePrecision.Of(network));
        FoldConstants(draft);
        DropIdentities(draft);
        ConstantClamp.Merge(draft);
        HardActivations.Recognize(draft);
        ChannelPadding.Recognize(draft);
        OutputScaling.FoldInto(draft);
        return draft.Done();
    }

    /// <summary>The simplified network, in which layer normalizations are recognised, and matrix products with biases where the input is a matrix.</summary>
    /// <param name="network">Any network.</param>
    /// <param name="inputs">The shape of every input: they tell how many axes a tensor has.</param>
    /// <param name="limits">What the network may ask for; <see cref="EngineLimits.Default"/> where they are not given.</param>
    public static Either<PtqError, Network> Of(Network network, ByName<Shape> inputs, EngineLimits? limits = null)
    {
        var simple = Of(network);
        return NetworkEngine.Prepare(simple, inputs, limits).Map(engine => WithRanks(simple, tensor => engine.Types[tensor].Shape.Rank));
    }

    private static Network WithRanks(Network network, Func<string, int> rankOf)
    {
        var draft = new Rewriting(MatMulToGemm.Of(network, rankOf));
        return LayerNorms.Recognize(draft, rankOf) ? draft.Done(Math.Max(network.Opset, LayerNorms.Opset)) : draft.Done();
    }

    /// <summary>Computes what reads nothing but constants, unless that would make the file larger: what a dequantization or an expansion makes is longer than what it reads.</summary>
    private static void FoldConstants(Rewriting draft)
    {
        foreach (var operation in draft.Operations)
        {
            if (operation.Inputs.Length == 0 || !operation.Inputs.AsEnumerable().All(name => name.Length == 0 || draft.Constant(name) is not null)) continue;
            var inputs = operation.Inputs.AsEnumerable().Select(name => draft.Constant(name)).ToArray();
            var limit = 1024 + inputs.Sum(c => c is null ? 0L : c.Shape.Count);
            if (NetworkEngine.Evaluate(operation, draft.Opset, inputs, limit) is { } values)
                draft.Freeze(operation, operation.Outputs.AsEnumerable().Zip(values, (name, value) => (name, value)).Where(o => o.name.Length > 0));
        }
    }

    private static void DropIdentities(Rewriting draft)
    {
        foreach (var operation in draft.Operations)
        {
            if (operation is not { Domain: "", Op: "Identity" or "Dropout" } || operation.Outputs.AsEnumerable().Skip(1).Any(o => o.Length > 0 && (draft.ReadersOf(o).Count > 0 || draft.IsOutput(o)))) continue;
            var (from, to) = (operation.Input(0), operation.Output);
            if (draft.ReadersOf(to).Any(reader => reader.Inputs.Length > MostInputs)) continue; // each of its inputs would copy all of them
            if (!draft.IsOutput(to))
            {
                draft.Remove(operation);
                draft.Redirect(to, from);
            }
            else if (draft.WriterOf(from) is { } writer && !draft.IsOutput(from)) // the name must stay, so the writer takes it
            {
                draft.Remove(operation);
                draft.Redirect(from, to);
                draft.Replace(writer, writer with { Outputs = writer.Outputs.Map(name => name == from ? to : name) });
            }
        }
    }
}
