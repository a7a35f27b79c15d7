using System.Globalization;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Operators that look elements up by index. Indices that are known are checked before the network runs, others while it does.</summary>
internal static class GatherOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("Gather", Gather),
        ("GatherElements", GatherElements),
        ("GatherND", GatherND),
    ];

    /// <summary>An index counted from 0; a negative one counts from the end.</summary>
    public static int Index(Site site, long index, int length) => index >= -length && index < length
        ? (int)(index < 0 ? index + length : index)
        : throw site.Bad("indices", index.ToString(CultureInfo.InvariantCulture), length == 0 ? "none, for an axis of length 0" : string.Create(CultureInfo.InvariantCulture, $"{-length} to {length - 1}"));

    /// <summary>The shape of the input with the indices, which are integers.</summary>
    public static Shape IndicesOf(Site site, int place) => site.TypeOf(place).IsFloat ? throw site.Bad("indices", site.TypeOf(place).Name, "integers") : site.ShapeOf(place);

    /// <summary>[before…, axis, behind…] by [i…] becomes [before…, i…, behind…].</summary>
    private static Prepared Gather(Site site)
    {
        var (x, indices) = (site.ShapeOf(0), IndicesOf(site, 1));
        var axis = site.Axis(site.Whole("axis", 0), x.Rank);
        var shape = site.Fits([.. Longs(x, 0, axis), .. Longs(indices, 0, indices.Rank), .. Longs(x, axis + 1, x.Rank)]);
        var look = new Lookup(site, x[axis], x.Stride(axis));
        if (site.Known[1] is { } known) look.Check(known);
        return Movement.Prepare(site, shape, look);
    }

    private sealed record Lookup(Site Site, int Length, int Block) : IMovement
    {
        public void Check(Operand indices)
        {
            foreach (var index in indices.Integers) Index(Site, index, Length);
        }

        public void Run<T>(Operand?[] inputs, Span<T> y) where T : unmanaged, System.Numerics.INumber<T>
        {
            var x = inputs[0]!.Elements<T>();
            var indices = inputs[1]!.Integers.Span;
            var starts = new int[indices.Length];
            for (var i = 0; i < starts.Length; i++) starts[i] = Index(Site, indices[i], Length) * Block;
            if (y.Length == 0) return;
            for (var (from, to) = (0, 0); to < y.Length; from += Length * Block)
                foreach (var start in starts)
                {
                    if (Block == 1) y[to] = x[from + start];
                    else x.Slice(from + start, Block).CopyTo(y[to..]);
                    to += Block;
                }
        }
    }

    /// <summary>Each element of the output has the place of its index, but for the axis, along which the index tells the place.</summary>
    private static Prepared GatherElements(Site site)
    {
        var walk = ElementWalk.Of(site, site.ShapeOf(0), IndicesOf(site, 1));
        if (site.Known[1] is { } known)
            foreach (var index in known.Integers) Index(site, index, walk.Length);
        return Movement.Prepare(site, site.ShapeOf(1), new ByElement(walk));
    }

    private sealed record ByElement(ElementWalk Walk) : IMovement
    {
        public void Run<T>(Operand?[] inputs, Span<T> y) where T : unmanaged, System.Numerics.INumber<T>
        {
            var x = inputs[0]!.Elements<T>();
            var places = Walk.Places(inputs[1]!.Integers.Span);
            for (var i = 0; i < places.Length; i++) y[i] = x[places[i]];
        }
    }

    /// <summary>The last axis of the indices holds the first places of what is taken, behind <c>batch_dims</c> axes that both inputs share.</summary>
    private static Prepared GatherND(Site site)
    {
        var (x, indices) = (site.ShapeOf(0), IndicesOf(site, 1));
        var batch = site.Whole("batch_dims", 0, 0, Math.Max(0, Math.Min(x.Rank, indices.Rank) - 1));
        var walk = TupleWalk.Of(site, x, indices, batch);
        for (var i = 0; i < batch; i++)
            if (x[i] != indices[i]) throw site.Bad("indices", $"{indices}", $"the first {batch} lengths of {x}");
        var shape = site.Fits([.. Longs(indices, 0, indices.Rank - 1), .. Longs(x, batch + walk.Depth, x.Rank)]);
        if (site.Known[1] is { } known) walk.Places(known.Integers.Span);
        return Movement.Prepare(site, shape, new ByTuple(walk));
    }

    private sealed record ByTuple(TupleWalk Walk) : IMovement
    {
        public void Run<T>(Operand?[] inputs, Span<T> y) where T : unmanaged, System.Numerics.INumber<T>
        {
            var x = inputs[0]!.Elements<T>();
            var places = Walk.Places(inputs[1]!.Integers.Span); // also where nothing is taken: a bad index is one
            for (var i = 0; y.Length > 0 && i < places.Length; i++) x.Slice(places[i], Walk.Block).CopyTo(y[(i * Walk.Block)..]);
        }
    }

    private static IEnumerable<long> Longs(Shape shape, int from, int to) => Enumerable.Range(from, to - from).Select(axis => (long)shape[axis]);
}

