using System.CommandLine;
using LanguageExt;
using Ptq.Cli.Options;
using Ptq.Cli.Reports;
using Ptq.Cli.Runs;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;
using Ptq.Terminal;

namespace Ptq.Cli.Commands;

/// <summary>What is in a network.</summary>
internal sealed class InspectCommand : ICommand
{
    private const int MostRows = 60;

    private readonly Setting model = Setting.Argument("MODEL", "The network, an ONNX file");
    private readonly Setting shape = Setting.List("--shape", "NAME=1x3x224x224", "The shape of an input whose lengths are free; NAME= may be left out for the only input [default: one sample, images of 3 × 224 × 224, texts of 128, or the first of some other lengths that fits]");
    private readonly Setting plan = Setting.Flag("--plan", "Quantize it on trial, 8 bits per channel, and show how the integer engine would run it: kernels, tiles, proofs");
    private readonly OutputSettings voice = new();
    private readonly Setting[] settings;

    public InspectCommand()
    {
        settings = [model, shape, plan, .. voice.All];
        Command = CommandOf.Settings("inspect", """
            Operators, shapes, parameters and multiply-accumulates of a network; what would be quantized, and why the rest would not.
            Operations that cannot run are listed, all of them.

              ptq inspect model.onnx
              ptq inspect model.onnx --shape x=1x3x48x320 --json
              ptq inspect model.onnx --plan
            """, settings, voice.Config);
    }

    public Command Command { get; }

    public Validation<Fault, Func<Either<PtqError, ExitCode>>> Parse(ParseResult parsed)
    {
        var request = Request.Of(parsed, voice.Config, settings);
        return (
            request.Sound,
            request.Path(model, "an ONNX file"),
            ShapeSetting.Parse(shape.Name, request.List(shape))
        ).Apply((_, file, shapes) => (Func<Either<PtqError, ExitCode>>)(() => Run(file, shapes, request.Flag(plan), voice.Parse(request))));
    }

    private static Either<PtqError, ExitCode> Run(string file, Values<GivenShape> given, bool plan, Voice voice) =>
        from network in ModelFile.Read(file)
        from shapes in ShapeSetting.Of(network.Network.Inputs, given).MapLeft(network.At)
        from likeliest in Likeliest(network, shapes)
        from found in plan ? TrialEngine.Of(network, likeliest.Shapes).Map(likeliest.Found.With) : Prelude.Right<PtqError, Inspection>(likeliest.Found)
        select Tell(found, voice);

    // Positions of a text may be few, and pyramids of features want lengths that halve well: the first assumption under which all runs that could.
    private static Either<PtqError, (Inspection Found, ByName<Shape> Shapes)> Likeliest(ModelFile network, Values<AssumedShapes> shapes)
    {
        var all = shapes.AsEnumerable().Select(s => Inspection.Of(network, s.Shapes, s.Remarks.AsEnumerable()).Map(found => (Found: found, s.Shapes)));
        return all.FirstOrDefault(i => i.Match(Right: f => f.Found.Refused.All(r => !r.IsKnown), Left: _ => false)) is { IsRight: true } fitting ? fitting : all.First();
    }

    private static ExitCode Tell(Inspection found, Voice voice)
    {
        voice.Report(found, () =>
        {
            Console.WriteLine($"{Display.Path(found.Model)}: {Shown.Bytes(found.Bytes)}, {found.Nodes.Count} operations of opset {found.Opset}, format {found.Format}{(found.Producer.Length > 0 ? $", by {Shown.Name(found.Producer)}" : "")}");
            foreach (var input in found.Inputs) Console.WriteLine($"input  {Shown.Name(input.Name)} {input.Type} {Shown.Name(input.Declared, 80)}{(input.Declared == input.Shape ? "" : $", here {input.Shape}")}");
            foreach (var output in found.Outputs) Console.WriteLine($"output {Shown.Name(output.Name)} {output.Type} {output.Shape ?? "of unknown shape"}");
            Console.WriteLine($"{Shown.Count(found.Parameters)} parameters, {Shown.Count(found.Macs)} multiply-accumulates");

            IReadOnlyList<string>[] layers = [.. found.Nodes.Where(n => n.IsLayer).Select(n => (IReadOnlyList<string>)[Shown.Name(n.Node), n.Op, n.Outputs.Count > 0 ? n.Outputs[0].Shape ?? "unknown" : "", Shown.Count(n.Parameters), n.Outputs is [{ Shape: null }, ..] ? "" : Shown.Count(n.Macs), n.Becomes == "float" ? $"float: {n.Reason}" : n.Becomes ?? ""])];
            if (layers.Length > 0) Display.Table("Layers", ["node", "op", "output", "parameters#", "MACs#", "quantized"], layers.Most(MostRows), Shown.Width);
            Display.Table("Operators", ["op", "count#", ""], found.Operators.Select(o => (IReadOnlyList<string>)[Shown.Name(o.Op), Shown.Count(o.Count), o.Runs ? "" : "cannot run"]), Shown.Width);

            IReadOnlyList<string>[] left = [.. found.Nodes.Where(n => n is { Becomes: "float", IsLayer: false }).GroupBy(n => (n.Op, n.Reason)).Select(g => (IReadOnlyList<string>)[g.Key.Op, Shown.Count(g.Count()), Shown.Name(g.First().Node), g.Key.Reason ?? ""])];
            if (left.Length > 0) Display.Table("Left in float, besides layers", ["op", "count#", "the first", "why"], left.Most(MostRows), Shown.Width);
            if (found.Refused.Count > 0)
            {
                Console.WriteLine("\nCannot run");
                foreach (var refused in found.Refused) Console.WriteLine($"  {Quoted.Text(refused.Node)}: {Shown.Name(refused.Op)} (opset {refused.Opset}), {refused.Reason}");
            }
            if (found.Plan is { } plan)
            {
                Display.Table("Integer engine", ["tensor", "operation", "shape", "kernel", "tile", "MACs#", "bytes#", "proof"],
                    plan.Steps.Select(s => (IReadOnlyList<string>)[Shown.Name(s.Output), s.Operation, s.Shape, s.Kernel, s.Tile, Shown.Count(s.Macs), Shown.Count(s.Bytes), s.Proof]), Shown.Width);
                Console.WriteLine($"{Shown.Bytes(plan.Buffers)} of buffers a thread; activations as of inputs from the standard normal distribution");
            }
            foreach (var remark in found.Remarks) Console.WriteLine($"\nNote: {remark}");
        });
        return ExitCode.Done;
    }
}
