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
    public static Either<PtqError, Operand> Try(string op, (string, AttributeValue)[] attributes, bool asConstants, params Operand?[] inputs)
    {
        var there = inputs.Select((value, i) => (Name: $"x{i}", Value: value!)).Where(x => x.Value is not null).ToArray();
        Values<string> names = Values.From(inputs.Select((value, i) => value is null ? "" : $"x{i}"));
        return from network in Network.Create(20,
                   asConstants ? [] : Values.From(there.Select(x => new Port(x.Name, x.Value.Type, x.Value.Shape.Lengths.Map(n => new Dimension(n))))),
                   ByName<Constant>.Of(asConstants ? there.Select(x => (x.Name, Constant.Of(x.Value))) : []),
                   [new Operation("it", op, names, "y", attributes)], [new Port("y", ElementType.Float32, [], false)], NetworkInfo.Named("one"))
               from engine in NetworkEngine.Prepare(network, ByName<Shape>.Of(asConstants ? [] : there.Select(x => (x.Name, x.Value.Shape))))
               from outputs in engine.Run(ByName<Operand>.Of(asConstants ? [] : there))
               select engine.Types["y"] == outputs["y"].Signature ? outputs["y"] : throw new InvalidOperationException($"{engine.Types["y"]} was promised, not {outputs["y"]}.");
    }

    public static Operand Floats(params float[] elements) => Floats(Shape.Of(elements.Length), elements);

    public static Operand Floats(Shape shape, params float[] elements) => Floats(ElementType.Float32, shape, elements);

    public static Operand Floats(ElementType type, Shape shape, params float[] elements) => Operand.Of(type, shape, Values.Of<float>(elements));

    public static Operand Integers(ElementType type, params long[] elements) => Integers(type, Shape.Of(elements.Length), elements);

    public static Operand Integers(ElementType type, Shape shape, params long[] elements) => Operand.Of(type, shape, Values.Of<long>(elements));

    public static Operand Truths(params long[] elements) => Integers(ElementType.Bool, elements);
}
