using System.CommandLine;
using System.Globalization;
using LanguageExt;
using Ptq.Cli.Options;
using Ptq.Cli.Reports;
using Ptq.Cli.Runs;
using Ptq.Data;
using Ptq.Errors;
using Ptq.Numerics;
using Ptq.Terminal;
using static LanguageExt.Prelude;

namespace Ptq.Cli.Commands;

/// <summary>From a float network to one of INT8.</summary>
internal sealed class QuantizeCommand : ICommand
{
    private const int MostRows = 200;

    private readonly Setting model = Setting.Argument("MODEL", "The float network, an ONNX file");
    private readonly DataSettings data = new("--calibration", "Samples of what the network will see, a few hundred");
    private readonly Setting output = Setting.Text("--output", "OUT", "Where the quantized network goes, an ONNX file; one that is there is replaced", "-o");
    private readonly QuantizationSettings how = new();
    private readonly Setting exclude = Setting.List("--exclude", "NODE", "Operations that stay in float, by name, one or more");
    private readonly Setting externalData = Setting.Flag("--external-data", "Put large tensors into OUT.data beside OUT; a network of more than 2 GiB goes there in any case");
    private readonly Setting threshold = Setting.Number("--sqnr-threshold", "DB", "Point at the first layer whose SQNR is below DB decibels [default: 20]");
    private readonly OutputSettings voice = new();
    private readonly Setting[] settings;

    /// <summary>What can be set.</summary>
    internal IReadOnlyList<Setting> Settings => settings;

    public QuantizeCommand()
    {
        settings = [model, .. data.All, output, .. how.All, exclude, externalData, threshold, .. voice.All];
        Command = CommandOf.Settings("quantize", """
            Quantizes a network to INT8, as an ONNX file that runtimes run on integers: with QuantizeLinear and DequantizeLinear, or with operators on codes.
            The file is read back and run before it is written; then every layer is compared with the float network's.

              ptq quantize model.onnx --calibration images.npy -o model.int8.onnx
              ptq quantize model.onnx --calibration images.idx.gz --input-scale 0.00392156862745098 --range percentile:99.99 -o model.int8.onnx
              ptq quantize model.onnx --config quantize.json        {"calibration": "samples/", "output": "model.int8.onnx", "exclude": ["/fc/Gemm"]}
            """, settings, voice.Config);
    }

    public Command Command { get; }

    public Validation<Fault, Func<Either<PtqError, ExitCode>>> Parse(ParseResult parsed)
    {
        var request = Request.Of(parsed, voice.Config, settings);
        return (
            request.Sound,
            request.Path(model, "an ONNX file"),
            Apart(request),
            data.Parse(request),
            how.Parse(request),
            request.Real(threshold, -1000, 1000)
        ).Apply((_, file, target, samples, options, least) => (Func<Either<PtqError, ExitCode>>)(() =>
            Run(file, target, samples, options, request.List(exclude), least.IfNone(Comparison.Threshold), request.Flag(externalData), voice.Parse(request))));
    }

    // The float network must not be replaced by what was made from it.
    private Validation<Fault, string> Apart(Request request) => request.Path(output, "the path of an ONNX file").Bind(path =>
        OptionText.Path(model.Name, request.Text(model), () => "").IfFail("") is { Length: > 0 } source && Path.GetFullPath(source) == Path.GetFullPath(path) ? Fail<Fault, string>(new(output.Name, $"{Quoted.Text(path)}, the network itself", "another file")) : Success<Fault, string>(path));

    // Nor the files that hold its weights.
    private static Either<PtqError, Unit> KeptApart(ModelFile network, string output) =>
        network.Besides.AsEnumerable().FirstOrDefault(file => file == Path.GetFullPath(output) || file == Path.GetFullPath(QuantizedFile.DataOf(output))) is { } file
            ? new PtqError.BadRequest([new("--output", $"{Quoted.Text(output)}, which would replace {Quoted.Text(Path.GetFileName(file))}, the network's own weights", "another file")])
            : unit;

    private static Either<PtqError, ExitCode> Run(string file, string output, DataRequest data, QuantizationRequest request, Values<string> exclude, double threshold, bool externalData, Voice voice) =>
        from writable in Disk.CheckWritableFor(output)
        from network in ModelFile.Read(file)
        from apart in KeptApart(network, output)
        from samples in data.Open(network.Network)
        from made in Display.WithProgress(progress =>
        {
            progress("Planning", 0);
            return QuantizationRun.Of(network, output, samples, request, exclude, threshold, externalData, data.Threads, progress);
        }, voice.Quiet)
        from written in Interrupts.Wait(() => made.Write(output))
        select Tell(made.Report, voice);

    private static ExitCode Tell(QuantizationReport found, Voice voice)
    {
        voice.Report(found, () =>
        {
            Console.WriteLine($"{Display.Path(found.Model)}: {found.Weights} s{found.WeightBits} weights, {found.Activations} activations, {found.Range}, {found.Format}, {Shown.Count(found.Samples)} samples");
            Display.Table($"Layers, compared on {Shown.Count(found.ComparedSamples)} samples", ["node", "op", "SQNR dB#", "clipped %#", "scheme", "scale#", "range"],
                found.Layers.Select(l => l.Cells(found.FirstBelowThreshold)).ToArray().Most(MostRows), Shown.Width);
            Display.Table("Outputs", OutputComparison.Columns, found.Outputs.Select(o => o.Cells()), Shown.Width);
            IReadOnlyList<string>[] left = [.. found.Left.GroupBy(l => (l.Op, l.Reason)).Select(g => (IReadOnlyList<string>)[g.Key.Op, Shown.Count(g.Count()), Shown.Name(g.First().Node), g.Key.Reason])];
            if (left.Length > 0) Display.Table("Left in float", ["op", "count#", "the first", "why"], left.Most(MostRows), Shown.Width);
            if (found.FirstBelowThreshold is { } first)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\nThe first layer below {found.SqnrThreshold} dB is {Quoted.Text(first)} (*): --exclude leaves it in float, another --range may suit it better."));
            foreach (var remark in found.Remarks) Console.WriteLine($"\nNote: {remark}");
            if (found.Raised.Count > 0) Console.WriteLine($"\nNote: so that biases fit INT32, {(found.Raised.Count == 1 ? "a weight scale was" : $"{found.Raised.Count} weight scales were")} raised: channel {found.Raised[0].Channel} of {Quoted.Text(found.Raised[0].Node)} from {Shown.Digits(found.Raised[0].From)} to {Shown.Digits(found.Raised[0].To)}{(found.Raised.Count > 1 ? ", and others" : "")}");
            Console.WriteLine($"\n{Display.Path(found.Output)}: {Shown.Bytes(found.BytesAfter)}, {Shown.Number(100.0 * found.BytesAfter / found.BytesBefore, "0")} % of {Shown.Bytes(found.BytesBefore)}");
        });
        return ExitCode.Done;
    }
}
