using FsCheck;
using FsCheck.Fluent;
using Ptq.Engine;
using Ptq.Engine.Kernels;
using Ptq.Evaluation;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Properties.Framework;
using Ptq.Quantization;
using Ptq.Tensors;
using static Ptq.Properties.Expect;

namespace Ptq.Properties;

public class An_evaluator
{
    [Property(Arbitrary = [typeof(Generators)], MaxTest = 150)]
    public bool Scores_every_candidate_as_if_it_were_the_first(Network network, Contract contract, byte[] moves, byte memory, bool twoThreads)
    {
        var images = LabelledImages.Of(network.Images, Values.From(Enumerable.Range(0, network.Images.Shape[0]).Select(i => i % 3)));
        var evaluator = Evaluator.Of(images, twoThreads ? 2 : 1, MemoryOf(memory));
        foreach (var candidate in Candidates(network, contract, moves))
        {
            (var score, evaluator) = evaluator.Score(candidate);
            if (score != Accuracy.Percent(images.Labels, Accuracy.Predict(IntegerEngine.Compile(candidate).Run(images.Images)))) return false;
        }
        return true;
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 300)]
    public bool Gives_the_codes_of_the_engine_within_its_memory(Network network, Contract contract, VectorWidth width, byte[] moves, byte memory, bool twoThreads)
    {
        var runs = KeptRuns.Of(network.Images, twoThreads ? 2 : 1, MemoryOf(memory), width);
        foreach (var candidate in Candidates(network, contract, moves))
        {
            (var codes, runs) = runs.Run(candidate);
            if (codes != IntegerEngine.Compile(candidate).Run(network.Images) || runs.Bytes > MemoryOf(memory)) return false;
        }
        return true;
    }

    [Property(Arbitrary = [typeof(PooledConvolutions)])]
    public bool Pools_sums_as_the_engine_pools_codes(PooledConvolution pooled, Contract contract, VectorWidth width, byte[] moves) =>
        Gives_the_codes_of_the_engine_within_its_memory(pooled.Network, contract, width, moves, memory: 2, twoThreads: false);

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Stays_as_it_is_when_it_is_used(Network network, Contract contract, byte[] moves)
    {
        var candidates = Candidates(network, contract, moves);
        var (before, codes) = (new KeptRuns[candidates.Length + 1], new QTensor[candidates.Length]);
        before[0] = KeptRuns.Of(network.Images, 1, Ample, VectorWidth.Bits512);
        for (var i = 0; i < candidates.Length; i++) (codes[i], before[i + 1]) = before[i].Run(candidates[i]);
        return Enumerable.Range(0, candidates.Length).All(i => before[i].Run(candidates[^(i + 1)]).Output == codes[^(i + 1)]);
    }

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Computes_nothing_again_that_repeated_once(Network network, Contract contract)
    {
        var candidate = network.Quantized(contract);
        var runs = Repeated(network, candidate, 2);
        return runs.Computed > 0 && runs.Run(candidate).Next.Computed == 0;
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 200)]
    public bool Only_requantizes_where_only_the_scale_of_the_output_moved(Network network, Contract contract)
    {
        var candidate = network.Quantized(contract);
        var output = network.Graph.Output;
        if (candidate.Operations.AsEnumerable().Single(op => op.Output == output) is not QOp.Dot) return true;
        var moved = Right(QuantizedGraph.Create(candidate.Graph, candidate.Points.With(output, Moved(candidate.Points[output], 1)), candidate.Weights, contract, candidate.Bias));
        var (codes, next) = Repeated(network, candidate, 2).Run(moved);
        return next.Computed == 0 && codes == IntegerEngine.Compile(moved).Run(network.Images);
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 150)]
    public bool Stops_only_where_a_candidate_is_lost(Network network, Contract contract, byte[] moves, byte memory, byte least, bool twoThreads)
    {
        var labels = Values.From(Enumerable.Range(0, network.Images.Shape[0]).Select(i => i % 3));
        var images = LabelledImages.Of(Tensor.Concat([.. Enumerable.Repeat(network.Images, 20)]), Values.From(Enumerable.Repeat(labels, 20).SelectMany(l => l.AsEnumerable())));
        var candidates = Candidates(network, contract, moves);
        var evaluator = Evaluator.HardestFirst(images, candidates[0], twoThreads ? 2 : 1, MemoryOf(memory));
        foreach (var candidate in candidates.Take(12))
        {
            var right = Accuracy.Percent(images.Labels, Accuracy.Predict(IntegerEngine.Compile(candidate).Run(images.Images)));
            (var score, evaluator) = evaluator.Score(candidate, (low, high) =>
            {
                if (low > right || high < right) throw new InvalidOperationException($"{right} is not from {low} to {high}.");
                return high < least % 100;
            });
            if (double.IsNaN(score) ? right >= least % 100 : score != right) return false;
        }
        return true;
    }

    private const long Ample = 1 << 26;

    private static KeptRuns Repeated(Network network, QuantizedGraph candidate, int times) =>
        Enumerable.Range(0, times).Aggregate(KeptRuns.Of(network.Images, 1, Ample, VectorWidth.Bits512), (runs, _) => runs.Run(candidate).Next);

    /// <summary>From nothing over what some tensors need to ample.</summary>
    private static long MemoryOf(byte memory) => memory % 4 == 0 ? memory * 64 : memory % 4 == 1 ? memory * 1024 : Ample;

    /// <summary>
    /// The network quantized, and again after every move: a point with one of a few parameters, so that old ones come back, or without any where it can be without; or the
    /// biases kept or dropped. A move after which the whole does not fit is left out.
    /// </summary>
    private static QuantizedGraph[] Candidates(Network network, Contract contract, byte[] moves)
    {
        var start = network.Quantized(contract);
        var candidates = new List<QuantizedGraph> { start };
        foreach (var move in moves.Take(24))
        {
            var (now, place, value) = (candidates[^1], move / 4 % (start.Points.Count + 2), move % 4);
            var name = place < start.Points.Count ? start.Points.Names[place] : null;
            var points = name is null ? now.Points
                : value < 3 ? now.Points.With(name, Moved(start.Points[name], value))
                : ByName<AffineParams>.Of(now.Points.Names.AsEnumerable().Where(other => other != name).Select(other => (other, now.Points[other])));
            var bias = place == start.Points.Count ? (value % 2 == 0 ? BiasRule.Kept : BiasRule.Dropped) : now.Bias; // one place changes nothing
            QuantizedGraph.Create(now.Graph, points, now.Weights, contract, bias).IfRight(candidates.Add);
        }
        return [.. candidates];
    }

    private static AffineParams Moved(AffineParams from, int value) =>
        Valid(AffineParams.Create(from.Scale * (1 + value * 0.375), Math.Clamp(from.ZeroPoint + value, from.Grid.Min, from.Grid.Max), from.Grid));
}

