using Ptq.Engine.Kernels;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Arithmetic of two or more tensors, broadcast to one shape. Integers wrap at the width of their type; dividing one by 0 gives 0.</summary>
internal static class BinaryOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("Add", Pair<Arithmetic.Add>),
        ("Sub", Pair<Arithmetic.Subtract>),
        ("Mul", Pair<Arithmetic.Multiply>),
        ("Div", Pair<Arithmetic.Divide>),
        ("Mod", Mod),
        ("Min", site => Folded<Arithmetic.Min>(site, Pointwise.Numbers(site, site.Count))),
        ("Max", site => Folded<Arithmetic.Max>(site, Pointwise.Numbers(site, site.Count))),
        ("Sum", site => Folded<Arithmetic.Add>(site, Reals(site))),
        ("Mean", Mean),
        ("BitwiseAnd", site => Bits<IntegerFunctions.And>(site)),
        ("BitwiseOr", site => Bits<IntegerFunctions.Or>(site)),
        ("BitwiseXor", site => Bits<IntegerFunctions.Xor>(site)),
        ("BitShift", BitShift),
    ];

    /// <summary>The shapes of two inputs, broadcast.</summary>
    public static Broadcast Both(Site site) => Broadcast.Of(site, site.ShapeOf(0), site.ShapeOf(1));

    private static Prepared Pair<TOp>(Site site) where TOp : IArithmetic => Pointwise.Arithmetic<TOp>(Pointwise.Numbers(site, 2), Both(site));

    /// <summary>The remainder: of the divisor's sign, or with fmod, which floats need, of the dividend's; 0 where an integer is divided by 0.</summary>
    private static Prepared Mod(Site site)
    {
        var type = Pointwise.Numbers(site, 2);
        if (site.Whole("fmod", 0, 0, 1) == 1) return Pointwise.Numeric<IntegerFunctions.Remainder>(type, Both(site));
        return !type.IsFloat ? Pointwise.Numeric<IntegerFunctions.Modulo>(type, Both(site)) : throw site.Bad("fmod", "0", $"1 for {type.Name}");
    }

    private static Prepared Bits<TOp>(Site site) where TOp : INumeric => Pointwise.Numbers(site, 2) is { IsFloat: false } type
        ? Pointwise.Numeric<TOp>(type, Both(site)) : throw site.Bad("input 0", site.TypeOf(0).Name, "integers");

    private static Prepared BitShift(Site site)
    {
        var type = Pointwise.Numbers(site, 2);
        if (type is not (ElementType.UInt8 or ElementType.UInt16 or ElementType.UInt32 or ElementType.UInt64)) throw site.Bad("input 0", type.Name, "unsigned integers");
        return site.Text("direction", "") switch
        {
            "LEFT" => Pointwise.Numeric<IntegerFunctions.ShiftLeft>(type, Both(site)),
            "RIGHT" => Pointwise.Numeric<IntegerFunctions.ShiftRight>(type, Both(site)),
            var other => throw site.Bad("direction", $"'{other}'", "'LEFT' or 'RIGHT'"),
        };
    }

    private static ElementType Reals(Site site) => Pointwise.Numbers(site, site.Count) is { IsFloat: true } type ? type : throw site.Bad("input 0", site.TypeOf(0).Name, "floating-point numbers");

    /// <summary>All inputs, in order; floats as float32, rounded to their type at the end.</summary>
    private static Prepared Folded<TOp>(Site site, ElementType type, float divisor = 1) where TOp : IArithmetic
    {
        var (work, shape) = (type.IsFloat ? ElementType.Float32 : type, site.ShapeOf(0));
        var steps = new Prepared[site.Count - 1];
        for (var i = 0; i < steps.Length; i++)
        {
            var plan = Broadcast.Of(site, shape, site.ShapeOf(i + 1));
            (steps[i], shape) = (Pointwise.Arithmetic<TOp>(work, plan), plan.Shape);
        }
        return new([new(type, shape)], inputs =>
        {
            var all = inputs[0]!;
            for (var i = 0; i < steps.Length; i++) all = steps[i].Run([all, inputs[i + 1]])[0];
            if (!type.IsFloat) return [all];
            return [Operand.Of(type, shape, Nominal.Rounded(type, divisor == 1 ? all.Floats : all.Floats.Map(sum => sum / divisor)))];
        });
    }

    private static Prepared Mean(Site site) => Folded<Arithmetic.Add>(site, Reals(site), site.Count);
}
