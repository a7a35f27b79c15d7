using System.Runtime.CompilerServices;
using Ptq.Tensors;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Operators;

/// <summary>Writes a tensor whose elements are found by tables, one an axis: element [i, j, …] lies at rows[i] + columns[j] + … in the source.</summary>
internal sealed class TableCopy : IMovement
{
    private readonly int[][] outer;
    private readonly int[] inner; // where each block of the last axis that is looked up begins
    private readonly int block; // how many elements lie together behind it

    /// <summary>Prepares a copy.</summary>
    /// <param name="source">The shape that is read.</param>
    /// <param name="places">For each axis the place along it that each place of the destination takes its elements from; null keeps the axis.</param>
    public TableCopy(Shape source, int[]?[] places)
    {
        (block, outer, inner) = (1, [], []);
        if (source.Count == 0) return; // nothing can be taken from it
        var axes = new List<int[]>();
        for (var axis = source.Rank - 1; axis >= 0; axis--)
        {
            var stride = source.Stride(axis);
            if (places[axis] is null && axes.Count == 0) block *= source[axis];
            else axes.Add(Array.ConvertAll(places[axis] ?? [.. Enumerable.Range(0, source[axis])], place => place * stride));
        }
        axes.Reverse();
        inner = axes.Count > 0 ? axes[^1] : [0];
        outer = [.. axes.SkipLast(1)];
    }

    /// <inheritdoc/>
    public void Run<T>(Operand?[] inputs, Span<T> y) where T : unmanaged, System.Numerics.INumber<T> => Copy(inputs[0]!.Elements<T>(), y);

    /// <summary>Copies.</summary>
    [MethodImpl(AggressiveOptimization)]
    public void Copy<T>(ReadOnlySpan<T> from, Span<T> to)
    {
        if (to.Length == 0) return;
        var at = new int[outer.Length];
        var row = inner.Length * block;
        var before = -1;
        for (var t = 0; ; t += row)
        {
            var start = 0;
            for (var i = 0; i < at.Length; i++) start += outer[i][at[i]];
            if (start == before) to.Slice(t - row, row).CopyTo(to[t..]); // an axis that is stretched repeats whole rows
            else Row(from[start..], to.Slice(t, row));
            before = start;

            var axis = outer.Length - 1;
            for (; axis >= 0 && ++at[axis] == outer[axis].Length; axis--) at[axis] = 0;
            if (axis < 0) return;
        }
    }

    [MethodImpl(AggressiveOptimization)]
    private void Row<T>(ReadOnlySpan<T> from, Span<T> to)
    {
        if (block == 1)
            for (var i = 0; i < inner.Length; i++) to[i] = from[inner[i]];
        else
            for (var i = 0; i < inner.Length; i++) from.Slice(inner[i], block).CopyTo(to[(i * block)..]);
    }
}
