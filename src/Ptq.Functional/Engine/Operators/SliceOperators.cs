using System.Globalization;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Operators that take parts of tensors, or join tensors.</summary>
internal static class SliceOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("Slice", Slice),
        ("Split", Split),
        ("Concat", Concat),
        ("Compress", Compress),
        ("CenterCropPad", CenterCropPad),
    ];

    private static Prepared Slice(Site site)
    {
        var x = site.ShapeOf(0);
        var (starts, ends) = (site.IntegersOf(1, "starts"), site.IntegersOf(2, "ends"));
        var axes = site.Has(3) ? site.IntegersOf(3, "axes") : [.. Enumerable.Range(0, starts.Length).Select(axis => (long)axis)];
        var steps = site.Has(4) ? site.IntegersOf(4, "steps") : [.. Enumerable.Repeat(1L, starts.Length)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length) throw site.Bad("starts, ends, axes, steps", $"{starts.Length}, {ends.Length}, {axes.Length} and {steps.Length} numbers", "as many of each");

        var (lengths, strides, first) = (x.Lengths.Span.ToArray(), StridedCopy.StridesOf(x), 0L);
        foreach (var (axis, i) in site.Axes(axes, x.Rank).Select((axis, i) => (axis, i)))
        {
            if (steps[i] == 0) throw site.Bad("steps", "0", "steps other than 0");
            var (start, step, count) = Range(starts[i], ends[i], steps[i], x[axis]);
            first += start * strides[axis];
            (lengths[axis], strides[axis]) = (count, step * strides[axis]);
        }
        var shape = Shape.Of(lengths);
        return Movement.Prepare(site, shape, StridedCopy.To(shape, strides, first));
    }

    /// <summary>Which places of an axis are taken: negative ones count from its end, those outside it are brought to its ends.</summary>
    private static (int Start, long Step, int Count) Range(long start, long end, long step, int length)
    {
        if (length == 0) return (0, 1, 0);
        step = Math.Clamp(step, -length, length); // a longer step leaves the axis as well
        var (low, high) = step > 0 ? (0, length) : (-1, length - 1);
        start = Math.Clamp(start < 0 ? start + length : start, Math.Max(low, 0), high);
        end = Math.Clamp(end < 0 ? end + length : end, low, high);
        var span = step > 0 ? end - start : start - end;
        var count = span <= 0 ? 0 : (span + Math.Abs(step) - 1) / Math.Abs(step);
        return ((int)Math.Min(start, length - 1), step, (int)count);
    }

    /// <summary>Lengths from the input or attribute <c>split</c>; else as many equal parts as there are outputs, of which the last may be shorter.</summary>
    private static Prepared Split(Site site)
    {
        var x = site.ShapeOf(0);
        var axis = site.Axis(site.Whole("axis", 0), x.Rank);
        var parts = site.Operation.Outputs.Length;
        if (site.Whole("num_outputs", parts) != parts) throw site.Bad("num_outputs", site.Whole("num_outputs", parts).ToString(CultureInfo.InvariantCulture), $"{parts}, the number of outputs");
        var lengths = site.WholesOrInput("split", 1);
        if (lengths is null)
        {
            var each = parts == 0 ? 0 : ((long)x[axis] + parts - 1) / parts;
            lengths = [.. Enumerable.Range(0, parts).Select(i => i < parts - 1 ? each : x[axis] - each * (parts - 1))];
        }
        if (lengths.Length != parts || lengths.Any(n => n < 0 || n > x[axis]) || lengths.Sum() != x[axis]) throw site.Bad("split", $"[{string.Join(", ", lengths)}]", $"{parts} lengths that sum to {x[axis]}");

        var strides = StridedCopy.StridesOf(x);
        var (pieces, start) = (new (Shape Shape, StridedCopy Copy)[parts], 0L);
        for (var i = 0; i < parts; start += lengths[i++])
        {
            var shape = With(x, axis, (int)lengths[i]);
            pieces[i] = (shape, StridedCopy.To(shape, strides, start * strides[axis]));
        }
        var type = site.TypeOf(0);
        return new(Values.From(pieces.Select(p => new TensorType(type, p.Shape))), inputs => Array.ConvertAll(pieces, p => Movement.Make(type, p.Shape, p.Copy, inputs)));
    }

    internal static Prepared Concat(Site site)
    {
        if (site.Count == 0) throw site.Bad("inputs", "none", "tensors to be joined");
        var (first, type) = (site.ShapeOf(0), site.TypeOf(0));
        var axis = site.Axis(site.Operation.Attributes.Has("axis") ? site.Whole("axis", 0) : throw site.Bad("axis", "none", "the axis along which to join"), first.Rank);
        var total = 0L;
        for (var i = 0; i < site.Count; i++)
        {
            var part = site.ShapeOf(i);
            if (site.TypeOf(i) != type) throw site.Bad($"input {i}", site.TypeOf(i).Name, type.Name);
            if (part.Rank != first.Rank || With(part, axis, 0) != With(first, axis, 0)) throw site.Bad($"input {i}", $"{part}", $"{first} in all axes but {axis}");
            total += part[axis];
        }
        var shape = site.Fits([.. Enumerable.Range(0, first.Rank).Select(i => i == axis ? total : first[i])]);
        if (site.Count == 1) return Prepared.Reshaped(site, shape);

        var strides = StridedCopy.StridesOf(shape);
        var (copies, start) = (new StridedCopy[site.Count], 0L);
        for (var i = 0; i < copies.Length; start += site.ShapeOf(i++)[axis])
            copies[i] = new(site.ShapeOf(i).Lengths.Span, StridedCopy.StridesOf(site.ShapeOf(i)), strides, 0, start * strides[axis]);
        return Movement.Prepare(type, shape, new Joined(copies));
    }

    private sealed record Joined(StridedCopy[] Parts) : IMovement
    {
        public void Run<T>(Operand?[] inputs, Span<T> y) where T : unmanaged, System.Numerics.INumber<T>
        {
            for (var i = 0; i < Parts.Length; i++) Parts[i].Copy(inputs[i]!.Elements<T>(), y);
        }
    }

    /// <summary>The places along an axis, or of all elements in a row, at which a known condition is true.</summary>
    private static Prepared Compress(Site site)
    {
        var x = site.Operation.Attributes.Has("axis") ? site.ShapeOf(0) : Shape.Of(site.ShapeOf(0).Count);
        var axis = site.Axis(site.Whole("axis", 0), x.Rank);
        var condition = site.IntegersOf(1, "condition");
        int[] taken = [.. Enumerable.Range(0, Math.Min(condition.Length, x[axis])).Where(i => condition[i] != 0)];
        var places = new int[]?[x.Rank];
        places[axis] = taken;
        return Movement.Prepare(site, With(x, axis, taken.Length), new TableCopy(x, places));
    }

    /// <summary>The middle of every axis, or the whole axis in the middle of zeros; where the difference is odd, the larger half is at the end.</summary>
    private static Prepared CenterCropPad(Site site)
    {
        var (x, wanted) = (site.ShapeOf(0), site.IntegersOf(1, "shape"));
        var axes = site.Axes(site.Wholes("axes") ?? [.. Enumerable.Range(0, x.Rank).Select(axis => (long)axis)], x.Rank);
        if (axes.Length != wanted.Length) throw site.Bad("shape", $"{wanted.Length} lengths", $"{axes.Length}, one an axis");
        long[] lengths = [.. x.Lengths.AsEnumerable()];
        for (var i = 0; i < axes.Length; i++) lengths[axes[i]] = wanted[i];
        var shape = site.Fits(lengths);
        var (from, to, kept, first, start) = (StridedCopy.StridesOf(x), StridedCopy.StridesOf(shape), new int[x.Rank], 0L, 0L);
        for (var i = 0; i < x.Rank; i++)
        {
            kept[i] = Math.Min(x[i], shape[i]);
            first += (x[i] - kept[i]) / 2 * from[i];
            start += (shape[i] - kept[i]) / 2 * to[i];
        }
        return Movement.Prepare(site, shape, new StridedCopy(kept, from, to, first, start));
    }

    private static Shape With(Shape shape, int axis, int length)
    {
        var lengths = shape.Lengths.Span.ToArray();
        lengths[axis] = length;
        return Shape.Of(lengths);
    }
}