/// <summary>A network that ends with a max pool over a convolution, which nothing else reads.</summary>
public sealed record PooledConvolution(Network Network);

public static class PooledConvolutions
{
    public static Arbitrary<PooledConvolution> All() => Arb.From(
        from seed in Gen.Choose(0, int.MaxValue / 2)
        from size in Gen.Choose(2, 6)
        select Enumerable.Range(seed, int.MaxValue / 2).SelectMany(s => Of(Network.Of(s, size))).First(),
        pooled => Enumerable.Range(2, pooled.Network.Size - 2).SelectMany(size => Of(Network.Of(pooled.Network.Seed, size))));

    private static IEnumerable<PooledConvolution> Of(Network network)
    {
        var (graph, nodes) = (network.Graph, network.Graph.Nodes);
        for (var i = 1; i < nodes.Length; i++)
            if (nodes[i].Layer is Layer.MaxPool2d && nodes.AsEnumerable().SingleOrDefault(n => n.Output == nodes[i].Input)?.Layer is Layer.Conv2d)
            {
                Node[] upTo = [.. nodes.AsEnumerable().Take(i + 1)];
                if (upTo.Count(n => n.Inputs.AsEnumerable().Contains(nodes[i].Input)) == 1) yield return new(network with { Graph = Right(Graph.Create(graph.Input, graph.InputShape, Values.From(upTo), nodes[i].Output)) });
            }
    }
}
