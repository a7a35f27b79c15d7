using System.Collections.Concurrent;
using LanguageExt;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Calibration;

/// <summary>What a weight scheme costs in a layer.</summary>
/// <param name="Scheme">The scheme.</param>
/// <param name="Error">The mean squared difference of the quantized layer's output to the float one's.</param>
public sealed record SchemeError(Scheme Scheme, double Error);

/// <summary>The weight scheme of a layer.</summary>
/// <param name="Node">The layer's node.</param>
/// <param name="Candidates">All that was tried, in order.</param>
/// <param name="Chosen">The place of the winner among them.</param>
/// <param name="Params">The winner's parameters.</param>
public sealed record LayerChoice(string Node, Values<SchemeError> Candidates, int Chosen, TensorParams Params);

/// <summary>
/// The greedy choice of weight schemes: every layer alone, fed with the float network's values, takes the scheme with the
/// smallest error of its output; the first of equals wins.
/// </summary>
public static class WeightChoice
{
    /// <summary>A choice for every layer with weights.</summary>
    /// <param name="graph">The float network.</param>
    /// <param name="trace">Every tensor of a float pass over the calibration images.</param>
    /// <param name="points">The parameters of the activations.</param>
    /// <param name="candidates">The schemes, at least one; an earlier one wins a tie.</param>
    /// <param name="grid">The weights' codes.</param>
    /// <param name="contract">The arithmetic.</param>
    /// <param name="bias">Whether biases are kept.</param>
    /// <param name="threads">At most so many threads, a layer each, from 1; the result does not depend on it.</param>
    public static Either<PtqError, ByName<LayerChoice>> Greedy(Graph graph, ByName<Tensor> trace, ByName<AffineParams> points, Values<Scheme> candidates, Grid grid, Contract contract = Contract.MlasFloat32, BiasRule bias = BiasRule.Kept, int threads = 1) =>
        Partitioner.Create(graph.Weighted, EnumerablePartitionerOptions.NoBuffering).AsParallel().AsOrdered().WithDegreeOfParallelism(threads).Select(node => Layer(graph, node, points, contract, bias).Bind(layer => layer.Choose(trace, candidates, grid))).AsEnumerable()
            .Sequence().Map(choices => ByName<LayerChoice>.Of(choices.Select(c => (c.Node, c))));

    /// <summary>One scheme for every layer with weights.</summary>
    /// <param name="graph">The float network.</param>
    /// <param name="points">The parameters of the activations.</param>
    /// <param name="scheme">Granularity and symmetry.</param>
    /// <param name="grid">The weights' codes.</param>
    /// <param name="contract">The arithmetic.</param>
    /// <param name="bias">Whether biases are kept.</param>
    public static Either<PtqError, ByName<TensorParams>> Fixed(Graph graph, ByName<AffineParams> points, Scheme scheme, Grid grid, Contract contract = Contract.MlasFloat32, BiasRule bias = BiasRule.Kept) =>
        graph.Weighted.Select(node => InputOf(graph, node, points).Map(input => (node.Name, Fit(contract.Rule, node, scheme, grid, input, bias))))
            .Sequence().Map(ByName<TensorParams>.Of);

    /// <summary>Min-max parameters of a node's weights, with room for its biases where they are kept.</summary>
    /// <param name="rule">The arithmetic.</param>
    /// <param name="node">A node with weights.</param>
    /// <param name="scheme">Granularity and symmetry.</param>
    /// <param name="grid">The weights' codes.</param>
    /// <param name="input">The parameters of the node's input.</param>
    /// <param name="bias">Whether biases are kept.</param>
    private static TensorParams Fit(AffineRule rule, Node node, Scheme scheme, Grid grid, AffineParams input, BiasRule bias)
    {
        var fit = Affine.Fit(rule, node.Layer.WeightTensor!, scheme, grid);
        return bias == BiasRule.Kept ? BiasRoom.For(fit, node.Layer.Biases, input.Scale) : fit;
    }

    /// <summary>A layer alone: the node, the activation that runs inside it, and the parameters on both sides.</summary>
    private sealed record Alone(Graph Graph, Node Node, ByName<AffineParams> Points, Contract Contract, BiasRule Bias)
    {
        public Either<PtqError, LayerChoice> Choose(ByName<Tensor> trace, Values<Scheme> candidates, Grid grid)
        {
            var fits = candidates.Map(scheme => Fit(Contract.Rule, Node, scheme, grid, Points[Graph.Input], Bias));
            return Enumerable.Range(0, candidates.Length).Select(i => Error(trace, fits[i]).Map(error => new SchemeError(candidates[i], error)))
                .Sequence().Map(errors =>
                {
                    var tried = Values.From(errors);
                    var chosen = Enumerable.Range(0, tried.Length).MinBy(i => tried[i].Error); // the first of equals
                    return new LayerChoice(Node.Name, tried, chosen, fits[chosen]);
                });
        }

        private Either<PtqError, double> Error(ByName<Tensor> trace, TensorParams weights) =>
            from quantized in QuantizedGraph.Create(Graph, Points, ByName<TensorParams>.Of([(Node.Name, weights)]), Contract, Bias)
            select MeanSquare(Affine.Dequantize(IntegerEngine.Compile(quantized).Run(trace[Graph.Input]), TensorParams.PerTensor(quantized.OutputParams)), trace[Graph.Output]);
    }

    private static Either<PtqError, Alone> Layer(Graph graph, Node node, ByName<AffineParams> points, Contract contract, BiasRule bias)
    {
        var activation = graph.ActivationInside(node, points.Has);
        var output = activation.Match(inside => inside.Output, () => node.Output);
        Values<Node> nodes = activation.Match(inside => (Values<Node>)[node, inside], () => [node]);
        return
            from input in InputOf(graph, node, points)
            from result in points.Find(output).ToEither((PtqError)new PtqError.BadGraph(node.Name, $"output '{output}'", "no quantization point", "one"))
            from alone in Model.Graph.Create(node.Input, graph.Shapes[node.Input], nodes, output)
            select new Alone(alone, node, ByName<AffineParams>.Of([(node.Input, input), (output, result)]), contract, bias);
    }

    private static Either<PtqError, AffineParams> InputOf(Graph graph, Node node, ByName<AffineParams> points) =>
        Observe.ParamsOf(graph, points, node.Input).ToEither((PtqError)new PtqError.BadGraph(node.Name, $"input '{node.Input}'", "no quantization point", "one, or codes to inherit"));

    private static double MeanSquare(Tensor a, Tensor b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Data.Length; i++)
        {
            var difference = (double)a.Data[i] - b.Data[i];
            sum += difference * difference;
        }
        return sum / a.Data.Length;
    }
}
