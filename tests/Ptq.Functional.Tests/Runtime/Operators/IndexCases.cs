using Ptq.Numerics;
using Ptq.Tensors;
using static Ptq.Tests.Runtime.Operators.Draw;

namespace Ptq.Tests.Runtime.Operators;

/// <summary>Operators with indices, those that make tensors of nothing, and those that rank.</summary>
internal static class IndexCases
{
    public static IEnumerable<OperatorDrawing> All =>
    [
        new("Gather", 13, Gather), new("GatherElements", 13, GatherElements), new("GatherND", 13, GatherND), new("ScatterElements", 13, ScatterElements), new("ScatterND", 13, ScatterND),
        new("ConstantOfShape", 13, ConstantOfShape), new("Range", 13, Range), new("OneHot", 13, OneHot), new("EyeLike", 13, EyeLike),
        new("NonZero", 13, d => new("NonZero", [d.Elements(d.Of(ElementType.Float32, ElementType.Int32, ElementType.Int64, ElementType.UInt8, ElementType.Bool), d.Shape(1, 4), -1, 1)], 0)),
        new("CumSum", 13, CumSum), new("ArgMax", 13, d => Extreme(d, "ArgMax")), new("ArgMin", 13, d => Extreme(d, "ArgMin")), new("TopK", 13, TopK),
        new("Unique", 13, Unique), new("NonMaxSuppression", 13, NonMaxSuppression),
    ];

    private static ElementType Index(Draw d) => d.Of(ElementType.Int32, ElementType.Int64);

    private static OperatorCase Gather(Draw d)
    {
        var x = d.Shape(1, 3);
        var axis = d.From(0, x.Rank - 1);
        return new("Gather", [d.Elements(d.Of(AllTypes), x), d.Elements(Index(d), d.Shape(0, 2), -x[axis], x[axis] - 1)], d.AllOrFirst(2), ("axis", d.Flip() ? axis : axis - x.Rank));
    }

    private static OperatorCase GatherElements(Draw d)
    {
        var x = d.Shape(1, 4);
        var axis = d.From(0, x.Rank - 1);
        var indices = Shape.Of([.. x.Lengths.AsEnumerable().Select((n, i) => i == axis ? d.From(1, d.Size) : d.From(1, n))]);
        return new("GatherElements", [d.Elements(d.Of(AllTypes), x), d.Elements(Index(d), indices, -x[axis], x[axis] - 1)], d.AllOrFirst(2), ("axis", d.Flip() ? axis : axis - x.Rank));
    }

    private static OperatorCase GatherND(Draw d)
    {
        var x = d.Shape(1, 4);
        var batch = d.From(0, Math.Min(1, x.Rank - 1));
        var depth = d.From(1, x.Rank - batch);
        Shape places = Shape.Of([.. x.Lengths.AsEnumerable().Take(batch), .. d.Shape(0, 2).Lengths.AsEnumerable()]);
        return new("GatherND", [d.Elements(d.Of(AllTypes), x), Tuples(d, places, [.. x.Lengths.AsEnumerable().Skip(batch).Take(depth)])], d.AllOrFirst(2), ("batch_dims", batch));
    }

    /// <summary>Index tuples along a last axis, each within its own length.</summary>
    private static Operand Tuples(Draw d, Shape places, int[] lengths) => Operand.Of(ElementType.Int64, Shape.Of([.. places.Lengths.AsEnumerable(), lengths.Length]),
        Values.From(Enumerable.Range(0, places.Count).SelectMany(_ => lengths.Select(n => (long)d.From(-n, n - 1))).ToArray()));

    private static string Reduction(Draw d) => d.Opset >= 18 ? d.Of("none", "add", "mul", "max", "min") : d.Opset >= 16 ? d.Of("none", "add", "mul") : "none";

    private static OperatorCase ScatterElements(Draw d)
    {
        var (x, type, reduction) = (d.Shape(1, 3), d.Of(Common), Reduction(d));
        var axis = d.From(0, x.Rank - 1);
        // Without a reduction a place is written once: which of several writes is the last is not defined.
        var lengths = x.Lengths.AsEnumerable().Select((n, i) => i == axis ? reduction == "none" ? d.From(1, n) : d.From(1, d.Size) : d.From(1, n)).ToArray();
        var indices = Shape.Of(lengths);
        var order = d.Order(x[axis]);
        var at = reduction == "none"
            ? Operand.Of(ElementType.Int64, indices, Values.From(Enumerable.Range(0, indices.Count).Select(i => order[i / indices.Stride(axis) % indices[axis]]).ToArray()))
            : d.Elements(ElementType.Int64, indices, -x[axis], x[axis] - 1);
        (string, object)[] attributes = reduction == "none" ? [("axis", d.Flip() ? axis : axis - x.Rank)] : [("axis", axis), ("reduction", reduction)];
        return new("ScatterElements", [d.Elements(type, x), at, d.Elements(type, indices)], d.AllOrFirst(3), attributes);
    }

