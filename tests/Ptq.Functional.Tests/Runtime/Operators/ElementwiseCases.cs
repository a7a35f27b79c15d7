using Ptq.Numerics;
using Ptq.Tensors;
using static Ptq.Tests.Runtime.Operators.Draw;

namespace Ptq.Tests.Runtime.Operators;

/// <summary>Operators on elements one by one.</summary>
internal static class ElementwiseCases
{
    public static IEnumerable<OperatorDrawing> All =>
    [
        One("Abs", Numbers), One("Neg", [.. Common, ElementType.Int8]), One("Sign", Numbers),
        One("Floor", Floats), One("Ceil", Floats), One("Round", Floats), One("Sqrt", Floats, -1, 9), One("Reciprocal", Floats, 0.25, 4),
        One("Exp", Floats, -20, 8), One("Log", Floats, -0.5, 9), One("Erf", Real),
        One("Sin", Floats, -30, 30), One("Cos", Real, -30, 30), One("Tan", Real, -1.4, 1.4), One("Asin", Real, -1.1, 1.1), One("Acos", Real, -1.1, 1.1), One("Atan", Real, -9, 9),
        One("Sinh", Real), One("Cosh", Real), One("Asinh", Real, -9, 9), One("Acosh", Real, 0.5, 9), One("Atanh", Real, -0.99, 0.99),
        One("BitwiseNot", Wholes, -100, 100) with { Since = 18 }, One("Not", [ElementType.Bool]),
        new("IsNaN", 13, d => new("IsNaN", [Odd(d, d.Of(ElementType.Float32, ElementType.Float64, ElementType.Float16))], 1)),
        new("IsInf", 13, d => new("IsInf", [Odd(d, d.Of(Floats))], 1, ("detect_positive", d.From(0, 1)), ("detect_negative", d.From(0, 1)))),

        One("Relu", [.. Floats, ElementType.Int8, ElementType.Int32], since: 14), One("LeakyRelu", Real, "alpha"), One("ThresholdedRelu", Real, "alpha"), One("Elu", Real, "alpha"), One("Celu", Real, "alpha"),
        new("Selu", 13, d => new("Selu", [d.Reals(d.Shape(0, 4))], 1, ("alpha", (float)d.Real(0.5, 2)), ("gamma", (float)d.Real(0.5, 2)))),
        One("Sigmoid", Floats, -20, 20), One("Tanh", Floats, -12, 12), One("Softsign", Real), One("Softplus", Real, -100, 100), One("HardSwish", Real, since: 14), One("Mish", Real, since: 18),
        new("HardSigmoid", 13, d => new("HardSigmoid", [d.Reals(d.Shape(0, 4))], 1, ("alpha", (float)d.Real(0.1, 1)), ("beta", (float)d.Real(0, 1)))),
        new("Gelu", 20, d => new("Gelu", [d.Reals(d.Shape(0, 4))], 1, ("approximate", d.Of("none", "tanh")))),
        new("Shrink", 13, Shrink),
        new("PRelu", 13, PRelu),
        new("Clip", 13, Clip),
        new("Dropout", 13, d => new("Dropout", [d.Elements(d.Of(Floats), d.Shape(0, 4)), Draw.One(ElementType.Float32, 0.5), d.Flip() ? null : Draw.One(ElementType.Bool, 0)], 1)),

        Two("Add", Common), Two("Sub", Common), Two("Mul", Common), Two("Div", Common, 1), Two("Equal", [.. Common, ElementType.Bool]),
        Two("Greater", Common), Two("GreaterOrEqual", Common), Two("Less", Common), Two("LessOrEqual", Common),
        Two("And", [ElementType.Bool]), Two("Or", [ElementType.Bool]), Two("Xor", [ElementType.Bool]),
        Two("BitwiseAnd", Wholes) with { Since = 18 }, Two("BitwiseOr", Wholes) with { Since = 18 }, Two("BitwiseXor", Wholes) with { Since = 18 },
        new("Mod", 13, Mod), new("Pow", 13, Pow),
        new("BitShift", 13, BitShift), new("Where", 13, Where),
        Many("Min", [.. Common, ElementType.UInt32, ElementType.UInt64]), Many("Max", [.. Common, ElementType.UInt32, ElementType.UInt64]), Many("Sum", Floats), Many("Mean", Real),

        new("Cast", 13, d => new("Cast", [Castable(d)], 1, ("to", (long)d.Of(AllTypes)))),
        new("CastLike", 15, d => new("CastLike", [Castable(d), d.Elements(d.Of(AllTypes), d.Shape(0, 2))], d.AllOrFirst(2))),
        new("Identity", 13, d => new("Identity", [d.Elements(d.Of(AllTypes), d.Shape(0, 4))], 1)),
    ];

    private static ElementType[] Real => [ElementType.Float32];

