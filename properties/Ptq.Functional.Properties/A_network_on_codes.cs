using FsCheck;
using FsCheck.Fluent;
using LanguageExt;
using Ptq.Engine;
using Ptq.Experiments.Runtime;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Properties.Runtime;
using Ptq.Tensors;
using static Ptq.Properties.Expect;

namespace Ptq.Properties;

public class A_network_on_codes
{
    [RuntimeProperty(Arbitrary = [typeof(CodeNetworks)], MaxTest = 600)]
    public bool Gives_the_codes_of_the_ONNX_Runtime(CodeNetwork drawn)
    {
        var (network, inputs) = drawn.Made();
        var ours = Right(from engine in NetworkEngine.Prepare(network, inputs.Map((_, x) => x.Shape)) from outputs in engine.Run(inputs) select outputs);
        var theirs = TheRuntime.Run(network, inputs, exact: inputs["x"].Type == ElementType.UInt8).IfLeft(failure => throw new InvalidOperationException($"{failure}"));
        foreach (var port in network.Outputs)
            if (Difference(ours[port.Name], theirs[port.Name]) is { } difference) throw new InvalidOperationException($"{port.Name}: {difference}");
        return true;
    }

    private static string? Difference(Operand ours, Operand theirs)
    {
        if (ours.Signature != theirs.Signature) return $"{ours.Signature} here, {theirs.Signature} there";
        var different = Enumerable.Range(0, ours.Shape.Count).Where(i => ours.Integers[i] != theirs.Integers[i]).ToArray();
        return different.Length == 0 ? null : $"{different.Length} of {ours.Shape.Count} codes differ, the first at {different[0]}: {ours.Integers[different[0]]} here, {theirs.Integers[different[0]]} there";
    }
}

/// <summary>Networks on codes, of 1 to 8 operators.</summary>
public static class CodeNetworks
{
    public static Arbitrary<CodeNetwork> Networks() => Arb.From(
        from start in Step
        from count in Gen.Choose(1, 8)
        from steps in Gen.ListOf(Step, count)
        select new CodeNetwork(start, Values.From(steps)),
        network => network.Smaller());

    private static Gen<Values<int>> Step { get; } = Gen.ListOf(Gen.Choose(0, 999), CodeNetwork.MostChoices).Select(each => Values.From(each));
}
