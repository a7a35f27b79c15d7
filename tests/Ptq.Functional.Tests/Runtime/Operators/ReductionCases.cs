using Ptq.Tensors;
using static Ptq.Tests.Runtime.Operators.Draw;

namespace Ptq.Tests.Runtime.Operators;

/// <summary>Operators that make one number of many, and those that divide by such numbers.</summary>
internal static class ReductionCases
{
    public static IEnumerable<OperatorDrawing> All =>
    [
        Reduced("ReduceSum", Common), Reduced("ReduceMean", [ElementType.Float32, ElementType.Float64, ElementType.Int32]), Reduced("ReduceProd", [ElementType.Float32, ElementType.Int32, ElementType.Int64], -2, 2),
        Reduced("ReduceMax", [.. Common, ElementType.Int8, ElementType.UInt8]), Reduced("ReduceMin", [.. Common, ElementType.Int8, ElementType.UInt8]),
        Reduced("ReduceSumSquare", [ElementType.Float32, ElementType.Float64, ElementType.Int32]), Reduced("ReduceL1", [ElementType.Float32, ElementType.Int32]), Reduced("ReduceL2", [ElementType.Float32]),
        Reduced("ReduceLogSum", [ElementType.Float32], 0.5, 4), Reduced("ReduceLogSumExp", Floats, -30, 30),
        Softened("Softmax", Floats), Softened("LogSoftmax", Floats), Softened("Hardmax", [ElementType.Float32]),
        new("BatchNormalization", 13, BatchNormalization), new("InstanceNormalization", 13, InstanceNormalization), new("GroupNormalization", 21, GroupNormalization), new("LayerNormalization", 17, LayerNormalization),
        new("MeanVarianceNormalization", 13, d => new("MeanVarianceNormalization", [d.Reals(d.From(1, 2), d.From(1, 3), d.From(2, d.Size + 1), d.From(2, d.Size + 1))], 1, ("axes", d.Of<long[]>([0, 2, 3], [2, 3], [0, 1, 2, 3])))),
        new("LpNormalization", 13, LpNormalization),
        new("LRN", 13, d => new("LRN", [d.Reals(d.From(1, 2), d.From(1, 8), d.From(1, d.Size), d.From(1, d.Size))], 1, ("size", d.Of(1, 3, 5)), ("alpha", (float)d.Real(0.01, 1)), ("beta", (float)d.Real(0.3, 1)), ("bias", (float)d.Real(1, 2)))),
    ];

    /// <summary>Axes are an attribute up to 17 and an input from 18 on (for ReduceSum from 13); none are all, or none where that is asked for.</summary>
    private static OperatorDrawing Reduced(string op, ElementType[] types, double low = -4, double high = 4) => new(op, 13, d =>
    {
        var x = d.Elements(d.Of(types), d.Shape(1, 4), low, high);
        var axes = d.Axes(x.Shape.Rank, 1);
        var asInput = d.Opset >= (op == "ReduceSum" ? 13 : 18);
        if (d.Once(4)) return new(op, [x], 1, asInput ? [("keepdims", d.From(0, 1)), ("noop_with_empty_axes", d.From(0, 1))] : [("keepdims", d.From(0, 1))]);
        return asInput ? new(op, [x, List(axes)], 1, ("keepdims", d.From(0, 1))) : new(op, [x], 1, ("keepdims", d.From(0, 1)), ("axes", axes));
    });

    private static OperatorDrawing Softened(string op, ElementType[] types) => new(op, 13, d =>
    {
        var x = d.Shape(1, 4);
        return new(op, [d.Elements(d.Of(types), x, -20, 20)], 1, ("axis", d.Axis(x.Rank)));
    });

    private static OperatorCase BatchNormalization(Draw d)
    {
        var x = d.Shape(2, 4);
        var (type, c) = (d.Of(Floats), Shape.Of(x[1]));
        return new("BatchNormalization", [d.Elements(type, x), d.Elements(type, c), d.Elements(type, c), d.Elements(type, c), d.Elements(type, c, 0.1, 3)], d.AllOrFirst(5), ("epsilon", d.Of(1e-5f, 1e-3f)));
    }

    private static OperatorCase InstanceNormalization(Draw d)
    {
        var x = Shape.Of(d.From(1, 2), d.From(1, 4), d.From(2, d.Size + 1), d.From(1, d.Size));
        return new("InstanceNormalization", [d.Reals(x), d.Reals(Shape.Of(x[1])), d.Reals(Shape.Of(x[1]))], d.AllOrFirst(3), ("epsilon", d.Of(1e-5f, 1e-2f)));
    }

    private static OperatorCase GroupNormalization(Draw d)
    {
        var (groups, each) = (d.From(1, 3), d.From(1, 3));
        return new("GroupNormalization", [d.Reals(d.From(1, 2), groups * each, d.From(2, d.Size + 1), d.From(1, d.Size)), d.Reals(groups * each), d.Reals(groups * each)], d.AllOrFirst(3), ("num_groups", groups), ("epsilon", d.Of(1e-5f, 1e-2f)));
    }

    private static OperatorCase LayerNormalization(Draw d)
    {
        var x = Shape.Of([.. d.Shape(0, 3).Lengths.AsEnumerable(), d.From(2, d.Size + 1)]); // of two equal elements nothing but rounding is left: there are hardly any
        var axis = d.Axis(x.Rank);
        var inner = Shape.Of([.. x.Lengths.AsEnumerable().Skip((int)(axis < 0 ? axis + x.Rank : axis))]);
        var type = d.Of(Floats);
        return new("LayerNormalization", [d.Elements(type, x), d.Elements(type, inner), d.Flip() ? null : d.Elements(type, inner)], d.AllOrFirst(3), ("axis", axis), ("epsilon", d.Of(1e-5f, 1e-2f))) { Tolerance = 1e-3 };
    }

    private static OperatorCase LpNormalization(Draw d)
    {
        var x = d.Shape(1, 4);
        return new("LpNormalization", [d.Elements(d.Of(Floats), x, 0.5, 4)], 1, ("axis", d.Axis(x.Rank)), ("p", d.From(1, 2)));
    }
}
