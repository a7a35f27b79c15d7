using System.CommandLine;
using System.Globalization;
using LanguageExt;
using Ptq.Data;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Evaluation;
using Ptq.Experiments.Ablation;
using Ptq.Experiments.Data;
using Ptq.Experiments.Thesis;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Terminal;
using static LanguageExt.Prelude;
using TextOption = System.CommandLine.Option<string?>;

namespace Ptq.Experiments.Commands;

/// <summary>An exhaustive search beside the annealing.</summary>
internal sealed class GridCommand : ICommand
{
    private const string LeNet = "lenet-lite", Usual = "99.9,99,99.99,100";
    private const int UsualImages = 2000, MostImages = 1_000_000;

    private readonly TextOption model = Options.Text("--model", "NAME", $"The network: {LeNet}, {string.Join(", ", Models.Names)} [default: {LeNet}]");
    private readonly TextOption percentiles = Options.Text("--percentiles", "P,P,…", $"The percentiles of every point, 50 to 100; weight schemes are chosen with the first [default: {Usual}]");
    private readonly System.CommandLine.Option<string[]> point = new("--point") { HelpName = "NAME=P,P,…", Description = "The percentiles of one point, instead; may be repeated" };
    private readonly TextOption images = Options.Text("--images", "N", $"Score on the first N search images [default: {UsualImages}]");
    private readonly TextOption output = Options.Text("--out", "DIR", "Where grid.csv goes [default: experiments/results]");
    private readonly TextOption threads = Options.Threads();

    public GridCommand() => Command = new("grid", "Scores every combination of activation percentiles of the ablation's base and finds the best: an exact optimum on the search images, of equals the first.") { model, percentiles, point, images, output, threads };

    public Command Command { get; }

    public Validation<Fault, Func<Either<PtqError, ExitCode>>> Parse(ParseResult parsed)
    {
        var name = parsed.Typed(model) ?? LeNet;
        return (
            name == LeNet || Models.Names.Contains(name) ? Success<Fault, string>(name) : Fail<Fault, string>(new("--model", $"'{name}'", string.Join(", ", Models.Names.Prepend(LeNet)))),
            Percentiles("--percentiles", parsed.Typed(percentiles) ?? Usual),
            Points(parsed.GetResult(point) is { Tokens.Count: > 0 } typed ? [.. typed.Tokens.Select(t => t.Value)] : []),
            OptionText.Whole("--images", parsed.Typed(images), UsualImages, 1, MostImages),
            OptionText.Path("--out", parsed.Typed(output), () => Results.Folder),
            OptionText.Threads("--threads", parsed.Typed(threads))
        ).Apply((network, everywhere, named, count, folder, most) => (Func<Either<PtqError, ExitCode>>)(() => Run(network, everywhere, named, count, folder, most)));
    }

    private static Validation<Fault, Values<double>> Percentiles(string field, string text)
    {
        var found = new List<double>();
        foreach (var part in text.Split(','))
            if (double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var p) && p is >= 50 and <= 100) found.Add(p);
            else return Fail<Fault, Values<double>>(new(field, Quoted.Text(part), "percentiles from 50 to 100, with commas between"));
        return Success<Fault, Values<double>>(Values.From(found));
    }

    private static Validation<Fault, ByName<Values<double>>> Points(IReadOnlyList<string> typed)
    {
        var places = new List<(string, Values<double>)>();
        foreach (var text in typed)
        {
            if (text.Split('=', 2) is not [{ Length: > 0 } name, var list]) return Fail<Fault, ByName<Values<double>>>(new("--point", Quoted.Text(text), "NAME=P,P,…"));
            if (places.Any(p => p.Item1 == name)) return Fail<Fault, ByName<Values<double>>>(new("--point", $"'{name}' twice", "every point once"));
            var read = Percentiles("--point", list);
            if (read.IsFail) return read.Map(_ => ByName<Values<double>>.Of([]));
            read.IfSuccess(some => places.Add((name, some)));
        }
        return Success<Fault, ByName<Values<double>>>(ByName<Values<double>>.Of(places));
    }

    private static Either<PtqError, ExitCode> Run(string network, Values<double> everywhere, ByName<Values<double>> named, int images, string folder, int threads) =>
        from writable in Disk.CheckWritable(folder)
        from found in Display.WithProgress(progress =>
        {
            progress("FP32", 0);
            return from study in network == LeNet ? AblationCommand.Load(Embedded.Baseline, threads) : AblationCommand.LoadModel(network, threads)
                   from run in GridRun.Execute(study, everywhere, named, images, threads, share => progress("Grid", share))
                   from best in study.Start(everywhere[0]).Bind(start => start.WithPoints(run.Search.Points(run.Search.Best)))
                   let test = study.Splits.Test.Examples
                   select (Run: run, Test: Accuracy.Percent(test.Labels, Accuracy.Predict(IntegerEngine.Compile(best).Run(test.Images, threads))));
        })
        let files = ThesisFiles.Below(folder, [("grid.csv", Csv.Write(found.Run.Rows))])
        from written in Disk.Write(files)
        select Show(network, found.Run, found.Test, files.Select(f => f.Path));

    private static ExitCode Show(string network, GridRun run, double test, IEnumerable<string> files)
    {
        var search = run.Search;
        Console.WriteLine($"\n{network}: {search.Right.Length} combinations on {search.Images} search images");
        Display.Table("The best", ["combination#", "search %#", "percentiles"], Enumerable.Range(0, search.Right.Length).OrderByDescending(i => search.Right[i]).Take(10)
            .Select(i => (IReadOnlyList<string>)[i.ToString(CultureInfo.InvariantCulture), search.Percent(i).ToString("0.00", CultureInfo.InvariantCulture), run.Text(i)]), width: 150);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The first of them on the test images: {test:0.00} %"));
        Display.Files(files);
        return ExitCode.Done;
    }
}
