using Ptq.Tensors;
using static Ptq.Tests.Runtime.Operators.Draw;

namespace Ptq.Tests.Runtime.Operators;

/// <summary>Operators that move elements about.</summary>
internal static class LayoutCases
{
    public static IEnumerable<OperatorDrawing> All =>
    [
        new("Reshape", 13, Reshape), new("Flatten", 13, Flatten), new("Squeeze", 13, Squeeze), new("Unsqueeze", 13, Unsqueeze),
        new("Shape", 13, TheShape), new("Size", 13, d => new("Size", [d.Elements(d.Of(AllTypes), d.Shape(0, 4))], 1)),
        new("Transpose", 13, Transpose), new("Expand", 13, Expand), new("Tile", 13, Tile), new("DepthToSpace", 13, d => Blocks(d, "DepthToSpace")), new("SpaceToDepth", 13, d => Blocks(d, "SpaceToDepth")),
        new("Slice", 13, Slice), new("Split", 13, Split), new("Concat", 13, Concat), new("Compress", 13, Compress), new("CenterCropPad", 18, CenterCropPad), new("Pad", 13, Pad),
        new("Trilu", 14, Trilu), new("ReverseSequence", 13, ReverseSequence),
    ];

    private static Operand Any(Draw d, Shape shape) => d.Elements(d.Of(AllTypes), shape);

    private static OperatorCase Reshape(Draw d)
    {
        var x = d.Shape(0, 4);
        // The axes in another order, some joined, perhaps one to be found out and one copied.
        var to = d.Order(x.Rank).Select(axis => (long)x[(int)axis]).ToList();
        while (to.Count > 1 && d.Once(3))
        {
            to[0] *= to[1];
            to.RemoveAt(1);
        }
        if (d.Once(3)) to.Insert(d.From(0, to.Count), 1);
        if (to.Count > 0 && d.Once(3)) to[d.From(0, to.Count - 1)] = -1;
        for (var i = 0; i < Math.Min(to.Count, x.Rank); i++)
            if (to[i] == x[i] && d.Once(3)) to[i] = 0;
        return new("Reshape", [Any(d, x), List([.. to])], 1);
    }

    private static OperatorCase Flatten(Draw d)
    {
        var x = d.Shape(1, 4);
        return new("Flatten", [Any(d, x)], 1, ("axis", d.From(-x.Rank, x.Rank)));
    }

    private static OperatorCase Squeeze(Draw d)
    {
        var x = Shape.Of([.. d.Shape(1, 4).Lengths.AsEnumerable().Select(n => d.Flip() ? 1 : n)]);
        var ones = Enumerable.Range(0, x.Rank).Where(i => x[i] == 1).Select(i => (long)(d.Flip() ? i : i - x.Rank)).ToArray();
        return d.Flip() ? new("Squeeze", [Any(d, x)], 1) : new("Squeeze", [Any(d, x), List([.. ones.Take(d.From(1, ones.Length))])], 1);
    }

    private static OperatorCase Unsqueeze(Draw d)
    {
        var (x, added) = (d.Shape(0, 3), d.From(1, 2));
        return new("Unsqueeze", [Any(d, x), List([.. d.Order(x.Rank + added).Take(added).Select(axis => d.Flip() ? axis : axis - x.Rank - added)])], 1);
    }

    private static OperatorCase TheShape(Draw d)
    {
        var x = d.Shape(0, 4);
        return d.Opset < 15 || d.Once(3) ? new("Shape", [Any(d, x)], 1) : new("Shape", [Any(d, x)], 1, ("start", d.From(-5, 5)), ("end", d.From(-5, 5)));
    }

    private static OperatorCase Transpose(Draw d)
    {
        var x = d.Shape(0, 5);
        return d.Once(4) ? new("Transpose", [Any(d, x)], 1) : new("Transpose", [Any(d, x)], 1, ("perm", d.Order(x.Rank)));
    }

    private static OperatorCase Expand(Draw d)
    {
        var to = d.Shape(0, 4);
        var type = d.Of([.. Common, ElementType.Float16, ElementType.Bool, ElementType.Int8, ElementType.UInt8, ElementType.Int16, ElementType.UInt16, ElementType.UInt32, ElementType.UInt64]);
        var x = d.Narrowed(to);
        // Lengths of 1 leave an axis as long as it is.
        long[] wanted = [.. to.Lengths.AsEnumerable().Select((n, i) => i - to.Rank + x.Rank is >= 0 and var j && x[j] == n && d.Once(3) ? 1L : n)];
        return new("Expand", [d.Elements(type, x), List(wanted)], 1);
    }

    private static OperatorCase Tile(Draw d)
    {
        var x = d.Shape(1, 4);
        return new("Tile", [d.Elements(d.Of([.. Common, ElementType.Bool, ElementType.Int8, ElementType.UInt8]), x), List([.. x.Lengths.AsEnumerable().Select(_ => (long)d.From(1, 3))])], 1);
    }

    private static OperatorCase Blocks(Draw d, string op)
    {
        var (block, n, c, h, w) = (d.From(2, 3), d.From(1, 2), d.From(1, 3), d.From(1, d.Size), d.From(1, d.Size));
        return op == "DepthToSpace" ? new(op, [d.Elements(d.Of(Floats), Shape.Of(n, c * block * block, h, w))], 1, ("blocksize", block), ("mode", d.Of("DCR", "CRD")))
            : new(op, [d.Elements(d.Of(Floats), Shape.Of(n, c, h * block, w * block))], 1, ("blocksize", block));
    }

