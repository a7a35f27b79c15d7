using System.Globalization;
using Ptq.Engine;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Tensors;
using Ptq.Tests.Engine.Operators;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Runtime.Operators;

/// <summary>An operator with attributes and inputs that are drawn.</summary>
/// <param name="Op">The operator, with its domain where that is not ONNX's own.</param>
/// <param name="Inputs">Its inputs; null where one is left out.</param>
/// <param name="Given">How many of the first inputs the network is given; the others are constants of it.</param>
/// <param name="Attributes">Its attributes.</param>
internal sealed record OperatorCase(string Op, Operand?[] Inputs, int Given, params (string Name, object Value)[] Attributes)
{
    /// <summary>How many outputs are asked for.</summary>
    public int Outputs { get; init; } = 1;

    /// <summary>How far float outputs may be apart, times max(1, |y|).</summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>Everything that it takes to do it by hand.</summary>
    public override string ToString() =>
        $"{Op}({string.Join(", ", Inputs.Select((x, i) => x is null ? "none" : $"{(i < Given ? "" : "constant ")}{x.Signature} {Elements(x)}"))}) {string.Join(", ", Attributes.Select(a => $"{a.Name} = {Text(a.Value)}"))}";

    private static string Elements(Operand x) => x.Shape.Count > 64 ? "…"
        : $"{{{string.Join(", ", x.Type.IsFloat ? x.Floats.AsEnumerable().Select(v => v.ToString("r", CultureInfo.InvariantCulture)) : x.Integers.AsEnumerable().Select(v => v.ToString(CultureInfo.InvariantCulture)))}}}";

    private static string Text(object value) => value is long[] each ? $"[{string.Join(", ", each)}]" : Convert.ToString(value, CultureInfo.InvariantCulture)!;
}

/// <summary>Several cases as one network, an operation each, so that they cost one session.</summary>
internal sealed record OperatorBatch(int Opset, params OperatorCase[] Cases)
{
    /// <summary>What differs between here and there, case by case; an exception where one of the two refuses any of them.</summary>
    public IEnumerable<(OperatorCase Case, string Difference)> Differences()
    {
        var (ours, theirs) = Both();
        return from i in Enumerable.Range(0, Cases.Length)
               from o in Enumerable.Range(0, Cases[i].Outputs)
               let difference = Agreement.Difference(ours[$"y{i}_{o}"], theirs[$"y{i}_{o}"], Cases[i].Tolerance)
               where difference is not null
               select (Cases[i], $"output {o}, {difference}");
    }

    /// <summary>The outputs y0_0, y0_1, …, y1_0, … here and there.</summary>
    public (ByName<Operand> Ours, ByName<Operand> Theirs) Both()
    {
        var inputs = ByName<Operand>.Of(Named(given: true));
        var untyped = NetworkOf((_, _) => ElementType.Float32);
        var engine = Right(NetworkEngine.Prepare(untyped, inputs.Map((_, x) => x.Shape)));
        var network = NetworkOf((i, o) => engine.Types[$"y{i}_{o}"].Type);
        return (Right(Right(NetworkEngine.Prepare(network, inputs.Map((_, x) => x.Shape))).Run(inputs)), Agreement.Theirs(network, [inputs], "disabled")[0]);
    }

    private IEnumerable<(string, Operand)> Named(bool given) =>
        from i in Enumerable.Range(0, Cases.Length)
        from k in Enumerable.Range(0, Cases[i].Inputs.Length)
        let x = Cases[i].Inputs[k]
        where x is not null && k < Cases[i].Given == given
        select ($"x{i}_{k}", x);

    private Network NetworkOf(Func<int, int, ElementType> typeOf) => Right(Network.Create(Opset,
        Values.From(Named(given: true).Select(x => new Port(x.Item1, x.Item2.Type, x.Item2.Shape.Lengths.Map(n => new Dimension(n))))),
        ByName<Constant>.Of(Named(given: false).Select(x => (x.Item1, Constant.Of(x.Item2)))),
        Values.From(Cases.Select((c, i) => OneOperation.Named($"case{i}", c.Op, Values.From(c.Inputs.Take(Array.FindLastIndex(c.Inputs, x => x is not null) + 1).Select((x, k) => x is null ? "" : $"x{i}_{k}")),
            Values.From(Enumerable.Range(0, c.Outputs).Select(o => $"y{i}_{o}")), ByName<AttributeValue>.Of(c.Attributes.Select(a => (a.Name, OneOperation.Attribute(a.Value))))))),
        Values.From(Cases.SelectMany((c, i) => Enumerable.Range(0, c.Outputs).Select(o => new Port($"y{i}_{o}", typeOf(i, o), [], false)))), OneOperation.Info("cases")));
}