/// <summary>Indices along one axis, one an element: where each points.</summary>
/// <param name="Site">Where a bad index is.</param>
/// <param name="X">The shape that is pointed into.</param>
/// <param name="Indices">The shape of the indices: not longer in any axis but the one.</param>
/// <param name="Axis">The axis.</param>
internal sealed record ElementWalk(Site Site, Shape X, Shape Indices, int Axis)
{
    public int Length => X[Axis];

    public static ElementWalk Of(Site site, Shape x, Shape indices)
    {
        var axis = site.Axis(site.Whole("axis", 0), x.Rank);
        if (indices.Rank != x.Rank || Enumerable.Range(0, x.Rank).Any(i => i != axis && indices[i] > x[i])) throw site.Bad("indices", $"{indices}", $"at most the lengths of {x} in all axes but {axis}");
        return new(site, x, indices, axis);
    }

    /// <summary>The element of each index.</summary>
    public int[] Places(ReadOnlySpan<long> indices)
    {
        var (strides, at, places) = (StridedCopy.StridesOf(X), new int[X.Rank], new int[indices.Length]);
        var origin = 0L; // of the index's own place, the axis left out
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = (int)(origin + GatherOperators.Index(Site, indices[i], Length) * strides[Axis]);
            for (var axis = at.Length - 1; axis >= 0; axis--)
            {
                var stride = axis == Axis ? 0 : strides[axis];
                origin += stride;
                if (++at[axis] < Indices[axis]) break;
                origin -= stride * at[axis];
                at[axis] = 0;
            }
        }
        return places;
    }
}

/// <summary>Indices of several axes at once, in the last axis of a tensor: where each points.</summary>
/// <param name="Site">Where a bad index is.</param>
/// <param name="X">The shape that is pointed into.</param>
/// <param name="Batch">How many axes in front the indices share with it.</param>
/// <param name="Depth">How many axes a tuple decides.</param>
/// <param name="PerBatch">How many tuples there are for each batch.</param>
internal sealed record TupleWalk(Site Site, Shape X, int Batch, int Depth, int PerBatch)
{
    /// <summary>How many elements lie behind a tuple.</summary>
    public int Block { get; } = X.Stride(Batch + Depth - 1);

    public static TupleWalk Of(Site site, Shape x, Shape indices, int batch)
    {
        var depth = indices.Rank > 0 ? indices[indices.Rank - 1] : throw site.Bad("indices", $"{indices}", "at least one axis");
        if (depth < 1 || depth > x.Rank - batch) throw site.Bad("indices", $"{indices}", $"a last axis of 1 to {x.Rank - batch}, for {x} behind {batch} batch axes");
        var tuples = 1;
        for (var i = batch; i < indices.Rank - 1; i++) tuples *= indices[i];
        return new(site, x, batch, depth, tuples);
    }

    /// <summary>The first element of each tuple's block.</summary>
    public int[] Places(ReadOnlySpan<long> indices)
    {
        var strides = StridedCopy.StridesOf(X);
        var places = new int[indices.Length / Depth];
        for (var i = 0; i < places.Length; i++)
        {
            var place = Batch == 0 ? 0 : i / PerBatch * strides[Batch - 1];
            for (var d = 0; d < Depth; d++) place += GatherOperators.Index(Site, indices[i * Depth + d], X[Batch + d]) * strides[Batch + d];
            places[i] = (int)place;
        }
        return places;
    }
}
