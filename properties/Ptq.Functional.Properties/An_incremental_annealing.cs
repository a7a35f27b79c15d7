using Ptq.Calibration;
using Ptq.Engine;
using Ptq.Evaluation;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Properties.Framework;
using Ptq.Quantization;
using Ptq.Search;
using Ptq.Tensors;
using Xunit;
using static Ptq.Properties.Expect;

namespace Ptq.Properties;

/// <summary>Annealing that keeps sums, looks at hard images first and stops as early as it can, beside one that runs the whole network on every image for every candidate.</summary>
public class An_incremental_annealing
{
    private const long Ample = 1 << 26;

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 150)]
    public bool Decides_as_the_naive_one_on_every_seed(Network network, Contract contract, Rng rng, byte places, byte tolerance, bool always, bool one, bool twoThreads) =>
        Search.Of(network, contract, rng, places, tolerance, always ? Draws.Always : Draws.WhereUndecided, one ? Moved.One : Moved.All) is var search
        && Same(search.Early(twoThreads ? 2 : 1, Ample), search.Naive());

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 100)]
    public bool Stays_within_its_memory_and_decides_the_same(Network network, Contract contract, Rng rng, byte places, byte tolerance, byte kibibytes, bool one, bool twoThreads) =>
        Search.Of(network, contract, rng, places, tolerance, Draws.Always, one ? Moved.One : Moved.All) is var search
        && Same(search.Early(twoThreads ? 2 : 1, kibibytes * 1024L), search.Naive()); // it throws where more is kept

    [Fact]
    public void Stops_and_accepts_on_the_networks_of_this_law()
    {
        var steps = Enumerable.Range(0, 40).SelectMany(seed => Search.Of(Network.Of(seed, 1 + seed % 8), Contract.Thesis, Rng.FromSeed((ulong)seed), (byte)seed, (byte)seed, Draws.Always, Moved.One).Early(1, Ample).Skip(1)).ToArray();
        var (stopped, accepted) = (steps.Count(s => double.IsNaN(s.Last.Score)), steps.Count(s => s.Last.Accepted));
        Assert.True(stopped > steps.Length / 4 && accepted > steps.Length / 4, $"{stopped} stopped, {accepted} accepted of {steps.Length}"); // else the law says little
    }

    /// <summary>Whether two chains go the same way: equal but for the scores of what was stopped.</summary>
    private static bool Same(IEnumerable<Chain> early, IEnumerable<Chain> naive) => early.Zip(naive, (a, b) =>
        a with { Last = b.Last } == b && (double.IsNaN(a.Last.Score) ? !b.Last.Accepted && a.Last with { Score = b.Last.Score } == b.Last : a.Last == b.Last)).All(same => same);

    /// <summary>An annealing of one to four points of a network, against labels that the network mostly gets right.</summary>
    private sealed record Search(Anneal Anneal, QuantizedGraph Start, ByName<SortedSample> Samples, LabelledImages Images, Rng Rng)
    {
        private const int Steps = 24;
        private const double Percentile = 99;

        public static Search Of(Network network, Contract contract, Rng rng, byte places, byte tolerance, Draws draws, Moved moved)
        {
            var start = network.Quantized(contract);
            (var few, rng) = rng.Integer(1, 4);
            var normals = new double[network.Graph.InputShape.Count * ((int)few * 130 + 17)]; // more than one portion, and a last one that is not full
            rng = rng.FillStandardNormal(normals);
            var images = Tensor.Of(network.Graph.InputShape.Batch((int)few * 130 + 17), Values.From(normals.Select(x => (float)x)));
            var (predicted, labels) = (Accuracy.Predict(IntegerEngine.Compile(start).Run(images)), new int[images.Shape[0]]);
            for (var i = 0; i < labels.Length; i++)
            {
                (var wrong, rng) = rng.Integer(0, 5);
                labels[i] = wrong == 0 ? predicted[i] + 1 : predicted[i]; // perhaps a class that the network does not have
            }
            var points = Values.From(start.Points.Names.AsEnumerable().Where((_, i) => (i + start.Points.Count - places % start.Points.Count) % start.Points.Count < 1 + places % 4));
            var anneal = new Anneal(new(points, 60, 99.9, 8, moved), new(4, 0.9, 1e-3), 80, tolerance % 30, draws);
            return new(anneal, start, Right(Observe.Samples(FloatEngine.Compile(network.Graph).Trace(images), points)), LabelledImages.Of(images, Values.Freeze(labels)), rng);
        }

        /// <summary>Every candidate on every image, each as if it were the first.</summary>
        public IEnumerable<Chain> Naive()
        {
            double Score(Candidate candidate) => Of(candidate) is { } graph ? Accuracy.Percent(Images.Labels, Accuracy.Predict(IntegerEngine.Compile(graph).Run(Images.Images))) : 0;
            return Anneal.Run(Anneal.Begin(Anneal.Space.Uniform(Percentile), Score, Rng), Score).Take(Steps + 1);
        }

        /// <summary>Every candidate as far as it can be accepted, and as little as is not kept.</summary>
        public IEnumerable<Chain> Early(int threads, long memory)
        {
            (double, Evaluator) Score(Candidate candidate, Evaluator evaluator, Func<double, double, bool> lost)
            {
                if (Of(candidate) is not { } graph) return (0, evaluator);
                var (score, next) = evaluator.Score(graph, lost);
                return next.Bytes <= memory ? (score, next) : throw new InvalidOperationException($"{next.Bytes} bytes of {memory}.");
            }
            var first = Evaluator.HardestFirst(Images, Start, threads, memory);
            var (chain, begun) = Anneal.Begin(Anneal.Space.Uniform(Percentile), first, (candidate, evaluator) => Score(candidate, evaluator, static (_, _) => false), Rng);
            return Anneal.Run(chain, begun, Score).Take(Steps + 1);
        }

        /// <summary>The network with other percentiles, if it has room for its biases then.</summary>
        private QuantizedGraph? Of(Candidate candidate)
        {
            var percentiles = Anneal.Space.ByPoint(candidate);
            var points = percentiles.Names.AsEnumerable().Aggregate(Start.Points, (all, name) =>
                all.With(name, Affine.Covering(Start.Contract.Rule, new RangeRule.Percentile(percentiles[name]).Of(Samples[name]), all[name].Grid.Signed, all[name].Grid)));
            return Start.WithPoints(points).Match<QuantizedGraph?>(graph => graph, _ => null);
        }
    }
}
