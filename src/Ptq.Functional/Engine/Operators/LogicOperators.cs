using System.Numerics;
using Ptq.Engine.Kernels;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Comparisons, logic, and the choice that they make. NaN is equal to nothing, and neither less nor greater.</summary>
internal static class LogicOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("Equal", site => Pointwise.Relation<Equal>(Pointwise.Alike(site, 0, 2), BinaryOperators.Both(site))),
        ("Greater", Compared<Greater>),
        ("GreaterOrEqual", Compared<GreaterOrEqual>),
        ("Less", Compared<Less>),
        ("LessOrEqual", Compared<LessOrEqual>),
        ("And", Joined<IntegerFunctions.And>),
        ("Or", Joined<IntegerFunctions.Or>),
        ("Xor", Joined<IntegerFunctions.Xor>),
        ("Not", site => Pointwise.Whole(Truths(site, 0), static x => x ^ 1)),
        ("IsNaN", site => Tested(site, float.IsNaN)),
        ("IsInf", IsInf),
        ("Where", Where),
    ];

    private static Prepared Compared<TOp>(Site site) where TOp : IRelation => Pointwise.Relation<TOp>(Pointwise.Numbers(site, 2), BinaryOperators.Both(site));

    private static Prepared Joined<TOp>(Site site) where TOp : INumeric => Pointwise.Numeric<TOp>(ElementType.Bool, BinaryOperators.Both(Truths(Truths(site, 0), 1)));

    private static Site Truths(Site site, int place) => site.TypeOf(place) == ElementType.Bool ? site : throw site.Bad($"input {place}", site.TypeOf(place).Name, "truth values");

    private static Prepared Tested(Site site, Func<float, bool> holds)
    {
        site.FloatTypeOf(0);
        return Prepared.Integers(ElementType.Bool, site.ShapeOf(0), (inputs, y) =>
        {
            var x = inputs[0]!.Floats.Span;
            for (var i = 0; i < y.Length; i++) y[i] = holds(x[i]) ? 1 : 0;
        });
    }

    private static Prepared IsInf(Site site)
    {
        var (negative, positive) = (site.Flag("detect_negative", true), site.Flag("detect_positive", true));
        return Tested(site, x => positive && float.IsPositiveInfinity(x) || negative && float.IsNegativeInfinity(x));
    }

    internal static Prepared Where(Site site)
    {
        var type = Pointwise.Alike(Truths(site, 0), 1, 2);
        var plan = Broadcast.Of(site, site.ShapeOf(0), site.ShapeOf(1), site.ShapeOf(2));
        return Movement.Prepare(type, plan.Shape, new Choice(plan));
    }

    private sealed class Choice(Broadcast plan) : IMovement
    {
        public void Run<T>(Operand?[] inputs, Span<T> to) where T : unmanaged, INumber<T>
        {
            var condition = inputs[0]!.Integers.Span;
            var (x, y) = (inputs[1]!, inputs[2]!);
            for (var row = plan.Rows(); row.Next();)
                Rows.Choose(condition.Slice(row.Of(0), plan.Read(0)), x.Elements<T>().Slice(row.Of(1), plan.Read(1)), y.Elements<T>().Slice(row.Of(2), plan.Read(2)), to.Slice(row.To, plan.Row));
        }
    }

    private readonly struct Equal : IRelation
    {
        public static bool Of<T>(T x, T y) where T : unmanaged, IBinaryNumber<T> => x == y;
    }

    private readonly struct Greater : IRelation
    {
        public static bool Of<T>(T x, T y) where T : unmanaged, IBinaryNumber<T> => x > y;
    }

    private readonly struct GreaterOrEqual : IRelation
    {
        public static bool Of<T>(T x, T y) where T : unmanaged, IBinaryNumber<T> => x >= y;
    }

    private readonly struct Less : IRelation
    {
        public static bool Of<T>(T x, T y) where T : unmanaged, IBinaryNumber<T> => x < y;
    }

    private readonly struct LessOrEqual : IRelation
    {
        public static bool Of<T>(T x, T y) where T : unmanaged, IBinaryNumber<T> => x <= y;
    }
}
