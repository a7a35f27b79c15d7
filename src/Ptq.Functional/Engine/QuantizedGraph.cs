using LanguageExt;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>
/// A network and its quantization: which tensors have codes of their own, the parameters of every weight tensor, and the
/// arithmetic between them. What ONNX says with QuantizeLinear and DequantizeLinear nodes.
/// </summary>
public sealed record QuantizedGraph
{
    private readonly ByName<QTensor> weightCodes;

    private QuantizedGraph(Draft draft, Lowered lowered)
    {
        (Graph, Points, Weights, Contract, Bias) = (draft.Graph, draft.Points, draft.Weights, draft.Contract, draft.Bias);
        (Operations, OutputParams, weightCodes) = (lowered.Operations, lowered.Params[draft.Graph.Output], lowered.WeightCodes);
    }

    /// <summary>The float32 network.</summary>
    public Graph Graph { get; }

    /// <summary>
    /// The quantization points: the parameters of every activation tensor that has its own. A tensor without a point takes
    /// the codes of what it is made from (a pool, a flatten), or never exists (before a fused ReLU or Clip).
    /// </summary>
    public ByName<AffineParams> Points { get; }

    /// <summary>The parameters of every weight tensor, by the name of its node.</summary>
    public ByName<TensorParams> Weights { get; }

    /// <summary>How accumulators become codes.</summary>
    public Contract Contract { get; }

    /// <summary>Whether biases are kept.</summary>
    public BiasRule Bias { get; }

    /// <summary>The integer operations, in order.</summary>
    internal Values<QOp> Operations { get; }

    /// <summary>The arithmetic of quantization itself, which the contract brings along.</summary>
    public AffineRule Rule => Contract.Rule;

    /// <summary>The parameters of the output's codes.</summary>
    public AffineParams OutputParams { get; }

    /// <summary>Quantizes the weights and checks that the whole can run on integers: 8-bit points where codes are made, weights of at most 8 bits, no accumulator that could leave INT32.</summary>
    /// <param name="graph">The network, its BatchNorms folded.</param>
    /// <param name="points">Parameters of activation tensors, at most 8 bits; the input has some.</param>
    /// <param name="weights">Parameters for every node with weights, per tensor or per output channel.</param>
    /// <param name="contract">The arithmetic.</param>
    /// <param name="bias">Whether biases are kept.</param>
    public static Either<PtqError, QuantizedGraph> Create(Graph graph, ByName<AffineParams> points, ByName<TensorParams> weights, Contract contract = Contract.MlasFloat32, BiasRule bias = BiasRule.Kept) => Lower(new Draft(graph, points, weights, contract, bias));

    /// <summary>The same network with other points: what <see cref="Create"/> makes of them, but that weights are not quantized again.</summary>
    /// <param name="points">Parameters of activation tensors, at most 8 bits; the input has some.</param>
    public Either<PtqError, QuantizedGraph> WithPoints(ByName<AffineParams> points) => Lower(new Draft(Graph, points, Weights, Contract, Bias, weightCodes));

    private static Either<PtqError, QuantizedGraph> Lower(Draft draft)
    {
        var (graph, points) = (draft.Graph, draft.Points);
        foreach (var name in points.Names)
        {
            if (!graph.Shapes.Has(name)) return new PtqError.BadGraph("", $"point '{name}'", "no such tensor", $"one of {string.Join(", ", graph.Shapes.Names.AsEnumerable())}");
            if (points[name].Grid.Bits > 8) return new PtqError.BadGraph("", $"point '{name}'", $"{points[name].Grid}", "at most 8 bits");
        }
        if (!points.Has(graph.Input)) return new PtqError.BadGraph("", $"input '{graph.Input}'", "no quantization point", "one");

        return Lowering.Of(draft).Map(lowered => new QuantizedGraph(draft, lowered));
    }
}
