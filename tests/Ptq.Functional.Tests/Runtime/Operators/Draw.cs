using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Tests.Runtime.Operators;

/// <summary>Draws what operators work on; it moves as it draws. The same seed with a smaller size gives something smaller, mostly of the same kind.</summary>
internal sealed class Draw(Rng rng, int size, int opset)
{
    private Rng rng = rng;

    /// <summary>The longest axis, from 1.</summary>
    public int Size { get; } = size;

    /// <summary>The operator set.</summary>
    public int Opset { get; } = opset;

    /// <summary>All element types that the ONNX Runtime's JavaScript takes.</summary>
    public static ElementType[] AllTypes => [.. Numbers, ElementType.Float16, ElementType.Bool];

    public static ElementType[] Numbers => [ElementType.Float32, ElementType.Float64, .. Wholes];

    public static ElementType[] Wholes => [ElementType.Int8, ElementType.Int16, ElementType.Int32, ElementType.Int64, ElementType.UInt8, ElementType.UInt16, ElementType.UInt32, ElementType.UInt64];

    public static ElementType[] Floats => [ElementType.Float32, ElementType.Float64];

    public static ElementType[] Common => [ElementType.Float32, ElementType.Float64, ElementType.Int32, ElementType.Int64];

    /// <summary>low to high, both included.</summary>
    public int From(int low, int high)
    {
        (var drawn, rng) = rng.Integer(low, Math.Max(low, high) + 1L);
        return (int)drawn;
    }

    public T Of<T>(params T[] items) => items[From(0, items.Length - 1)];

    /// <summary>True once in so many times.</summary>
    public bool Once(int inSoMany) => From(1, inSoMany) == 1;

    public bool Flip() => Once(2);

    public double Real(double low, double high)
    {
        (var drawn, rng) = rng.Uniform(low, high);
        return drawn;
    }

    /// <summary>A shape of so many axes, with no more than a few thousand elements.</summary>
    public Shape Shape(int least, int most)
    {
        var lengths = new int[From(least, most)];
        for (var (i, room) = (0, 4000); i < lengths.Length; i++) room /= lengths[i] = From(1, Math.Min(Size, room));
        return Tensors.Shape.Of(lengths);
    }

    /// <summary>A shape that is repeated to another's.</summary>
    public Shape Narrowed(Shape shape) => Tensors.Shape.Of([.. shape.Lengths.AsEnumerable().Skip(Once(3) ? From(0, shape.Rank) : 0).Select(n => Once(3) ? 1 : n)]);

    /// <summary>A shape, and some that are repeated to it, one of them all of it.</summary>
    public Shape[] Broadcast(int count)
    {
        var (whole, place) = (Shape(0, 4), From(0, count - 1));
        return [.. Enumerable.Range(0, count).Select(i => i == place ? whole : Narrowed(whole))];
    }

    public long Axis(int rank) => From(-rank, rank - 1);

    /// <summary>Different axes, some counted from the end, in any order.</summary>
    public long[] Axes(int rank, int least = 0) => [.. Order(rank).Take(From(Math.Min(least, rank), rank)).Select(axis => Flip() ? axis : axis - rank)];

    public long[] Order(int count)
    {
        (var drawn, rng) = rng.Permutation(count);
        return [.. drawn.AsEnumerable().Select(i => (long)i)];
    }

    /// <summary>Elements of any type between two bounds, as far as the type has them; among floats every fourth is a multiple of a half.</summary>
    public Operand Elements(ElementType type, Shape shape, double low = -4, double high = 4)
    {
        if (type == ElementType.Bool) (low, high) = (0, 1);
        if (type is ElementType.UInt8 or ElementType.UInt16 or ElementType.UInt32 or ElementType.UInt64) low = Math.Max(low, 0);
        var bottom = low;
        if (!type.IsFloat) return Operand.Of(type, shape, Values.From(Enumerable.Range(0, shape.Count).Select(_ => (long)From((int)bottom, (int)high)).ToArray()));
        var exact = Operand.Of(ElementType.Float32, shape, Values.From(Enumerable.Range(0, shape.Count).Select(_ => (float)(Real(bottom, high) is var x && Once(4) ? Math.Round(2 * x) / 2 : x)).ToArray()));
        return Constant.Of(Operand.Of(type, shape, exact.Floats)).ToOperand(); // float16 has fewer of them
    }

    /// <summary>Floats none of which is a multiple of anything.</summary>
    public Operand Unrounded(Shape shape, double low, double high) =>
        Operand.Of(ElementType.Float32, shape, Values.From(Enumerable.Range(0, shape.Count).Select(_ => (float)Real(low, high)).ToArray()));

    public Operand Reals(Shape shape, double low = -4, double high = 4) => Elements(ElementType.Float32, shape, low, high);

    public Operand Reals(params int[] lengths) => Reals(Tensors.Shape.Of(lengths));

    /// <summary>Truth values.</summary>
    public Operand Truths(Shape shape) => Elements(ElementType.Bool, shape);

    /// <summary>A list of int64.</summary>
    public static Operand List(params long[] each) => Operand.Of(ElementType.Int64, Tensors.Shape.Of(each.Length), Values.Of<long>(each));

    /// <summary>One int64 without axes.</summary>
    public static Operand One(long value) => One(ElementType.Int64, value);

    public static Operand One(ElementType type, double value) =>
        type.IsFloat ? Operand.Of(type, Tensors.Shape.Of(), [(float)value]) : Operand.Of(type, Tensors.Shape.Of(), [(long)value]);

    /// <summary>All inputs given, or all but the first constants.</summary>
    public int AllOrFirst(int count) => Once(3) ? 1 : count;
}
