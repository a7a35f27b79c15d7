using LanguageExt;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Engine.Operators;

/// <summary>A network of one operation.</summary>
internal static class OneOperation
{
    /// <summary>Its first output, from inputs that the network is given and, where that is the same, from constants.</summary>
    /// <exception cref="InvalidOperationException">It cannot be done.</exception>
    public static Operand Run(string op, (string, AttributeValue)[] attributes, params Operand?[] inputs)
    {
        var given = Right(Try(op, attributes, asConstants: false, inputs));
        Assert.Equal(given, Right(Try(op, attributes, asConstants: true, inputs)));
        return given;
    }

    /// <inheritdoc cref="Run(string, (string, AttributeValue)[], Operand?[])"/>
    public static Operand Run(string op, params Operand?[] inputs) => Run(op, [], inputs);

    /// <summary>The refusal's text.</summary>
    public static string Refusal(string op, (string, AttributeValue)[] attributes, params Operand?[] inputs) =>
        Try(op, attributes, false, inputs).Match(y => throw new InvalidOperationException($"{op} gave {y}."), error => error.Describe());

    /// <summary>Its first output; or why there is none.</summary>
    public static Either<PtqError, Operand> Try(string op, (string, AttributeValue)[] attributes, bool asConstants, params Operand?[] inputs) =>
        Try(new(op, 20, 1, attributes), asConstants ? 0 : inputs.Length, inputs).Map(outputs => outputs[0]);

    /// <summary>What is done.</summary>
    public sealed record Deed(string Op, int Opset, int Outputs, params (string, AttributeValue)[] Attributes);

    /// <summary>All outputs, where the network is given the first inputs and has the others as constants; or why there are none.</summary>
    public static Either<PtqError, Operand[]> Try(Deed deed, int given, params Operand?[] inputs)
    {
        var there = inputs.Select((value, i) => (Name: $"x{i}", Value: value!)).Take(given).Where(x => x.Value is not null).ToArray();
        return from network in NetworkOf(deed, given, inputs)
               from engine in NetworkEngine.Prepare(network, ByName<Shape>.Of(there.Select(x => (x.Name, x.Value.Shape))))
               from outputs in engine.Run(ByName<Operand>.Of(there))
               select outputs.Map((name, y) => engine.Types[name] == y.Signature ? y : throw new InvalidOperationException($"{engine.Types[name]} was promised, not {y}.")).Items.Span.ToArray();
    }

    /// <summary>The network; its outputs y0, y1, … are said to be of the types given, else of the first input's.</summary>
    public static Either<PtqError, Network> NetworkOf(Deed deed, int given, Operand?[] inputs, params ElementType[] types)
    {
        var there = inputs.Select((value, i) => (Name: $"x{i}", Value: value!)).ToArray();
        Values<string> Names(string letter, int count, Func<int, bool> has) => Values.From(Enumerable.Range(0, count).Select(i => has(i) ? $"{letter}{i}" : ""));
        return Network.Create(deed.Opset,
            Values.From(there.Take(given).Where(x => x.Value is not null).Select(x => new Port(x.Name, x.Value.Type, x.Value.Shape.Lengths.Map(n => new Dimension(n))))),
            ByName<Constant>.Of(there.Skip(given).Where(x => x.Value is not null).Select(x => (x.Name, Constant.Of(x.Value)))),
            [Named("it", deed.Op, Names("x", inputs.Length, i => inputs[i] is not null), Names("y", deed.Outputs, _ => true), ByName<AttributeValue>.Of(deed.Attributes))],
            Values.From(Enumerable.Range(0, deed.Outputs).Select(i => new Port($"y{i}", i < types.Length ? types[i] : inputs.OfType<Operand>().FirstOrDefault()?.Type ?? ElementType.Float32, [], false))), Info("one"));
    }

    /// <summary>An operation by the operator's full name.</summary>
    public static Operation Named(string name, string fullOp, Values<string> inputs, Values<string> outputs, ByName<AttributeValue> attributes) =>
        new(name, fullOp[(fullOp.LastIndexOf('.') + 1)..], inputs, outputs, attributes, fullOp[..Math.Max(0, fullOp.LastIndexOf('.'))]);

    /// <summary>What a file says that may use the ONNX Runtime's own operators.</summary>
    public static NetworkInfo Info(string name) => NetworkInfo.Named(name) with { Domains = ByName<AttributeValue.Whole>.Of([("com.microsoft", new AttributeValue.Whole(1))]) };

    public static AttributeValue Attribute(object value) => value switch
    {
        float real => new AttributeValue.Real(real),
        string text => new AttributeValue.Text(text),
        long[] wholes => new AttributeValue.Wholes(Values.Of<long>(wholes)),
        Operand tensor => new AttributeValue.Data(Constant.Of(tensor)),
        _ => new AttributeValue.Whole(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)),
    };

    /// <summary>Fails where a bit differs; one NaN is as good as another.</summary>
    public static void Same(float[] expected, Operand y) =>
        Assert.Equal(expected.Select(x => float.IsNaN(x) ? 0x7FC00000 : BitConverter.SingleToInt32Bits(x)), y.Floats.AsEnumerable().Select(x => float.IsNaN(x) ? 0x7FC00000 : BitConverter.SingleToInt32Bits(x)));

    public static Operand Floats(params float[] elements) => Floats(Shape.Of(elements.Length), elements);

    public static Operand Floats(Shape shape, params float[] elements) => Floats(ElementType.Float32, shape, elements);

    public static Operand Floats(ElementType type, Shape shape, params float[] elements) => Operand.Of(type, shape, Values.Of<float>(elements));

    public static Operand Integers(ElementType type, params long[] elements) => Integers(type, Shape.Of(elements.Length), elements);

    public static Operand Integers(ElementType type, Shape shape, params long[] elements) => Operand.Of(type, shape, Values.Of<long>(elements));

    public static Operand Truths(params long[] elements) => Integers(ElementType.Bool, elements);
}
