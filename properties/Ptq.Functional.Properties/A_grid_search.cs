using Ptq.Engine;
using Ptq.Evaluation;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Properties.Framework;
using Ptq.Quantization;
using Ptq.Search;
using static Ptq.Properties.Expect;

namespace Ptq.Properties;

public class A_grid_search
{
    [Property(Arbitrary = [typeof(Generators)], MaxTest = 300)]
    public bool Scores_every_combination_as_the_engine_does(Network network, Contract contract, byte[] counts, bool twoThreads)
    {
        var (start, images) = (network.Quantized(contract), Labelled(network));
        var found = GridSearch.Run(start, Candidates(start, counts), images.Images, images.Labels, twoThreads ? 2 : 1);
        if (found.IsLeft) return Combinations(start, counts).Any(points => QuantizedGraph.Create(start.Graph, points, start.Weights, contract, start.Bias).IsLeft);
        var grid = Right(found);
        return Enumerable.Range(0, grid.Right.Length).All(i => grid.Percent(i) == Percent(Right(QuantizedGraph.Create(start.Graph, grid.Points(i), start.Weights, contract, start.Bias)), images))
            && grid.Right.Length == Combinations(start, counts).Count();
    }

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Finds_the_first_of_the_best(Network network, Contract contract, byte[] counts)
    {
        var start = network.Quantized(contract);
        return GridSearch.Run(start, Candidates(start, counts), network.Images, Labelled(network).Labels).Match(grid =>
        {
            var best = grid.Right.AsEnumerable().Max();
            return grid.Right[grid.Best] == best && grid.Right.AsEnumerable().Take(grid.Best).All(right => right < best);
        }, _ => true);
    }

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Gives_equal_candidates_equal_scores(Network network, Contract contract, byte[] counts)
    {
        var start = network.Quantized(contract);
        var once = GridSearch.Run(start, Candidates(start, counts), network.Images, Labelled(network).Labels);
        var twice = GridSearch.Run(start, Candidates(start, counts).Map((_, c) => Values.From(c.AsEnumerable().SelectMany(p => new[] { p, p }))), network.Images, Labelled(network).Labels);
        if (once.IsLeft) return twice.IsLeft;
        var (a, b) = (Right(once), Right(twice));
        return Enumerable.Range(0, b.Right.Length).All(i => a.Right[Number(a, b.Choice(i).Map(c => c / 2))] == b.Right[i]);
    }

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Makes_of_other_points_what_a_new_network_would(Network network, Contract contract, byte[] counts)
    {
        var start = network.Quantized(contract);
        return Combinations(start, counts).All(points => start.WithPoints(points) == QuantizedGraph.Create(start.Graph, points, start.Weights, contract, start.Bias));
    }

    private static LabelledImages Labelled(Network network) => LabelledImages.Of(network.Images, Values.From(Enumerable.Range(0, network.Images.Shape[0]).Select(i => i % 3)));

    private static double Percent(QuantizedGraph graph, LabelledImages images) => Accuracy.Percent(images.Labels, Accuracy.Predict(IntegerEngine.Compile(graph).Run(images.Images)));

    private static int Number(GridSearch grid, Values<int> choice) => Enumerable.Range(0, choice.Length).Aggregate(0, (number, i) => number * grid.Candidates.Items[i].Length + choice[i]);

    /// <summary>One to three parameters for the first points, as many as give at most some dozens of combinations.</summary>
    private static ByName<Values<AffineParams>> Candidates(QuantizedGraph start, byte[] counts)
    {
        var (left, places) = (36, new List<(string, Values<AffineParams>)>());
        for (var i = 0; i < Math.Min(counts.Length, start.Points.Count); i++)
        {
            var (point, count) = (start.Points.Names[(i + counts[0]) % start.Points.Count], Math.Min(1 + counts[i] % 3, left));
            left /= count;
            places.Add((point, Values.From(Enumerable.Range(0, count).Select(c => Moved(start.Points[point], c)))));
        }
        return ByName<Values<AffineParams>>.Of(places);
    }

    private static IEnumerable<ByName<AffineParams>> Combinations(QuantizedGraph start, byte[] counts) =>
        Candidates(start, counts) is var candidates ? candidates.Names.AsEnumerable().Aggregate(Enumerable.Repeat(start.Points, 1), (all, name) => all.SelectMany(points => candidates[name].AsEnumerable().Select(p => points.With(name, p)))) : [];

    private static AffineParams Moved(AffineParams from, int value) =>
        Valid(AffineParams.Create(from.Scale * (1 + value * 0.375), Math.Clamp(from.ZeroPoint + value, from.Grid.Min, from.Grid.Max), from.Grid));
}
