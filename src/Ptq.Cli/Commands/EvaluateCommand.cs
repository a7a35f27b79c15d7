using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using LanguageExt;
using Ptq.Cli.Options;
using Ptq.Cli.Reports;
using Ptq.Cli.Runs;
using Ptq.Data;
using Ptq.Deployment;
using Ptq.Errors;
using Ptq.Evaluation;
using Ptq.Numerics;
using Ptq.Terminal;
using static LanguageExt.Prelude;

namespace Ptq.Cli.Commands;

/// <summary>How often a network is right.</summary>
internal sealed class EvaluateCommand : ICommand
{
    private readonly Setting model = Setting.Argument("MODEL", "The network, an ONNX file: FP32, QDQ or of quantized operators");
    private readonly DataSettings data = new("--data", "The samples");
    private readonly Setting labels = Setting.Text("--labels", "LABELS", "Their classes: integers in an IDX(.gz) or NPY file, one a sample");
    private readonly Setting output = Setting.Text("--output", "NAME", "The output that has the scores [default: the first]");
    private readonly Setting atLeast = Setting.Number("--require-top1", "P", "Exit with 4 where top-1 is below P %");
    private readonly Setting onCodes = Setting.Flag("--on-codes", "Run a QDQ network as a runtime does that makes operators on codes of it; else it runs as it is written, in float between codes");
    private readonly OutputSettings voice = new();
    private readonly Setting[] settings;

    public EvaluateCommand()
    {
        settings = [model, .. data.All, labels, output, atLeast, onCodes, .. voice.All];
        Command = CommandOf.Settings("evaluate", """
            Top-1 accuracy of a network with its 95 % Wilson interval.

              ptq evaluate model.int8.onnx --data test-images.idx.gz --labels test-labels.idx.gz --input-scale 0.00392156862745098
              ptq evaluate model.onnx --data test.npy --labels labels.npy --json
            """, settings, voice.Config);
    }

    public Command Command { get; }

    /// <summary>What <c>--json</c> prints: accuracies in percent.</summary>
    private sealed record Report(string Command, string Model, double Top1, int N, int Correct, double Top1Low, double Top1High, double Seconds, double SamplesPerSecond);

    public Validation<Fault, Func<Either<PtqError, ExitCode>>> Parse(ParseResult parsed)
    {
        var request = Request.Of(parsed, voice.Config, settings);
        return (
            request.Sound,
            request.Path(model, "an ONNX file"),
            data.Parse(request),
            request.Path(labels, "an IDX(.gz) or NPY file of integers"),
            request.Real(atLeast, 0, 100)
        ).Apply((_, file, samples, classes, least) => (Func<Either<PtqError, ExitCode>>)(() => Run(file, samples, classes, request.Text(output), least, request.Flag(onCodes), voice.Parse(request))));
    }

    private static Either<PtqError, ExitCode> Run(string file, DataRequest data, string labelsPath, string? output, LanguageExt.Option<double> least, bool onCodes, Voice voice) =>
        from read in ModelFile.Read(file)
        let network = onCodes ? read with { Network = QOperatorForm.Of(read.Network) } : read
        from scores in OutputOf(network, output)
        from samples in data.Open(network.Network)
        from bytes in Disk.ReadAll(labelsPath)
        from labels in Labels.Parse(labelsPath, bytes)
        from same in Enough(data, samples, labelsPath, labels)
        let clock = Stopwatch.StartNew()
        from predictions in Display.WithProgress(progress =>
        {
            progress("Evaluating", 0);
            return Classification.Of(network, scores, samples, data.Threads, share => progress("Evaluating", share));
        }, voice.Quiet)
        let seconds = clock.Elapsed.TotalSeconds
        from known in Known(labelsPath, labels, predictions.Classes)
        select Tell(file, Values.Of(labels.Span[..samples.Count]), predictions.Each, seconds, least, voice);

    private static Either<PtqError, string> OutputOf(ModelFile model, string? name) =>
        model.Network.Outputs.AsEnumerable().Select(o => o.Name).ToArray() is not [var first, ..] all ? new PtqError.BadFile(model.Path, "outputs", "none", "one with scores")
        : name is null ? first
        : all.Contains(name, StringComparer.Ordinal) ? name
        : new PtqError.BadRequest("--output", Quoted.Text(name), $"an output of {model.Path}: {string.Join(", ", all.Select(Quoted.Text))}");

    // Data of which only the first samples are asked for may have more labels than that.
    private static Either<PtqError, Unit> Enough(DataRequest data, Samples samples, string path, Values<int> labels) =>
        labels.Length == samples.Count || data.Most.IsSome && labels.Length > samples.Count ? unit : new PtqError.BadFile(path, "labels", $"{labels.Length}", $"{samples.Count}, one for each sample of {data.Path}");

    private static Either<PtqError, Unit> Known(string path, Values<int> labels, LanguageExt.Option<int> classes)
    {
        var count = classes.IfNone(int.MaxValue);
        for (var i = 0; i < labels.Length; i++)
            if (labels[i] >= count) return new PtqError.BadFile(path, $"element {i}", $"{labels[i]}", $"a class of the network, 0 to {count - 1}");
        return unit;
    }

    private static ExitCode Tell(string file, Values<int> labels, Values<int> predicted, double seconds, LanguageExt.Option<double> least, Voice voice)
    {
        var correct = Accuracy.Count(labels, predicted);
        var (top1, interval) = (Accuracy.Percent(labels, predicted), Wilson.Of(correct, labels.Length));
        var report = new Report("evaluate", file, top1, labels.Length, correct, 100 * interval.Low, 100 * interval.High, seconds, labels.Length / seconds);
        voice.Report(report, () => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            {Display.Path(file)}
            top-1 {top1:0.00} %, {report.Top1Low:0.00}–{report.Top1High:0.00} (95 %), {correct} of {labels.Length}
            {seconds:0.0} s, {report.SamplesPerSecond:0} samples/s
            """)));
        if (least.IfNone(0) <= top1) return ExitCode.Done;
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"--require-top1: saw {top1:0.00} %, wanted at least {least.IfNone(0)} %"));
        return ExitCode.FailedCheck;
    }
}
