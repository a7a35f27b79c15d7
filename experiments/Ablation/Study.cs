using LanguageExt;
using Ptq.Calibration;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Evaluation;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Search;
using Ptq.Tensors;
using static LanguageExt.Prelude;

namespace Ptq.Experiments.Ablation;

/// <summary>The classes that a network predicts for the search and the test images.</summary>
internal sealed record Predictions(Values<int> Search, Values<int> Test);

/// <summary>A variant, quantized and scored.</summary>
/// <param name="Quantized">The network.</param>
/// <param name="Predictions">What it predicts.</param>
/// <param name="Chains">The annealing behind it; empty where there was none.</param>
internal sealed record Outcome(QuantizedGraph Quantized, Predictions Predictions, Values<Chain> Chains);

/// <summary>
/// A network with its images and everything about them that variants share: the float pass over the calibration images, and
/// sorted samples of every tensor.
/// </summary>
internal sealed class Study
{
    /// <summary>How the annealed ranges are searched; the thesis's schedule around the base's percentile.</summary>
    public const int Iterations = 60, Objective = 2000, Seed = 0, GreedyImages = 256;

    public const double StartPercentile = 99.9, Low = 90, High = 100, Step = 0.7, LargestLoss = 2;

    private readonly int threads;
    private readonly ByName<Tensor> trace;
    private readonly ByName<Tensor> greedyTrace;

    private Study(Graph graph, Splits splits, int threads, ByName<Tensor> trace, ByName<SortedSample> samples, Predictions real)
    {
        (Graph, Splits, this.threads, this.trace, Samples, Real) = (graph, splits, threads, trace, samples, real);
        greedyTrace = trace.Map((_, t) => t.Rows(0, Math.Min(GreedyImages, t.Shape[0])));
    }

    public Graph Graph { get; }

    public Splits Splits { get; }

    /// <summary>The values of every tensor over the calibration images.</summary>
    public ByName<SortedSample> Samples { get; }

    /// <summary>What the float network predicts.</summary>
    public Predictions Real { get; }

    /// <summary>Runs the float network over all images.</summary>
    public static Either<PtqError, Study> Create(Graph graph, Splits splits, FloatArithmetic arithmetic, int threads)
    {
        var engine = FloatEngine.Compile(graph, arithmetic);
        var trace = engine.Trace(splits.Calibration.Images, default, threads);
        return Observe.Samples(trace, graph.Shapes.Names, threads).Map(samples => new Study(graph, splits, threads, trace, samples,
            new(Accuracy.Predict(engine.Run(splits.Search.Examples.Images, threads)), Accuracy.Predict(engine.Run(splits.Test.Examples.Images, threads)))));
    }

    /// <summary>Quantizes and scores a variant.</summary>
    /// <param name="variant">What is asked for.</param>
    /// <param name="progress">Told the share that is done.</param>
    public Either<PtqError, Outcome> Run(Variant variant, Action<double> progress)
    {
        var schemes = Schemes(variant);
        var start = variant.Ranges is RangeSource.Rule(var rule) ? rule : new RangeRule.Percentile(StartPercentile);
        return
            from weights in Weights(variant, schemes, start)
            from chains in variant.Ranges is RangeSource.Annealed ? Anneal(variant, schemes, weights, progress) : Right<PtqError, Values<Chain>>([])
            from quantized in Quantize(variant, schemes, weights, chains.Length == 0 ? _ => start : RuleOf(schemes, chains[^1].Best))
            let engine = IntegerEngine.Compile(quantized)
            select new Outcome(quantized, new(Accuracy.Predict(engine.Run(Splits.Search.Examples.Images, threads)), Accuracy.Predict(engine.Run(Splits.Test.Examples.Images, threads))), chains);
    }

    /// <summary>The points of a variant and their codes.</summary>
    private ByName<ActivationScheme> Schemes(Variant variant)
    {
        var schemes = ActivationScheme.Everywhere(Graph, variant.Activations);
        return variant.Fused ? schemes : Graph.Nodes.AsEnumerable().Where(n => n.Layer is Layer.Conv2d).Aggregate(schemes, (s, n) => s.With(n.Output, variant.Activations));
    }

    private Either<PtqError, ByName<TensorParams>> Weights(Variant variant, ByName<ActivationScheme> schemes, RangeRule range)
    {
        var grid = Grid.Create(variant.WeightBits, true).Match(g => g, _ => throw new InvalidOperationException($"{variant.WeightBits} bits"));
        var points = Observe.Points(AffineRule.Standard, schemes, Samples, _ => range);
        return variant.Weights is WeightRule.Fixed(var scheme)
            ? WeightChoice.Fixed(Graph, points, scheme, grid, Contract.MlasFloat32, variant.Bias)
            : WeightChoice.Greedy(Graph, greedyTrace, points, Scheme.Product, grid, Contract.MlasFloat32, variant.Bias).Map(choices => choices.Map((_, c) => c.Params));
    }

    private Either<PtqError, Values<Chain>> Anneal(Variant variant, ByName<ActivationScheme> schemes, ByName<TensorParams> weights, Action<double> progress)
    {
        var objective = Splits.Search.Examples.First(Math.Min(Objective, Splits.Search.Examples.Count));
        (double, Evaluator) ScoreOf(Candidate candidate, Evaluator evaluator) =>
            evaluator.Score(Quantize(variant, schemes, weights, RuleOf(schemes, candidate)).IfLeft(error => throw new InvalidOperationException(error.Describe())));

        var reference = Accuracy.Percent(Splits.Search.Examples.Labels, Real.Search);
        var anneal = new Anneal(SpaceOf(schemes), new(1, 0.95, 1e-3), reference, LargestLoss);
        var (first, begun) = anneal.Begin(anneal.Space.Uniform(StartPercentile), Evaluator.Of(objective, threads), ScoreOf, Rng.FromSeed(Seed));
        var chains = new List<Chain>();
        foreach (var chain in anneal.Run(first, begun, ScoreOf).Take(Iterations + 1))
        {
            chains.Add(chain);
            progress((double)chains.Count / (Iterations + 1));
        }
        return Values.From(chains);
    }

    /// <summary>The base quantized with a percentile everywhere: what a grid or a search departs from.</summary>
    public Either<PtqError, QuantizedGraph> Start(double percentile) =>
        from weights in Weights(Variant.Base, Schemes(Variant.Base), new RangeRule.Percentile(percentile))
        from start in Quantize(Variant.Base, Schemes(Variant.Base), weights, _ => new RangeRule.Percentile(percentile))
        select start;

    /// <summary>The parameters that a percentile gives a point of the base.</summary>
    public AffineParams ParamsOf(string point, double percentile)
    {
        var scheme = Schemes(Variant.Base)[point];
        return Affine.Covering(AffineRule.Standard, new RangeRule.Percentile(percentile).Of(Samples[point]), scheme.Symmetric, scheme.Grid);
    }

    private static Func<string, RangeRule> RuleOf(ByName<ActivationScheme> schemes, Candidate candidate)
    {
        var percentiles = SpaceOf(schemes).ByPoint(candidate);
        return name => new RangeRule.Percentile(percentiles[name]);
    }

    private static SearchSpace SpaceOf(ByName<ActivationScheme> schemes) => new(schemes.Names, Low, High, Step);

    private Either<PtqError, QuantizedGraph> Quantize(Variant variant, ByName<ActivationScheme> schemes, ByName<TensorParams> weights, Func<string, RangeRule> range) =>
        QuantizedGraph.Create(Graph, Observe.Points(AffineRule.Standard, schemes, Samples, range), weights, Contract.MlasFloat32, variant.Bias);
}
