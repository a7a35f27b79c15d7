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

namespace Ptq.Experiments.Thesis;

/// <summary>A network's predictions on the validation and the test images.</summary>
/// <param name="Validation">Top-1 in percent.</param>
/// <param name="Test">Top-1 in percent.</param>
/// <param name="Confusion">On the test images.</param>
internal sealed record Scores(double Validation, double Test, Confusion Confusion);

/// <summary>Everything a thesis run finds.</summary>
/// <param name="Float">The FP32 network.</param>
/// <param name="Choices">The greedy weight schemes.</param>
/// <param name="Start">INT8 with the start percentile.</param>
/// <param name="Chains">The annealing: before its first step, and after each.</param>
/// <param name="Annealed">INT8 with the best percentiles found.</param>
/// <param name="Best">The network with those.</param>
internal sealed record ThesisResult(Scores Float, ByName<LayerChoice> Choices, Scores Start, Values<Chain> Chains, Scores Annealed, QuantizedGraph Best);

/// <summary>
/// The thesis's procedure: weight schemes chosen greedily, then activation percentiles annealed against validation accuracy.
/// Its named defects are in it: zero points of 0 for signed weights, biases dropped, calibration images that are also scored.
/// </summary>
internal sealed record ThesisRun(Graph Graph, Splits Splits, ThesisPlan Plan, int Threads)
{
    private const double GreedyPercentile = 99; // stays, whatever percentile the search starts from
    private const double LargestLoss = 2;

    private const double Low = 90, High = 99.9; // of the percentiles proposed
    private static readonly Cooling Cooling = new(1, 0.95, 1e-3);

    /// <summary>The codes of every point: unsigned and asymmetric, but for the logits.</summary>
    public static ByName<ActivationScheme> Schemes { get; } = ByName<ActivationScheme>.Of(
        LeNetLite.Points.AsEnumerable().Select(p => (p, p == "out" ? ActivationScheme.Int8Symmetric : ActivationScheme.UInt8)));

    private SearchSpace Moves => new(LeNetLite.Points, Low, High, Plan.Step);

    private LabelledImages Validation => Splits.Search.Examples;

    /// <summary>Runs it all.</summary>
    /// <param name="progress">Told the name of every stage and the share of it that is done.</param>
    public Either<PtqError, ThesisResult> Execute(Action<string, double> progress)
    {
        var engine = FloatEngine.Compile(Graph, FloatArithmetic.Float64);
        progress("FP32 on validation and test images", 0);
        var real = Score(images => Accuracy.Predict(engine.Run(images, Threads)));

        progress("Calibration", 0);
        var trace = engine.Trace(Splits.Calibration.Images, default, Threads);
        return
            from choices in Choose(trace.Map((_, t) => t.Rows(0, Plan.Greedy)))
            from samples in Observe.Samples(trace, LeNetLite.Points, Threads)
            let weights = choices.Map((_, c) => c.Params)
            from start in Quantize(samples, weights, Moves.Uniform(Plan.StartPercentile))
            let startScores = Score(start, progress, "INT8, start percentile")
            let chains = Search(samples, start, real.Validation, progress)
            from best in start.WithPoints(PointsOf(samples, chains[^1].Best))
            select new ThesisResult(real, choices, startScores, Values.Of<Chain>(chains), Score(best, progress, "INT8, annealed percentiles"), best);
    }

    private Either<PtqError, ByName<LayerChoice>> Choose(ByName<Tensor> trace) =>
        from samples in Observe.Samples(trace, LeNetLite.Points, Threads)
        let points = Observe.Points(AffineRule.Thesis, Schemes, samples, _ => new RangeRule.Percentile(GreedyPercentile))
        from choices in WeightChoice.Greedy(Graph, trace, points, Scheme.ThesisCandidates, Grid.Int8, Contract.Thesis, BiasRule.Dropped, Threads)
        select choices;

    private Chain[] Search(ByName<SortedSample> samples, QuantizedGraph quantized, double reference, Action<string, double> progress)
    {
        // The start was quantized without an error, and other percentiles only change scales: a failure here is a bug.
        (double, Evaluator) ScoreOf(Candidate candidate, Evaluator evaluator) =>
            evaluator.Score(quantized.WithPoints(PointsOf(samples, candidate)).IfLeft(error => throw new InvalidOperationException(error.Describe())));

        var anneal = new Anneal(Moves, Cooling, reference, LargestLoss);
        var (start, begun) = anneal.Begin(Moves.Uniform(Plan.StartPercentile), Evaluator.Of(Validation.First(Plan.Objective), Threads), ScoreOf, Rng.FromSeed(Plan.Seed));
        var chains = new Chain[Plan.Iterations + 1];
        foreach (var chain in anneal.Run(start, begun, ScoreOf).Take(chains.Length))
        {
            chains[chain.Step] = chain;
            progress("Annealing", (double)(chain.Step + 1) / chains.Length);
        }
        return chains;
    }

    private Either<PtqError, QuantizedGraph> Quantize(ByName<SortedSample> samples, ByName<TensorParams> weights, Candidate candidate) =>
        QuantizedGraph.Create(Graph, PointsOf(samples, candidate), weights, Contract.Thesis, BiasRule.Dropped);

    private ByName<AffineParams> PointsOf(ByName<SortedSample> samples, Candidate candidate)
    {
        var percentiles = Moves.ByPoint(candidate);
        return Observe.Points(AffineRule.Thesis, Schemes, samples, name => new RangeRule.Percentile(percentiles[name]));
    }

    private Scores Score(QuantizedGraph graph, Action<string, double> progress, string stage)
    {
        progress(stage, 0);
        var engine = IntegerEngine.Compile(graph);
        return Score(images => Accuracy.Predict(engine.Run(images, Threads)));
    }

    private Scores Score(Func<Tensor, Values<int>> predict)
    {
        var (validation, test) = (Splits.Search.Examples, Splits.Test.Examples);
        var predicted = predict(test.Images);
        return new(Accuracy.Percent(validation.Labels, predict(validation.Images)), Accuracy.Percent(test.Labels, predicted), Confusion.Of(LeNetLite.Classes, test.Labels, predicted));
    }
}
