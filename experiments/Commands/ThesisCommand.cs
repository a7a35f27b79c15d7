using System.CommandLine;
using System.Globalization;
using LanguageExt;
using Ptq.Data;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Evaluation;
using Ptq.Experiments.Data;
using Ptq.Experiments.Thesis;
using Ptq.Model;
using Ptq.Terminal;
using TextOption = System.CommandLine.Option<string?>;

namespace Ptq.Experiments.Commands;

/// <summary>Regenerates the thesis's tables and figures.</summary>
internal sealed class ThesisCommand : ICommand
{
    private readonly TextOption weights = Options.Text("--weights", "FILE.npz", "Weights of LeNet-lite [default: the embedded baseline]");
    private readonly TextOption output = Options.Text("--out", "DIR", "Where tables and figures go [default: experiments/results]");
    private readonly TextOption seed = Options.Text("--seed", "N", "Seed of the annealing, of any size [default: 0]");
    private readonly TextOption iterations = Options.Text("--iterations", "N", "Annealing steps [default: 60]");
    private readonly TextOption startPercentile = Options.Text("--start-percentile", "P", "Percentile of every point at the start, 50 to 100 [default: 99]");
    private readonly TextOption step = Options.Text("--step", "S", "A move adds a number in [−S, S) to every percentile [default: 0.7]");
    private readonly TextOption calibration = Options.Text("--calibration", "N", "Calibrate on the first N validation images [default: 512]");
    private readonly TextOption objective = Options.Text("--objective", "N", "Score candidates on the first N validation images [default: 2000]");
    private readonly TextOption threads = Options.Threads();

    public ThesisCommand() => Command = new("thesis", "Regenerates the tables and figures of the thesis: greedy weight schemes, annealed activation percentiles.")
    {
        weights, output, seed, iterations, startPercentile, step, calibration, objective, threads,
    };

    public Command Command { get; }

    public Validation<Fault, Func<Either<PtqError, ExitCode>>> Parse(ParseResult parsed) =>
        (
            ThesisPlan.Parse(parsed.Typed(seed), parsed.Typed(iterations), parsed.Typed(startPercentile), parsed.Typed(step), parsed.Typed(calibration), parsed.Typed(objective)),
            OptionText.Path("--weights", parsed.Typed(weights), () => Embedded.Baseline),
            OptionText.Path("--out", parsed.Typed(output), () => Results.Folder),
            OptionText.Threads("--threads", parsed.Typed(threads))
        ).Apply((plan, file, folder, count) => (Func<Either<PtqError, ExitCode>>)(() => Run(file, folder, plan, count)));

    private static Either<PtqError, ExitCode> Run(string weights, string folder, ThesisPlan plan, int threads) =>
        from writable in Disk.CheckWritable(folder)
        let images = Alongside(() => Load(plan), threads)
        let warm = Alongside(ThesisFiles.Warm, threads)
        from graph in Load(weights)
        from splits in images.GetAwaiter().GetResult()
        from found in Display.WithProgress(progress =>
            from result in new ThesisRun(graph, splits, plan, threads).Execute(progress)
            let alone = warm.GetAwaiter().GetResult() // so that nothing runs beside what is timed
            select (Result: result, Latency: Latency.Measure(FloatEngine.Compile(graph), IntegerEngine.Compile(result.Best), splits.Test.Examples.Images, progress).ToArray()))
        let files = ThesisFiles.Below(folder, [.. ThesisFiles.Of(graph, plan, found.Result), ("latency.csv", Csv.Write(found.Latency))])
        from written in Disk.Write(files)
        select Show(weights, plan, graph, found.Result, found.Latency, files.Select(f => f.Path));

    /// <summary>Begins something that needs nothing else: on a thread of its own where there may be another.</summary>
    private static Task<T> Alongside<T>(Func<T> work, int threads) => threads > 1 ? Task.Run(work) : Task.FromResult(work());

    /// <summary>LeNet-lite with the weights of a file.</summary>
    internal static Either<PtqError, Graph> Load(string weights) =>
        from bytes in Disk.ReadAll(weights)
        from arrays in Npz.Parse(weights, bytes)
        from graph in LeNetLite.Create(weights, arrays.Map((_, array) => array.ToTensor()))
        select graph;

    /// <summary>The protocol's images, calibration and search images overlapping as they did there.</summary>
    internal static Either<PtqError, Splits> Load(ThesisPlan plan) =>
        from validation in Embedded.ThesisValidation()
        from test in Embedded.MnistTest()
        let searched = validation.ToFloats()
        from splits in Splits.Create(new(searched.First(plan.Calibration).Images), new(searched), new(test.ToFloats()), Overlap.CalibrationInSearch)
        select splits;

    private static ExitCode Show(string weights, ThesisPlan plan, Graph graph, ThesisResult result, Latency.Row[] latency, IEnumerable<string> files)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"""
            LeNet-lite, weights {(weights == Embedded.Baseline ? "embedded" : weights)}
            {plan.Iterations} iterations from percentile {plan.StartPercentile}, step {plan.Step}, {plan.Calibration} calibration images
            candidates scored on {plan.Objective} images, seed {plan.Seed}
            """));
        Display.Table("Summary", ["mode", "val %#", "test %#", "bytes#", "ms / 64 images#"],
            ThesisTables.Summary(graph, result).Zip(latency, (s, l) => (IReadOnlyList<string>)[s.Mode, s.Validation, s.Test, s.Size.ToString(CultureInfo.InvariantCulture), l.Mean]));
        Display.Table("Ablation", ["configuration", "val %#", "test %#"],
            ThesisTables.Ablation(plan, result).Select(a => (IReadOnlyList<string>)[a.Configuration, a.Validation, a.Test]));
        Display.Table("Weight schemes, mean squared error of the layer's output (* chosen)", ["layer", "scheme", "symmetric", "mse#", ""],
            ThesisTables.Greedy(result).Select(g => (IReadOnlyList<string>)[g.Layer, g.Scheme, g.Symmetric ? "yes" : "no", g.Error.ToString("0.000000", CultureInfo.InvariantCulture), g.Chosen ? "*" : ""]));
        Display.Table($"Confusions that moved most, {ThesisTables.StartName(plan)} − FP32", ["rank#", "real#", "predicted#", "change of share#"],
            ThesisTables.Confusions(result).Take(6).Select(c => (IReadOnlyList<string>)[c.Rank.ToString(CultureInfo.InvariantCulture), c.Real.ToString(CultureInfo.InvariantCulture), c.Predicted.ToString(CultureInfo.InvariantCulture), c.Delta]));
        Display.Files(files);
        return ExitCode.Done;
    }
}