    private static OperatorDrawing One(string op, ElementType[] types, double low = -4, double high = 4, int since = 13) => new(op, since, d => new(op, [d.Elements(d.Of(types), d.Shape(0, 4), low, high)], 1));

    private static OperatorDrawing One(string op, ElementType[] types, string parameter) => new(op, 13, d => new(op, [d.Elements(d.Of(types), d.Shape(0, 4))], 1, (parameter, (float)d.Real(0.1, 2))));

    private static OperatorDrawing Two(string op, ElementType[] types, double low = -9) => new(op, 13, d =>
    {
        var (type, shapes) = (d.Of(types), d.Broadcast(2));
        return new(op, [d.Elements(type, shapes[0], -9, 9), d.Elements(type, shapes[1], low, 9)], d.AllOrFirst(2));
    });

    private static OperatorDrawing Many(string op, ElementType[] types) => new(op, 13, d =>
    {
        var (type, shapes) = (d.Of(types), d.Broadcast(d.From(1, 4)));
        return new(op, [.. shapes.Select(shape => d.Elements(type, shape))], d.AllOrFirst(shapes.Length));
    });

    private static Operand Odd(Draw d, ElementType type)
    {
        var x = d.Elements(type, d.Shape(0, 4));
        return Operand.Of(type, x.Shape, x.Floats.Map(v => v > 2 ? float.NaN : v > 1 ? float.PositiveInfinity : v > 0 ? float.NegativeInfinity : v));
    }

    /// <summary>Negative numbers go to no unsigned type from floats: what becomes of them is not defined.</summary>
    private static Operand Castable(Draw d)
    {
        var type = d.Of(AllTypes);
        return d.Elements(type, d.Shape(0, 4), type.IsFloat ? 0 : -100, 100);
    }

    private static OperatorCase Shrink(Draw d)
    {
        var (type, threshold) = (d.Of(Numbers), d.From(0, 3));
        // Unsigned elements above the threshold stay above 0: what becomes of others is not defined.
        return new("Shrink", [d.Elements(type, d.Shape(0, 4))], 1, ("lambd", (float)threshold), ("bias", (float)d.From(0, threshold)));
    }

    private static OperatorCase PRelu(Draw d)
    {
        var x = d.Shape(1, 4);
        return new("PRelu", [d.Reals(x), d.Reals(d.Narrowed(x), 0, 1)], d.AllOrFirst(2));
    }

    private static OperatorCase BitShift(Draw d)
    {
        var (type, shapes) = (d.Of(ElementType.UInt8, ElementType.UInt32, ElementType.UInt64), d.Broadcast(2));
        return new("BitShift", [d.Elements(type, shapes[0], 0, 255), d.Elements(type, shapes[1], 0, 7)], d.AllOrFirst(2), ("direction", d.Of("LEFT", "RIGHT")));
    }

    private static OperatorCase Where(Draw d)
    {
        var (type, shapes) = (d.Of([.. Common, ElementType.UInt8]), d.Broadcast(3));
        return new("Where", [d.Truths(shapes[0]), d.Elements(type, shapes[1]), d.Elements(type, shapes[2])], d.AllOrFirst(3));
    }

    private static OperatorCase Clip(Draw d)
    {
        var type = d.Of([.. Common, ElementType.Int8, ElementType.UInt8, ElementType.UInt32, ElementType.UInt64]);
        return new("Clip", [d.Elements(type, d.Shape(0, 4), -9, 9), d.Flip() ? null : Draw.One(type, d.From(0, 3)), d.Flip() ? null : Draw.One(type, d.From(3, 7))], d.AllOrFirst(3));
    }

    private static OperatorCase Mod(Draw d)
    {
        var (type, shapes) = (d.Of(Numbers), d.Broadcast(2));
        var (x, y) = (d.Elements(type, shapes[0], -20, 20), d.Elements(type, shapes[1], 1, 9));
        if (type.IsFloat || d.Flip()) return new("Mod", [x, y], d.AllOrFirst(2), ("fmod", type.IsFloat ? 1 : d.From(0, 1)));
        return new("Mod", [x, type is ElementType.Int8 or ElementType.Int16 or ElementType.Int32 or ElementType.Int64 ? Operand.Of(type, y.Shape, y.Integers.Map(v => -v)) : y], d.AllOrFirst(2));
    }

    private static OperatorCase Pow(Draw d)
    {
        var (type, exponents, shapes) = (d.Of(Common), d.Of(Common), d.Broadcast(2));
        return new("Pow", [d.Elements(type, shapes[0], exponents.IsFloat ? 0.25 : -5, 5), d.Elements(exponents, shapes[1], type.IsFloat ? -2 : 0, 3)], d.AllOrFirst(2));
    }
}

/// <summary>How an operator is drawn, and since which operator set it is there.</summary>
internal sealed record OperatorDrawing(string Op, int Since, Func<Draw, OperatorCase> Draw);
