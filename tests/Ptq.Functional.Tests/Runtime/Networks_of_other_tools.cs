using Ptq.Calibration;
using Ptq.Data;
using Ptq.Deployment;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Tensors;
using Xunit;
using Xunit.Abstractions;
using static LanguageExt.Prelude;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Runtime;

/// <summary>The networks of the folder Networks, here and in the ONNX Runtime, as they are and quantized.</summary>
public class Networks_of_other_tools(ITestOutputHelper output)
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Networks");

    /// <summary>Every network, by its folder's name.</summary>
    public static TheoryData<string> All => [.. Names];

    /// <summary>Those that are float networks with layers to quantize.</summary>
    public static TheoryData<string> Float => [.. Names.Where(name => WhyNotQuantized(name) is null)];

    /// <summary>The others.</summary>
    public static TheoryData<string> NotQuantized => [.. Names.Where(name => WhyNotQuantized(name) is not null)];

    [OnnxRuntimeTheory]
    [MemberData(nameof(All))]
    public void Give_here_what_they_give_there(string name)
    {
        var network = Read(name);
        var sets = Sets(name, network);
        var ours = sets.Select(inputs => Run(network, inputs)).ToArray();
        // There are no kernels of operator set 6; what is written here has set 13.
        if (!name.StartsWith("variant_opset6", StringComparison.Ordinal))
            Agree(Right(OnnxRuntime.RunAll(Path.Combine(Folder, name, "model.onnx"), [.. sets.Select(Agreement.ToRuntime)], "disabled")).Select(run => run.Map((_, tensor) => Agreement.ToOperand(tensor))));
        Agree(Agreement.Theirs(network, sets, "disabled"));

        void Agree(IEnumerable<ByName<Operand>> theirs) => Assert.Empty(
            from run in ours.Zip(theirs, (here, there) => (here, there))
            from tensor in run.here.Names.AsEnumerable()
            let difference = Agreement.Difference(run.here[tensor], run.there[tensor], Tolerance(name), ofLargest: true)
            where difference is not null
            select $"{tensor}: {difference}");
    }

    [OnnxRuntimeTheory]
    [MemberData(nameof(Float))]
    public void Run_there_quantized_as_they_run_here(string name)
    {
        var network = Read(name);
        var sets = Sets(name, network);
        var quantized = Right(
            from plan in QuantizationPlan.Of(network, sets[0].Map((_, operand) => operand.Shape), [])
            from observations in NetworkCalibration.Observe(plan.Network, plan.Observed, sets)
            from chosen in QuantizedNetwork.Create(plan, observations, QuantizationOptions.Default)
            select chosen);
        var written = Right(OnnxFile.Write(quantized.ToQdq()));
        var back = Right(OnnxFile.Read(name, written));
        Assert.Equal(written, Right(OnnxFile.Write(back)));

        var real = sets.Select(inputs => Run(network, inputs)).ToArray();
        var ours = sets.Select(inputs => Run(back, inputs)).ToArray();
        var theirs = Agreement.Theirs(back, sets, SharesWeights(name) ? "basic" : "all");
        var (agreement, quality) = (Agreement.Sqnr(Floats(ours), Floats(theirs)), Agreement.Sqnr(Floats(real), Floats(theirs)));
        var (chosenHere, chosenThere) = (Integers(ours), Integers(theirs));
        var same = Enumerable.Range(0, chosenHere.Length).Count(i => chosenHere[i] == chosenThere[i]);
        output.WriteLine(FormattableString.Invariant($"{name}: {quantized.Plan.Layers.Length} layers, {quantized.Plan.Left.Length} operations in float; {agreement:f1} dB between here and there, {quality:f1} dB to the float network; {same} of {chosenHere.Length} integers are the same"));
        Assert.InRange(agreement, 40, double.PositiveInfinity); // a tie that falls to the other side moves a single code
        Assert.InRange(quality, 10, double.PositiveInfinity); // the weights are random
        Assert.InRange(same, 0.95 * chosenHere.Length, chosenHere.Length);
    }

    [Theory]
    [MemberData(nameof(NotQuantized))]
    public void Are_refused_where_there_is_nothing_to_quantize(string name)
    {
        var network = Read(name);
        var plan = QuantizationPlan.Of(network, Sets(name, network)[0].Map((_, operand) => operand.Shape), []);
        Assert.Contains(WhyNotQuantized(name)!, plan.Match(Right: _ => "It was planned.", Left: error => error.Describe()), StringComparison.Ordinal);
    }

    [Fact]
    public void Are_of_every_kind() => // without them the theories would have nothing to fail for
        Assert.Equal(["paddle", "quant", "tf", "torch", "variant"], Names.Select(name => name.Split('_')[0]).Distinct().Order(StringComparer.Ordinal));

    private static IEnumerable<string> Names => Directory.EnumerateDirectories(Folder).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal);

    private static string? WhyNotQuantized(string name) =>
        name.StartsWith("quant_", StringComparison.Ordinal) ? "quantized already"
        : name.StartsWith("variant_softmax", StringComparison.Ordinal) || name.StartsWith("variant_resize", StringComparison.Ordinal) ? "no layer with constant weights"
        : null;

    /// <summary>
    /// Whether several layers read the same codes of weights. Where x64quantprecision is set, as the tests do, version 1.30 of the runtime gives the unsigned codes that it
    /// replaces them by the same name for each layer, and cannot load the file from "extended" on. Without the setting it can.
    /// </summary>
    private static bool SharesWeights(string name) => name is "variant_convtranspose_op13" or "variant_padding_op10" or "variant_padding_op19";

    /// <summary>Relative to the largest element. float16 is computed as float32 here, and rounded after every operation there.</summary>
    private static double Tolerance(string name) => name.Contains("mobilenetv3_fp16", StringComparison.Ordinal) || name.Contains("fp16_network", StringComparison.Ordinal) ? 5e-3 : 1e-4;

    private static Network Read(string name) => Right(OnnxFile.Read(name, File.ReadAllBytes(Path.Combine(Folder, name, "model.onnx")),
        path => Right<PtqError, ReadOnlyMemory<byte>>(File.ReadAllBytes(Path.Combine(Folder, name, path)))));

    /// <summary>The sets of inputs, a0.npy, a1.npy, … and b0.npy, …: the second is missing where the network takes one shape alone.</summary>
    private static ByName<Operand>[] Sets(string name, Network network) =>
    [
        .. from letter in (string[])["a", "b"]
           where File.Exists(Path.Combine(Folder, name, $"{letter}0.npy"))
           select ByName<Operand>.Of(network.Inputs.AsEnumerable().Select((port, k) => (port.Name, Input(Path.Combine(Folder, name, $"{letter}{k}.npy"), port.Type)))),
    ];

    private static Operand Input(string path, ElementType type)
    {
        var array = Right(Npy.Parse(path, File.ReadAllBytes(path)));
        return Constant.Of(type, array.Shape, array.Bytes).ToOperand();
    }

    private static ByName<Operand> Run(Network network, ByName<Operand> inputs) => Right(
        from engine in NetworkEngine.Prepare(network, inputs.Map((_, operand) => operand.Shape))
        from outputs in engine.Run(inputs)
        select outputs);

    private static IEnumerable<Operand> Floats(IEnumerable<ByName<Operand>> runs) => runs.SelectMany(run => run.Items.AsEnumerable()).Where(operand => operand.Type.IsFloat);

    private static long[] Integers(IEnumerable<ByName<Operand>> runs) => [.. runs.SelectMany(run => run.Items.AsEnumerable()).SelectMany(operand => operand.Integers.AsEnumerable())];
}
