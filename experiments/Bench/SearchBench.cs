using System.Diagnostics;
using LanguageExt;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Evaluation;
using Ptq.Experiments.Ablation;
using Ptq.Experiments.Commands;
using Ptq.Experiments.Data;
using Ptq.Experiments.Thesis;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Search;

namespace Ptq.Experiments.Bench;

/// <summary>The thesis's search, in this process; and the whole command, in one of its own.</summary>
internal static class SearchBench
{
    private const string Stage = "Annealing";

    /// <summary>CPU seconds of the annealing, on one thread.</summary>
    public static Either<PtqError, BenchRow> Annealing() =>
        from graph in ThesisCommand.Load(Embedded.Baseline)
        from splits in ThesisCommand.Load(ThesisPlan.Published)
        let clock = new StageClock()
        from result in new ThesisRun(graph, splits, ThesisPlan.Published, 1).Execute((stage, _) => clock.See(stage))
        select BenchRow.Of("search", "thesis", "2000", "61 evaluations", "CPU", clock.Of(Stage), "s", target: new(1.5, 0.3, OfRatio: false, AtMost: true));

    /// <summary>CPU seconds of an exhaustive search, on one thread.</summary>
    public static Either<PtqError, BenchRow> Grid() =>
        from study in AblationCommand.Load(Embedded.Baseline, 1)
        let points = ByName<Values<double>>.Of([("inp", [Start]), .. Points.AsEnumerable().Select(name => (name, Values.From(Enumerable.Range(0, name == "out" ? 4 : 10).Select(i => 99 + i * 0.1))))])
        from first in GridRun.Execute(study, [Start], points, Images, 1, static _ => { })
        let seconds = Enumerable.Range(0, Repetitions).Select(_ => CpuSeconds(() => GridRun.Execute(study, [Start], points, Images, 1, static _ => { }))).Order().ElementAt(Repetitions / 2)
        select BenchRow.Of("search", "10×10×10×4 grid", "2000", $"{first.Search.Right.Length} combinations", "CPU", seconds, "s", target: new(1.5, 0.5, OfRatio: false, AtMost: true));

    /// <summary>Steps of an annealing that moves one of four points at a time: keeping sums and stopping early, beside scoring every candidate as if it were the first.</summary>
    public static Either<PtqError, BenchRow> EarlyStop() =>
        from study in AblationCommand.Load(Embedded.Baseline, 1)
        from start in study.Start(Start)
        let images = study.Splits.Search.Examples.First(Images)
        let anneal = new Anneal(new(Points, Study.Low, Study.High, Study.Step, Moved.One), new(0.1, 0.97, 1e-3), Accuracy.Percent(study.Splits.Search.Examples.Labels, study.Real.Search), Study.LargestLoss, Draws.Always)
        let same = Naive(anneal, study, start, images) is var whole && Early(anneal, study, start, images) is var stopped && stopped with { Last = whole.Last } == whole ? true : throw new InvalidOperationException("Two searches that should be one.")
        let rounds = Enumerable.Range(0, Repetitions).Select(_ => (Naive: CpuSeconds(() => Naive(anneal, study, start, images)), Early: CpuSeconds(() => Early(anneal, study, start, images)))).ToArray()
        let ratios = rounds.Select(r => r.Naive / r.Early).Order().ToArray()
        select BenchRow.Of("search", "annealing, one of 4 points a move", "2000", "kept sums, early stop", "rate", Moves / rounds.Select(r => r.Early).Order().ElementAt(Repetitions / 2), "moves/s",
            new("naive", ratios[Repetitions / 2], (ratios[^1] - ratios[0]) / ratios[Repetitions / 2]), new(4, 6));

    private const double Start = 99.9;
    private const int Images = 2000, Moves = 100, Repetitions = 3;

    private static Values<string> Points => ["a1", "a2", "a3", "out"];

    private static Chain Naive(Anneal anneal, Study study, QuantizedGraph start, LabelledImages images)
    {
        double Score(Candidate candidate) => Accuracy.Percent(images.Labels, Accuracy.Predict(IntegerEngine.Compile(Of(study, start, anneal, candidate)).Run(images.Images)));
        return anneal.Run(anneal.Begin(anneal.Space.Uniform(Start), Score, Rng.FromSeed(0)), Score).ElementAt(Moves);
    }

    private static Chain Early(Anneal anneal, Study study, QuantizedGraph start, LabelledImages images)
    {
        (double, Evaluator) Score(Candidate candidate, Evaluator evaluator, Func<double, double, bool> lost) => evaluator.Score(Of(study, start, anneal, candidate), lost);
        var (chain, begun) = anneal.Begin(anneal.Space.Uniform(Start), Evaluator.HardestFirst(images, start), (candidate, evaluator) => Score(candidate, evaluator, static (_, _) => false), Rng.FromSeed(0));
        return anneal.Run(chain, begun, Score).ElementAt(Moves);
    }

    private static QuantizedGraph Of(Study study, QuantizedGraph start, Anneal anneal, Candidate candidate)
    {
        var percentiles = anneal.Space.ByPoint(candidate);
        return start.WithPoints(percentiles.Names.AsEnumerable().Aggregate(start.Points, (points, name) => points.With(name, study.ParamsOf(name, percentiles[name])))).IfLeft(error => throw new InvalidOperationException(error.Describe()));
    }

    private static double CpuSeconds(Action run)
    {
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        run();
        return (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
    }

    /// <summary>Wall seconds of the thesis command, start-up included.</summary>
    public static BenchRow WholeCommand()
    {
        var folder = Directory.CreateTempSubdirectory("ptq-bench-");
        try
        {
            var start = Stopwatch.GetTimestamp();
            using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(SearchBench).Assembly.Location, "thesis", "--out", folder.FullName]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.BeginErrorReadLine();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0) throw new InvalidOperationException($"thesis ended with code {process.ExitCode}.");
            return BenchRow.Of("search", "thesis command", "", "own process", "wall", Stopwatch.GetElapsedTime(start).TotalSeconds, "s", target: new(4, 1.5, OfRatio: false, AtMost: true));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The CPU time of this process between the beginnings of stages.</summary>
    private sealed class StageClock
    {
        private readonly Dictionary<string, TimeSpan> spent = new(StringComparer.Ordinal);
        private (string Stage, TimeSpan Since) now = ("", Now);

        private static TimeSpan Now => Process.GetCurrentProcess().TotalProcessorTime;

        public void See(string stage)
        {
            if (stage == now.Stage) return;
            spent[now.Stage] = spent.GetValueOrDefault(now.Stage) + Now - now.Since;
            now = (stage, Now);
        }

        public double Of(string stage)
        {
            See("");
            return spent.GetValueOrDefault(stage).TotalSeconds;
        }
    }
}