    private static OperatorCase ScatterND(Draw d)
    {
        var (x, type, reduction) = (d.Shape(1, 3), d.Of(Common), Reduction(d));
        var depth = d.From(1, x.Rank);
        int[] lengths = [.. x.Lengths.AsEnumerable().Take(depth)];
        var all = lengths.Aggregate(1, (product, n) => product * n);
        var order = d.Order(all);
        var count = d.From(1, reduction == "none" ? all : 5);
        // Different places where each is written once.
        var flat = Enumerable.Range(0, count).Select(i => reduction == "none" ? order[i] : d.From(0, all - 1)).ToArray();
        var indices = Operand.Of(ElementType.Int64, Shape.Of(count, depth), Values.From(flat.SelectMany(place => Enumerable.Range(0, depth).Select(k => place / lengths.Skip(k + 1).Aggregate(1L, (p, n) => p * n) % lengths[k])).ToArray()));
        var updates = Shape.Of([count, .. x.Lengths.AsEnumerable().Skip(depth)]);
        return reduction == "none" ? new("ScatterND", [d.Elements(type, x), indices, d.Elements(type, updates)], d.AllOrFirst(3))
            : new("ScatterND", [d.Elements(type, x), indices, d.Elements(type, updates)], d.AllOrFirst(3), ("reduction", reduction));
    }

    private static OperatorCase ConstantOfShape(Draw d)
    {
        var shape = List([.. d.Shape(0, 4).Lengths.AsEnumerable().Select(n => (long)n)]);
        return d.Once(4) ? new("ConstantOfShape", [shape], 0) : new("ConstantOfShape", [shape], 0, ("value", d.Elements(d.Of(AllTypes), Shape.Of(1))));
    }

    private static OperatorCase Range(Draw d)
    {
        var type = d.Of([.. Common, ElementType.Int16]);
        var delta = d.Of(-3, -2, -1, 1, 2, 3) * (type.IsFloat ? d.Of(1, 0.25, 0.3) : 1);
        var start = d.From(-9, 9);
        return new("Range", [One(type, start), One(type, start + delta * d.From(-1, 3 * d.Size) + (type.IsFloat ? 0.1 : 0)), One(type, delta)], 0);
    }

    private static OperatorCase OneHot(Draw d)
    {
        var (indices, depth) = (d.Shape(1, 3), d.From(1, d.Size));
        var at = d.Elements(ElementType.Int64, indices, -depth - 1, depth); // also outside, where all is off
        // The combinations that have kernels: of indices, depth and values.
        var (index, count, value) = d.Of(
            (ElementType.Int64, ElementType.Int64, ElementType.Int64), (ElementType.Int64, ElementType.Int64, ElementType.Float32), (ElementType.Int64, ElementType.Float32, ElementType.Float32),
            (ElementType.Float32, ElementType.Float32, ElementType.Float32), (ElementType.Int32, ElementType.Int32, ElementType.Float32));
        return new("OneHot", [index.IsFloat ? Operand.Of(index, indices, at.Integers.Map(i => (float)i)) : Operand.Of(index, indices, at.Integers), One(count, depth), d.Elements(value, Shape.Of(2))], 1, ("axis", d.From(-indices.Rank - 1, indices.Rank)));
    }

    private static OperatorCase EyeLike(Draw d)
    {
        ElementType[] types = [.. Common, ElementType.UInt64];
        return d.Flip() ? new("EyeLike", [d.Elements(d.Of(types), d.Shape(2, 2))], 1, ("k", d.From(-3, 3))) : new("EyeLike", [d.Elements(d.Of(types), d.Shape(2, 2))], 1, ("k", d.From(-3, 3)), ("dtype", (long)d.Of(types)));
    }

    private static OperatorCase CumSum(Draw d)
    {
        var x = d.Shape(1, 4);
        return new("CumSum", [d.Elements(d.Of(Common), x), One(Index(d), d.Axis(x.Rank))], 1, ("exclusive", d.From(0, 1)), ("reverse", d.From(0, 1)));
    }

    private static OperatorCase Extreme(Draw d, string op)
    {
        var x = d.Shape(1, 4);
        return new(op, [d.Elements(d.Of([.. Floats, ElementType.Int32, ElementType.Int8, ElementType.UInt8]), x, -2, 2)], 1, ("axis", d.Axis(x.Rank)), ("keepdims", d.From(0, 1)), ("select_last_index", d.From(0, 1)));
    }

    private static OperatorCase TopK(Draw d)
    {
        var x = d.Shape(1, 4);
        var axis = d.From(0, x.Rank - 1);
        return new("TopK", [d.Elements(d.Of(Common), x, -2, 2), List(d.From(0, x[axis]))], 1, ("axis", d.Flip() ? axis : axis - x.Rank), ("largest", d.From(0, 1)), ("sorted", 1)) { Outputs = 2 };
    }

    private static OperatorCase Unique(Draw d)
    {
        var x = d.Shape(1, 3);
        (string, object)[] axis = d.Flip() ? [("axis", (long)d.From(-x.Rank, x.Rank - 1))] : [];
        return new("Unique", [d.Elements(d.Of(ElementType.Float32, ElementType.Float64, ElementType.Int64, ElementType.Int8), x, -1, 1)], 0, [("sorted", (long)d.From(0, 1)), .. axis]) { Outputs = 4 };
    }

    private static OperatorCase NonMaxSuppression(Draw d)
    {
        var (images, classes, boxes) = (d.From(1, 2), d.From(1, 3), d.From(1, 2 * d.Size));
        var least = d.Flip() ? One(ElementType.Float32, d.Real(0, 0.6)) : null;
        return new("NonMaxSuppression", [d.Unrounded(Shape.Of(images, boxes, 4), 0, 1), d.Elements(ElementType.Float32, Shape.Of(images, classes, boxes), 0, 1), One(d.From(0, boxes)), One(ElementType.Float32, d.Real(0, 0.7)), least], 0,
            ("center_point_box", (long)d.From(0, 1)));
    }
}
