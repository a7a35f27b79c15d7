using System.CommandLine;
using System.Text;
using LanguageExt;
using Ptq.Data;
using Ptq.Errors;
using Ptq.Experiments.Bench;
using Ptq.Experiments.Data;
using Ptq.Experiments.Equality;
using Ptq.Experiments.Figures;
using Ptq.Experiments.Runtime;
using Ptq.Onnx;
using Ptq.Terminal;
using static LanguageExt.Prelude;
using TextOption = System.CommandLine.Option<string?>;

namespace Ptq.Experiments.Commands;

/// <summary>Speed, beside the ONNX Runtime's in the same run.</summary>
internal sealed class BenchCommand : ICommand
{
    private readonly System.CommandLine.Option<bool> runtime = new("--onnxruntime") { Description = "Time the ONNX Runtime of tests/onnxruntime beside it, in turn" };
    private readonly System.CommandLine.Option<string[]> groups = new("--group") { HelpName = "GROUP", AllowMultipleArgumentsPerToken = true, Description = $"What to measure, one or more of {string.Join(", ", Groups)} [default: all]" };
    private readonly TextOption output = Options.Text("--out", "DIR", "Where bench.csv and roofline.svg go [default: experiments/results]");
    private readonly TextOption threads = Options.Threads();
    private readonly System.CommandLine.Option<bool> check = new("--check") { Description = "End with code 4, naming them, where measurements miss what they must reach" };

    public BenchCommand() => Command = new("bench", "Measures speed: networks end to end, layers, calibration, the thesis's search, a grid; on one thread but for calibration. What a processor or a missing ONNX Runtime cannot run is left out.") { runtime, groups, output, threads, check };

    public Command Command { get; }

    private static IReadOnlyList<string> Groups => ["layers", "networks", "calibration", "search"];

    public Validation<Fault, Func<Either<PtqError, ExitCode>>> Parse(ParseResult parsed) =>
        (
            Named(parsed.GetResult(groups) is { Tokens.Count: > 0 } typed ? [.. typed.Tokens.Select(t => t.Value)] : Groups),
            OptionText.Path("--out", parsed.Typed(output), () => Results.Folder),
            OptionText.Threads("--threads", parsed.Typed(threads))
        ).Apply((chosen, folder, most) => (Func<Either<PtqError, ExitCode>>)(() => Run(chosen, folder, most, parsed.GetValue(runtime), parsed.GetValue(check))));

    private static Validation<Fault, IReadOnlyList<string>> Named(IReadOnlyList<string> names) => names.FirstOrDefault(name => !Groups.Contains(name)) is { } stranger
        ? Fail<Fault, IReadOnlyList<string>>(new("--group", $"'{stranger}'", string.Join(", ", Groups)))
        : Success<Fault, IReadOnlyList<string>>(names);

    private static Either<PtqError, ExitCode> Run(IReadOnlyList<string> groups, string folder, int threads, bool wantsRuntime, bool check)
    {
        using var server = new RuntimeServer(RuntimeServer.DefaultFolder);
        var missing = wantsRuntime ? server.Missing : "--onnxruntime was not given.";
        return from writable in Disk.CheckWritable(folder)
               from measured in Display.WithProgress(progress => Measure(groups, missing is null ? server : null, threads, progress))
               let file = Path.Combine(folder, "bench.csv")
               let figure = measured.Roofline is { } svg ? (IReadOnlyList<(string, byte[])>)[(Path.Combine(folder, "roofline.svg"), Encoding.UTF8.GetBytes(svg))] : []
               from written in Disk.Write([(file, Encoding.UTF8.GetBytes(Csv.Write(measured.Rows))), .. figure])
               select Show(measured.Rows, [file, .. figure.Select(f => f.Item1)], missing, check);
    }

