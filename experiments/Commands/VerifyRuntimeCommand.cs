using System.CommandLine;
using System.Globalization;
using System.Text;
using LanguageExt;
using Ptq.Data;
using Ptq.Errors;
using Ptq.Experiments.Data;
using Ptq.Experiments.Equality;
using Ptq.Experiments.Runtime;
using Ptq.Terminal;
using static LanguageExt.Prelude;
using TextOption = System.CommandLine.Option<string?>;

namespace Ptq.Experiments.Commands;

/// <summary>Output codes here and in the ONNX Runtime, one by one.</summary>
internal sealed class VerifyRuntimeCommand : ICommand
{
    private const int AllImages = 10_000;

    private readonly TextOption images = Options.Text("--images", "N", "The first N test images, 1 to 10000 [default: 10000]");
    private readonly System.CommandLine.Option<string[]> models = new("--model") { HelpName = "NAME", AllowMultipleArgumentsPerToken = true, Description = $"The networks, one or more of {string.Join(", ", Models.Names)} [default: {string.Join(", ", Subject.Standard)}]" };
    private readonly TextOption runtime = Options.Text("--onnxruntime", "DIR", "Folder of serve.mjs with the npm package onnxruntime-node [default: tests/onnxruntime]");
    private readonly TextOption output = Options.Text("--out", "DIR", "Where equality.csv goes [default: experiments/results, and a summary into README.md, for all images of all networks; nowhere for fewer]");
    private readonly TextOption threads = Options.Threads();
    private readonly System.CommandLine.Option<bool> check = new("--check") { Description = "End with code 4, naming them, where codes differ without a known reason" };

    public VerifyRuntimeCommand() => Command = new("verify-runtime", "Compares output codes with those of the ONNX Runtime: every network, form, optimization and engine.") { images, models, runtime, output, threads, check };

    public Command Command { get; }

    public Validation<Fault, Func<Either<PtqError, ExitCode>>> Parse(ParseResult parsed) =>
        (
            OptionText.Whole("--images", parsed.Typed(images), AllImages, 1, AllImages),
            Named(parsed.GetResult(models) is { Tokens.Count: > 0 } typed ? [.. typed.Tokens.Select(t => t.Value).Distinct(StringComparer.Ordinal)] : Subject.Standard),
            OptionText.Path("--onnxruntime", parsed.Typed(runtime), () => RuntimeServer.DefaultFolder),
            OptionText.Path("--out", parsed.Typed(output), () => ""),
            OptionText.Threads("--threads", parsed.Typed(threads))
        ).Apply((count, names, server, folder, most) => (Func<Either<PtqError, ExitCode>>)(() => Run(new(count, names, server, folder, most, parsed.GetValue(check)))));

    private static Validation<Fault, IReadOnlyList<string>> Named(IReadOnlyList<string> names) => names.FirstOrDefault(name => !Models.Names.Contains(name)) is { } stranger
        ? Fail<Fault, IReadOnlyList<string>>(new("--model", $"'{stranger}'", string.Join(", ", Models.Names)))
        : Success<Fault, IReadOnlyList<string>>(names);

    private static Either<PtqError, ExitCode> Run(Plan plan)
    {
        using var server = new RuntimeServer(plan.Runtime);
        return from there in server.Missing is { } missing ? Left<PtqError, Unit>(new PtqError.BadRequest("--onnxruntime", $"'{Display.Path(plan.Runtime)}'", $"the ONNX Runtime there. {missing}")) : unit
               from writable in plan.Folder is { } folder ? Disk.CheckWritable(folder) : unit
               from compared in Display.WithProgress(progress => EqualityRun.Execute(plan.Models, plan.Images, RuntimeSetting.All, plan.Threads, server, progress))
               from page in plan.IsPublished ? Results.InReadme("equality", EqualityTables.Summary(compared.Rows)) : Right<PtqError, (string, ReadOnlyMemory<byte>)[]>([])
               let files = (IReadOnlyList<(string Path, ReadOnlyMemory<byte>)>)[.. Table(plan, compared.Rows), .. page]
               from written in Disk.Write(files)
               select Show(plan, compared, files.Select(f => f.Path).ToArray());
    }

    private static (string, ReadOnlyMemory<byte>)[] Table(Plan plan, IReadOnlyList<EqualityRow> rows) => plan.Folder is { } folder ? [(Path.Combine(folder, "equality.csv"), Encoding.UTF8.GetBytes(Csv.Write(rows)))] : [];

    private static ExitCode Show(Plan plan, Equalities compared, IReadOnlyList<string> files)
    {
        var rows = compared.Rows;
        static string Text(long count) => count.ToString(CultureInfo.InvariantCulture);
        Display.Table($"Output codes of the first {plan.Images} test images that differ from the ONNX Runtime's", ["model", "weights", "act.", "form", "optim.", "options", "engine", "codes#", "differ#", "by#", "classes#", "runtime %#", "here %#"],
            rows.Select(r => (IReadOnlyList<string>)[r.Model, r.Weights, r.Activations, r.Form, r.Optimization, r.Options, r.Engine, Text(r.Codes), Text(r.Different), Text(r.Furthest), Text(r.Classes), r.Theirs, r.Ours]), width: 130);
        foreach (var note in rows.Where(r => r.Note.Length > 0).GroupBy(r => r.Note, StringComparer.Ordinal)) Console.WriteLine($"{note.Count()} rows: {note.Key}");
        foreach (var line in compared.PathLines) Console.WriteLine(line);
        if (files.Count > 0) Display.Files(files);
        var broken = plan.Check ? rows.Where(r => !r.Holds).ToArray() : [];
        foreach (var row in broken) Console.Error.WriteLine($"{row.Name}: {(row.Codes == 0 ? row.Note : $"{row.Different} of {row.Codes} codes differ, by at most {row.Furthest}")}");
        return broken.Length > 0 ? ExitCode.FailedCheck : ExitCode.Done;
    }

    private sealed record Plan(int Images, IReadOnlyList<string> Models, string Runtime, string Out, int Threads, bool Check)
    {
        /// <summary>Whether the results are those that the repository carries.</summary>
        public bool IsPublished => Out.Length == 0 && Images == AllImages && Models.Order(StringComparer.Ordinal).SequenceEqual(Subject.Standard.Order(StringComparer.Ordinal));

        public string? Folder => Out.Length > 0 ? Out : IsPublished ? Results.Folder : null;
    }
}