    private static OperatorCase Slice(Draw d)
    {
        var x = d.Shape(1, 4);
        var axes = d.Axes(x.Rank, 1);
        var steps = axes.Select(_ => d.Once(2) ? 1L : d.Of(-2, -1, 2, 3, 5)).ToArray();
        // Where nothing is left there are lengths of 0, which is as it should be.
        var starts = axes.Select((axis, i) => steps[i] < 0 ? d.Of(-1L, long.MaxValue, d.From(0, d.Size)) : d.Of(0L, d.From(-d.Size - 2, d.Size), long.MinValue)).ToArray();
        var ends = axes.Select((axis, i) => steps[i] < 0 ? d.Of(long.MinValue, d.From(-d.Size - 2, d.Size)) : d.Of(long.MaxValue, d.From(-d.Size, d.Size + 2), int.MaxValue)).ToArray();
        return d.Once(4) && axes.Length == x.Rank
            ? new("Slice", [Any(d, x), List(starts), List(ends), null, List(steps)], 1)
            : new("Slice", [Any(d, x), List(starts), List(ends), List(axes), List(steps)], 1);
    }

    private static OperatorCase Split(Draw d)
    {
        var (rest, axis, parts) = (d.Shape(1, 4), d.From(0, 3), d.From(1, 4));
        axis %= rest.Rank;
        var lengths = Enumerable.Range(0, parts).Select(_ => (long)d.From(1, 3)).ToArray();
        if (d.Once(3))
        {
            // Equal parts; since 18 the last may be shorter, and their number is an attribute.
            var each = d.From(1, 3);
            var whole = each * parts - (d.Opset >= 18 && parts > 1 && each > 1 ? d.From(0, 1) : 0);
            var x = Any(d, With(rest, axis, whole));
            return d.Opset < 18 ? new("Split", [x], 1, ("axis", axis)) { Outputs = parts } : new("Split", [x], 1, ("axis", axis), ("num_outputs", parts)) { Outputs = parts };
        }
        return new("Split", [Any(d, With(rest, axis, (int)lengths.Sum())), List(lengths)], 1, ("axis", d.Flip() ? axis : axis - rest.Rank)) { Outputs = parts };
    }

    private static OperatorCase Concat(Draw d)
    {
        var (x, type, count) = (d.Shape(1, 4), d.Of(AllTypes), d.From(1, 4));
        var axis = d.From(0, x.Rank - 1);
        return new("Concat", [.. Enumerable.Range(0, count).Select(_ => d.Elements(type, With(x, axis, d.From(1, d.Size))))], d.AllOrFirst(count), ("axis", d.Flip() ? axis : axis - x.Rank));
    }

    private static OperatorCase Compress(Draw d)
    {
        var x = d.Shape(1, 4);
        var axis = d.From(0, x.Rank - 1);
        var whole = d.Once(3);
        var condition = d.Truths(Shape.Of(d.From(1, whole ? x.Count : x[axis])));
        return whole ? new("Compress", [Any(d, x), condition], 1) : new("Compress", [Any(d, x), condition], 1, ("axis", d.Flip() ? axis : axis - x.Rank));
    }

    private static OperatorCase CenterCropPad(Draw d)
    {
        var x = d.Shape(1, 4);
        var axes = d.Axes(x.Rank, 1);
        return new("CenterCropPad", [d.Reals(x), List([.. axes.Select(_ => (long)d.From(1, d.Size + 3))])], 1, ("axes", axes));
    }

    private static OperatorCase Pad(Draw d)
    {
        var x = d.Shape(1, 4);
        var type = d.Of([.. Common, ElementType.UInt32, ElementType.UInt64, ElementType.Int8, ElementType.UInt8, ElementType.Bool]);
        var mode = d.Of((string[])["constant", "edge", "reflect", .. d.Opset >= 19 ? (string[])["wrap"] : []]);
        var axes = d.Opset >= 18 && d.Flip() ? d.Axes(x.Rank, 1) : null;
        var padded = axes?.Select(axis => (int)(axis < 0 ? axis + x.Rank : axis)).ToArray() ?? [.. Enumerable.Range(0, x.Rank)];
        // Reflections are of at most what there is: more of them are defined differently by different versions of the standard.
        long[] pads = [.. Enumerable.Range(0, 2 * padded.Length).Select(i => (long)d.From(mode == "constant" && x[padded[i % padded.Length]] > 2 ? -1 : 0, mode is "reflect" or "wrap" ? Math.Min(3, x[padded[i % padded.Length]] - 1) : 3))];
        return new("Pad", [d.Elements(type, x), List(pads), mode == "constant" && d.Flip() ? Draw.One(type, 1) : null, axes is null ? null : List(axes)], 1, ("mode", mode));
    }

    private static OperatorCase Trilu(Draw d)
    {
        var x = d.Shape(2, 4);
        return new("Trilu", [d.Elements(d.Of([.. Floats, ElementType.Int64]), x), d.Flip() ? null : Draw.One(d.From(-4, 4))], 1, ("upper", d.From(0, 1)));
    }

    private static OperatorCase ReverseSequence(Draw d)
    {
        var (x, batch) = (d.Shape(2, 4), d.From(0, 1));
        return new("ReverseSequence", [Any(d, x), d.Elements(ElementType.Int64, Shape.Of(x[batch]), 1, x[1 - batch])], d.AllOrFirst(2), ("batch_axis", batch), ("time_axis", 1 - batch));
    }

    private static Shape With(Shape shape, int axis, int length) => Shape.Of([.. shape.Lengths.AsEnumerable().Select((n, i) => i == axis ? length : n)]);
}
