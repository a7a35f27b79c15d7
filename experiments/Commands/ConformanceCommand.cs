using System.CommandLine;
using System.Globalization;
using System.Text;
using LanguageExt;
using Ptq.Data;
using Ptq.Errors;
using Ptq.Experiments.Conformance;
using Ptq.Experiments.Reports;
using Ptq.Terminal;
using static LanguageExt.Prelude;
using TextOption = System.CommandLine.Option<string?>;

namespace Ptq.Experiments.Commands;

/// <summary>ONNX's own test cases, run and tabulated.</summary>
internal sealed class ConformanceCommand : ICommand
{
    private readonly TextOption data = Options.Text("--data", "DIR", $"Folder of the cases, with node, simple, … below it [default: that of ${StandardCases.Variable}, else {StandardCases.Package}]");
    private readonly TextOption output = Options.Text("--out", "DIR", "Where the tables go [default: experiments/results, and a summary into README.md]");
    private readonly System.CommandLine.Option<bool> check = new("--check") { Description = "End with code 4 where a case fails that is not listed as deliberate" };

    public ConformanceCommand() => Command = new("conformance", "Runs ONNX's own test cases and writes what became of them, by operator.") { data, output, check };

    public Command Command { get; }

    public Validation<Fault, Func<Either<PtqError, ExitCode>>> Parse(ParseResult parsed) =>
        (
            OptionText.Path("--data", parsed.Typed(data), () => StandardCases.DefaultFolder),
            OptionText.Path("--out", parsed.Typed(output), () => Results.Folder)
        ).Apply((source, folder) => (Func<Either<PtqError, ExitCode>>)(() => Run(source, folder, parsed.Typed(output) is null, parsed.GetValue(check))));

    private static Either<PtqError, ExitCode> Run(string source, string folder, bool published, bool check) =>
        from there in StandardCases.Missing(source) is { } missing ? Left<PtqError, Unit>(missing) : unit
        from writable in Disk.CheckWritable(folder)
        from results in Display.WithProgress(progress => StandardCases.Run(source, [], progress))
        from page in published ? Results.InReadme("conformance", ConformanceTables.Summary(results)) : Right<PtqError, (string, ReadOnlyMemory<byte>)[]>([])
        let files = (IReadOnlyList<(string Path, ReadOnlyMemory<byte>)>)
        [
            (Path.Combine(folder, "conformance.csv"), Encoding.UTF8.GetBytes(Csv.Write(ConformanceTables.ByOperator(results)))),
            (Path.Combine(folder, "conformance.md"), Encoding.UTF8.GetBytes(ConformanceTables.Page(results))),
            .. page,
        ]
        from written in Disk.Write(files)
        select Show(results, files.Select(f => f.Path), check);

    private static ExitCode Show(IReadOnlyList<CaseResult> results, IEnumerable<string> files, bool check)
    {
        static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);
        IReadOnlyList<string> columns = ["", "cases#", "passed#", "on purpose#", "fail#", "unsupported#", "not read#"];
        IReadOnlyList<string> Cells(ConformanceTables.Row r) => [r.Operator, Text(r.Cases), Text(r.Passed), Text(r.Deliberate), Text(r.Failed), Text(r.Unsupported), Text(r.NotRead)];
        Display.Table("ONNX's test cases by operator", columns, ConformanceTables.ByOperator(results).Select(Cells), width: 120);
        Display.Table("By kind", columns, ConformanceTables.ByKind(results).Select(Cells), width: 120);
        Display.Files(files);
        var failed = results.Where(r => r.Verdict == Verdict.Failed).ToArray();
        foreach (var result in failed) Console.Error.WriteLine($"{result.Case}: {result.Reason}");
        return check && failed.Length > 0 ? ExitCode.FailedCheck : ExitCode.Done;
    }
}
