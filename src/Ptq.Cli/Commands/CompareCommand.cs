using System.CommandLine;
using System.Globalization;
using LanguageExt;
using Ptq.Cli.Options;
using Ptq.Cli.Reports;
using Ptq.Cli.Runs;
using Ptq.Data;
using Ptq.Errors;
using Ptq.Terminal;
using static LanguageExt.Prelude;

namespace Ptq.Cli.Commands;

/// <summary>How far a quantized network is from the float one.</summary>
internal sealed class CompareCommand : ICommand
{
    private const int MostRows = 200;

    private readonly Setting real = Setting.Argument("FP32", "The float network, an ONNX file");
    private readonly Setting quantized = Setting.Argument("INT8", "The quantized network, with the same inputs");
    private readonly DataSettings data = new("--data", "The samples that both run on");
    private readonly Setting threshold = Setting.Number("--sqnr-threshold", "DB", "Point at the first tensor whose SQNR is below DB decibels [default: 20]");
    private readonly Setting agreement = Setting.Number("--require-agreement", "P", "Exit with 4 where the largest scores of an output agree for fewer than P % of the samples");
    private readonly Setting contracts = Setting.Flag("--contracts", "Count the codes of every layer that other contracts of requantization would make others, on the same accumulators: Thesis, OnnxSpec, FixedPoint against the ONNX Runtime's MlasFloat32");
    private readonly OutputSettings voice = new();
    private readonly Setting[] settings;

    public CompareCommand()
    {
        settings = [real, quantized, .. data.All, threshold, agreement, contracts, .. voice.All];
        Command = CommandOf.Settings("compare", """
            Compares a quantized network with the float one on the same data, tensor by tensor: the ratio of signal to quantization noise,
            the share of values beyond the codes' range, the largest error; and of the outputs how often their largest scores agree.
            Compared are the tensors that are codes in the quantized network, by name (of QOperator files, names that end in _QuantizeLinear_Output
            or _quantized say which), and the outputs.

              ptq compare model.onnx model.int8.onnx --data test-images.idx.gz --input-scale 0.00392156862745098 --samples 1000
            """, settings, voice.Config);
    }

    public Command Command { get; }

    public Validation<Fault, Func<Either<PtqError, ExitCode>>> Parse(ParseResult parsed)
    {
        var request = Request.Of(parsed, voice.Config, settings);
        return (
            request.Sound,
            request.Path(real, "an ONNX file"),
            request.Path(quantized, "an ONNX file"),
            data.Parse(request),
            request.Real(threshold, -1000, 1000),
            request.Real(agreement, 0, 100)
        ).Apply((_, a, b, samples, least, agree) => (Func<Either<PtqError, ExitCode>>)(() => Run(a, b, samples, least.IfNone(Comparison.Threshold), agree, request.Flag(contracts), voice.Parse(request))));
    }

    private static Either<PtqError, ExitCode> Run(string real, string quantized, DataRequest data, double threshold, LanguageExt.Option<double> agreement, bool contracts, Voice voice) =>
        from a in ModelFile.Read(real)
        from b in ModelFile.Read(quantized)
        from samples in data.Open(a.Network)
        from found in Display.WithProgress(progress =>
        {
            progress("Comparing", 0);
            return from tensors in Comparison.Of(a, b, samples, data.Threads, threshold, share => progress("Comparing", share))
                   from rows in contracts ? Comparison.OfContracts(b, samples, data.Threads, share => progress("Contracts", share)) : Right<PtqError, IReadOnlyList<ContractRow>>([])
                   select contracts ? tensors with { Contracts = rows } : tensors;
        }, voice.Quiet)
        select Tell(found, agreement, voice);

    private static ExitCode Tell(Comparison found, LanguageExt.Option<double> agreement, Voice voice)
    {
        voice.Report(found, () =>
        {
            Console.WriteLine($"{Display.Path(found.Fp32)} and {Display.Path(found.Int8)} on {Shown.Count(found.N)} samples");
            if (found.Tensors.Count > 0)
                Display.Table("Tensors in the order of computation", ["tensor", "node", "op", "SQNR dB#", "clipped %#", "max error#", "scale#", "range"],
                    found.Tensors.Select(t => t.Cells(found.FirstBelowThreshold)).ToArray().Most(MostRows), Shown.Width);
            Display.Table("Outputs", OutputComparison.Columns, found.Outputs.Select(o => o.Cells()), Shown.Width);
            if (found.Contracts is { } rows) Display.Table("Codes that another contract would make others", ContractRow.Columns, rows.Select(r => r.Cells()).ToArray().Most(MostRows), Shown.Width);
            if (found.FirstBelowThreshold is { } first)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\nThe first tensor below {found.SqnrThreshold} dB is {Quoted.Text(first)} (*)."));
            foreach (var remark in found.Remarks) Console.WriteLine($"\nNote: {remark}");
        });
        if (found.Outputs.Where(o => o.AgreementPercent < agreement.IfNone(0)).ToArray() is not [var low, ..]) return ExitCode.Done;
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"--require-agreement: saw {low.AgreementPercent:0.00} % for output {Quoted.Text(low.Output)}, wanted at least {agreement.IfNone(0)} %"));
        return ExitCode.FailedCheck;
    }
}