    private static Either<PtqError, (IReadOnlyList<BenchRow> Rows, string? Roofline)> Measure(IReadOnlyList<string> groups, RuntimeServer? server, int threads, Action<string, double> progress)
    {
        progress("Peak", 0);
        var (peak, bytePeak) = (Peak.Gops(), Peak.ByteGops());
        var bandwidth = Peak.Bandwidth();
        BenchRow[] first =
        [
            peak is { } gops ? BenchRow.Of("peak", "vpmaddwd, 256 bits", "", "one thread", "speed", gops, "GOPS") : BenchRow.NotRun("peak", "vpmaddwd, 256 bits", "", "one thread", "speed", "GOPS", "no AVX2"),
            bytePeak is { } ofBytes ? BenchRow.Of("peak", "vpdpbusd, 256 bits", "", "one thread", "speed", ofBytes, "GOPS") : BenchRow.NotRun("peak", "vpdpbusd, 256 bits", "", "one thread", "speed", "GOPS", "no AVX-VNNI"),
            BenchRow.Of("peak", "memory, read", "", "one thread", "speed", bandwidth, "GB/s"),
        ];
        var points = new List<RooflineFigure.Point>();
        IReadOnlyList<T> Wanted<T>(string group, IReadOnlyList<T> items) => groups.Contains(group) ? items : [];
        return from layers in All("Layers", Wanted("layers", Enumerable.Range(0, LayerBench.Count).ToArray()), i => LayerBench.Of(i, peak, bytePeak, server).Map(layer =>
               {
                   points.Add(layer.Point);
                   return layer.Rows;
               }), progress)
               from networks in All("Networks", Wanted("networks", Subject.Standard), model => Network(model, server, threads), progress)
               from calibration in All("Calibration", Wanted("calibration", Subject.Standard), model => CalibrationBench.Of(model, threads), progress)
               from search in All("Search", Wanted("search", [0]), _ => from annealing in SearchBench.Annealing()
                                                                                from grid in SearchBench.Grid()
                                                                                from early in SearchBench.EarlyStop()
                                                                                select (IReadOnlyList<BenchRow>)[annealing, grid, early, SearchBench.WholeCommand()], progress)
               select ((IReadOnlyList<BenchRow>)[.. first, .. layers, .. networks, .. calibration, .. search], peak is { } roof && points.Count > 0 ? RooflineFigure.Of("Single layers on one thread", roof, bandwidth, points) : null);
    }

    private static Either<PtqError, IReadOnlyList<BenchRow>> Network(string model, RuntimeServer? server, int threads) =>
        from subjects in Subject.Read(model, 256, threads)
        let subject = subjects.First(s => s is { Weights: "per-channel", Activations: "u8" })
        from bytes in Disk.ReadAll(Models.PathOf(model))
        from network in OnnxFile.Read($"{model}.onnx", bytes)
        from rows in NetworkBench.Of(subject, network, server)
        select rows;

    private static Either<PtqError, IReadOnlyList<BenchRow>> All<T>(string stage, IReadOnlyList<T> items, Func<T, Either<PtqError, IReadOnlyList<BenchRow>>> measure, Action<string, double> progress)
    {
        var rows = new List<BenchRow>();
        for (var i = 0; i < items.Count; i++)
        {
            progress(stage, (double)i / items.Count);
            switch (measure(items[i]).Case)
            {
                case LeftCase<PtqError, IReadOnlyList<BenchRow>>(var error): return error;
                case RightCase<PtqError, IReadOnlyList<BenchRow>>(var some): rows.AddRange(some); break;
            }
        }
        return rows;
    }

    private static ExitCode Show(IReadOnlyList<BenchRow> rows, IReadOnlyList<string> files, string? missing, bool check)
    {
        Display.Table("Speed (ratio: how many times as fast as the peer, in the same run)", ["name", "batch#", "path", "metric", "value#", "peer", "ratio#", "spread#", "must#", "aim#"],
            rows.Select(r => (IReadOnlyList<string>)[r.Name, r.Batch, r.Path, r.Metric, $"{r.Value} {(r.WasRun ? r.Unit : "")}".TrimEnd(), r.Peer, r.Ratio, r.Spread, r.Must, r.Aim]), width: 190);
        if (missing is not null) Console.WriteLine($"Not run: what needs the ONNX Runtime. {missing}");
        Display.Files(files);
        var misses = rows.Where(r => r.Misses).ToArray();
        foreach (var row in check ? misses : []) Console.Error.WriteLine($"{row.Group}, {row.Name}, {row.Batch}, {row.Path}, {row.Metric}: {(row.Ratio.Length > 0 ? $"ratio {row.Ratio}" : $"{row.Value} {row.Unit}")}, must be {row.Must}");
        return check && misses.Length > 0 ? ExitCode.FailedCheck : ExitCode.Done;
    }
}
