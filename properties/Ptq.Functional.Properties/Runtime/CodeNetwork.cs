using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;
using static Ptq.Properties.Expect;

namespace Ptq.Properties.Runtime;

/// <summary>
/// A network of operators on codes, every tensor of which is an output, and inputs for it. It is made from choices alone: numbers of which each decides one thing, 0 for what is
/// plainest, so that any choice may become smaller and any step go, and what is left is a network still.
/// </summary>
/// <param name="Start">What the network begins with.</param>
/// <param name="Steps">The operators in order, one a list.</param>
public sealed record CodeNetwork(Values<int> Start, Values<Values<int>> Steps)
{
    /// <summary>How many numbers a step has at most.</summary>
    public const int MostChoices = 24;

    /// <summary>The network and its input.</summary>
    internal (Model.Network Network, ByName<Operand> Inputs) Made()
    {
        var build = new CodeNetworkBuilder(Start);
        foreach (var step in Steps) build.Step(step);
        return (Right(Model.Network.Create(17, [new Port("x", build.Input.Type, build.Input.Shape.Lengths.Map(n => new Dimension(n)))], ByName<Constant>.Of(build.Constants), Values.From(build.Operations),
            Values.From(build.Written.Select(t => new Port(t.Name, t.Type, [], false))), NetworkInfo.Named("codes") with { Domains = ByName<AttributeValue.Whole>.Of([("com.microsoft", new AttributeValue.Whole(1))]) })),
            ByName<Operand>.Of([("x", build.Input)]));
    }

    /// <summary>The same with a step left out, or with a choice that is plainer.</summary>
    internal IEnumerable<CodeNetwork> Smaller()
    {
        for (var i = Steps.Length - 1; i >= 0 && Steps.Length > 1; i--) yield return this with { Steps = Values.From(Steps.AsEnumerable().Where((_, place) => place != i)) };
        foreach (var start in Plainer(Start)) yield return this with { Start = start };
        for (var i = 0; i < Steps.Length; i++)
            foreach (var step in Plainer(Steps[i])) yield return this with { Steps = Steps.With(i, step) };
    }

    private static IEnumerable<Values<int>> Plainer(Values<int> choices)
    {
        for (var i = 0; i < choices.Length; i++)
            if (choices[i] > 0)
            {
                yield return choices.With(i, 0);
                if (choices[i] > 1) yield return choices.With(i, choices[i] / 2);
            }
    }

    public override string ToString()
    {
        var (network, inputs) = Made();
        string Shown(string name) => name.Length == 0 ? "-" : network.Constants.Find(name).Match(c => c.Shape.Count <= 4 ? string.Join(' ', c.Type.IsFloat ? c.ToOperand().Floats.AsEnumerable().Select(x => $"{x:r}") : c.ToOperand().Integers.AsEnumerable().Select(x => $"{x}")) : $"{c.Type.Name}{c.Shape}", () => name);
        return $"x {inputs["x"]}; " + string.Join("; ", network.Operations.AsEnumerable().Select(o =>
            $"{string.Join(", ", o.Outputs.AsEnumerable())} = {o.Op}({string.Join(", ", o.Inputs.AsEnumerable().Select(Shown))}) {string.Join(' ', o.Attributes.Names.AsEnumerable().Select(n => $"{n}={o.Attributes[n]}"))}"));
    }
}
