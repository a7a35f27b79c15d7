using System.CommandLine;
using System.Globalization;
using LanguageExt;
using Ptq.Data;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Experiments.Ablation;
using Ptq.Experiments.Data;
using Ptq.Experiments.Thesis;
using Ptq.Terminal;
using static LanguageExt.Prelude;
using TextOption = System.CommandLine.Option<string?>;

namespace Ptq.Experiments.Commands;

/// <summary>One axis at a time around a sound way to quantize.</summary>
internal sealed class AblationCommand : ICommand
{
    private const string LeNet = "lenet-lite";

    private readonly TextOption model = Options.Text("--model", "NAME", $"The network: {LeNet}, {string.Join(", ", Models.Names)} [default: {LeNet}]");
    private readonly TextOption weights = Options.Text("--weights", "FILE.npz", "Weights of LeNet-lite [default: the embedded baseline]");
    private readonly TextOption output = Options.Text("--out", "DIR", "Where tables and figures go [default: experiments/results, below it a folder for another network]");
    private readonly TextOption threads = Options.Threads();

    public AblationCommand() => Command = new("ablation", "Weight schemes, activations, ranges, fusion, bits and biases, one axis at a time, with intervals and tests.") { model, weights, output, threads };

    public Command Command { get; }

    public Validation<Fault, Func<Either<PtqError, ExitCode>>> Parse(ParseResult parsed)
    {
        var name = parsed.Typed(model) ?? LeNet;
        return (
            name == LeNet || Models.Names.Contains(name) ? Success<Fault, string>(name) : Fail<Fault, string>(new("--model", $"'{name}'", string.Join(", ", Models.Names.Prepend(LeNet)))),
            name == LeNet || parsed.Typed(weights) is null ? OptionText.Path("--weights", parsed.Typed(weights), () => Embedded.Baseline) : Fail<Fault, string>(new("--weights", $"--model {name}", $"it only with {LeNet}")),
            OptionText.Path("--out", parsed.Typed(output), () => name == LeNet ? Results.Folder : Path.Combine(Results.Folder, name)),
            OptionText.Threads("--threads", parsed.Typed(threads))
        ).Apply((network, file, folder, count) => (Func<Either<PtqError, ExitCode>>)(() => network == LeNet
            ? Run($"LeNet-lite, weights {(file == Embedded.Baseline ? "embedded" : file)}", () => Load(file, count), folder)
            : Run(network, () => LoadModel(network, count), folder)));
    }

    /// <summary>LeNet-lite with the protocol's images; FP32 is the thesis's pass, so that its figures are those of the thesis run.</summary>
    internal static Either<PtqError, Study> Load(string weights, int threads) =>
        from graph in ThesisCommand.Load(weights)
        from splits in ThesisCommand.Load(ThesisPlan.Published)
        from study in Study.Create(graph, splits, FloatArithmetic.Float64, threads)
        select study;

    /// <summary>A network of experiments/models with the images of its own split.</summary>
    internal static Either<PtqError, Study> LoadModel(string name, int threads) =>
        from graph in Models.Read(name)
        from splits in Models.Images(name)
        from study in Study.Create(graph, splits, FloatArithmetic.Float32, threads)
        select study;

    private static Either<PtqError, ExitCode> Run(string network, Func<Either<PtqError, Study>> load, string folder) =>
        from writable in Disk.CheckWritable(folder)
        from found in Display.WithProgress(progress =>
        {
            progress("FP32", 0);
            return from study in load()
                   from outcomes in AblationRun.Execute(study, progress)
                   select (Study: study, Outcomes: outcomes);
        })
        let files = ThesisFiles.Below(folder, AblationFiles.Of(found.Study, found.Outcomes))
        from written in Disk.Write(files)
        select Show(network, found.Study, found.Outcomes, files.Select(f => f.Path));

    private static ExitCode Show(string network, Study study, IReadOnlyList<AxisOutcome> outcomes, IEnumerable<string> files)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""

            {network}
            Base: {Variant.Base.Weights} weights, u8 activations, {Variant.Base.Ranges}, ReLUs fused,
            biases kept, contract MlasFloat32
            """));
        Display.Table("Test images, 95 % Wilson interval, exact McNemar p against FP32", ["axis", "setting", "%#", "interval#", "p#", "bytes#"],
            AblationTables.Axes(study, outcomes).Select(r => (IReadOnlyList<string>)[r.Axis, r.Setting, r.Test, $"{r.Low}–{r.High}", r.P, r.Size.ToString(CultureInfo.InvariantCulture)]));
        Display.Files(files);
        return ExitCode.Done;
    }
}
