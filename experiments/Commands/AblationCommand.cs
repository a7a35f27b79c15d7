using System.CommandLine;
using System.Globalization;
using LanguageExt;
using Ptq.Data;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Experiments.Ablation;
using Ptq.Experiments.Data;
using Ptq.Experiments.Thesis;
using Ptq.Model;
using static LanguageExt.Prelude;
using TextOption = System.CommandLine.Option<string?>;

namespace Ptq.Experiments.Commands;

/// <summary>One axis at a time around a sound way to quantize.</summary>
internal sealed class AblationCommand : IExperiment
{
    private const string LeNet = "lenet-lite";

    private readonly TextOption model = Options.Text("--model", "NAME", $"The network: {LeNet} [default: {LeNet}]");
    private readonly TextOption weights = Options.Text("--weights", "FILE.npz", "Weights of LeNet-lite [default: the embedded baseline]");
    private readonly TextOption output = Options.Text("--out", "DIR", "Where tables and figures go [default: experiments/results]");
    private readonly TextOption threads = Options.Threads();

    public AblationCommand() => Command = new("ablation", "Weight schemes, activations, ranges, fusion, bits and biases, one axis at a time, with intervals and tests.") { model, weights, output, threads };

    public Command Command { get; }

    public Validation<Fault, Func<Either<PtqError, Unit>>> Parse(ParseResult parsed) =>
        (
            parsed.Typed(model) is null or LeNet ? Success<Fault, string>(LeNet) : Fail<Fault, string>(new("--model", $"'{parsed.Typed(model)}'", LeNet)),
            Commands.Parse.Path("--weights", parsed.Typed(weights), () => Embedded.Baseline),
            Commands.Parse.Path("--out", parsed.Typed(output), () => Results.Folder),
            Commands.Parse.Threads("--threads", parsed.Typed(threads))
        ).Apply((_, file, folder, count) => (Func<Either<PtqError, Unit>>)(() => Run(file, folder, count)));

    /// <summary>LeNet-lite with the protocol's images; FP32 is the thesis's pass, so that its figures are those of the thesis run.</summary>
    internal static Either<PtqError, Study> Load(string weights, int threads) =>
        from graph in ThesisCommand.Load(weights)
        from splits in ThesisCommand.Load(ThesisPlan.Published)
        from study in Study.Create(graph, splits, FloatArithmetic.Float64, threads)
        select study;

    private static Either<PtqError, Unit> Run(string weights, string folder, int threads) =>
        from writable in Disk.CheckWritable(folder)
        from found in Display.WithProgress(progress =>
        {
            progress("Ablation", 0);
            return from study in Load(weights, threads)
                   from outcomes in AblationRun.Execute(study, progress)
                   select (Study: study, Outcomes: outcomes);
        })
        let files = ThesisFiles.Below(folder, AblationFiles.Of(found.Study, found.Outcomes))
        from written in Disk.Write(files)
        select Show(weights, found.Study, found.Outcomes, files.Select(f => f.Path));

    private static Unit Show(string weights, Study study, IReadOnlyList<AxisOutcome> outcomes, IEnumerable<string> files)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""

            LeNet-lite, weights {(weights == Embedded.Baseline ? "embedded" : weights)}; base: {Variant.Base.Weights} weights,
            u8 activations, {Variant.Base.Ranges}, fused, biases kept, contract MlasFloat32
            """));
        Display.Table("Test images, 95 % Wilson interval, exact McNemar p against FP32", ["axis", "setting", "%#", "interval#", "p#", "bytes#"],
            AblationTables.Axes(study, outcomes).Select(r => (IReadOnlyList<string>)[r.Axis, r.Setting, r.Test, $"{r.Low}–{r.High}", r.P, r.Size.ToString(CultureInfo.InvariantCulture)]));
        Display.Files(files);
        return Unit.Default;
    }
}
