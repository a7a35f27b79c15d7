using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>The pairs of matrices that a product of two tensors consists of, by NumPy's rules.</summary>
/// <param name="Y">The shape of the result.</param>
/// <param name="Rows">M.</param>
/// <param name="Inner">K.</param>
/// <param name="Columns">N.</param>
/// <param name="A">Which matrix of the first tensor makes each matrix of the result.</param>
/// <param name="B">Which of the second.</param>
/// <param name="Bs">How many matrices the second has.</param>
internal sealed record MatrixBatch(Shape Y, int Rows, int Inner, int Columns, int[] A, int[] B, int Bs)
{
    /// <summary>The pairs for two inputs.</summary>
    public static MatrixBatch Of(Site site, int left, int right)
    {
        var (a, b) = (site.ShapeOf(left), site.ShapeOf(right));
        if (a.Rank == 0 || b.Rank == 0) throw site.Bad("inputs", $"{a} and {b}", "at least one axis each");
        int[] la = a.Rank == 1 ? [1, a[0]] : a.Lengths.Span.ToArray();
        int[] lb = b.Rank == 1 ? [b[0], 1] : b.Lengths.Span.ToArray();
        var (rows, inner, columns) = (la[^2], la[^1], lb[^1]);
        if (lb[^2] != inner) throw site.Bad("inputs", $"{a} and {b}", "[…, M, K] and […, K, N]");

        var batch = new int[Math.Max(la.Length, lb.Length) - 2];
        for (var i = 1; i <= batch.Length; i++)
        {
            var (p, q) = (i + 2 <= la.Length ? la[^(i + 2)] : 1, i + 2 <= lb.Length ? lb[^(i + 2)] : 1);
            batch[^i] = p == q || q == 1 ? p : p == 1 ? q : throw site.Bad("inputs", $"{a} and {b}", "batches that can be broadcast");
        }
        var y = site.Fits([.. batch.Select(n => (long)n), .. a.Rank > 1 ? new long[] { rows } : [], .. b.Rank > 1 ? new long[] { columns } : []]);
        if (y.Count == 0 || batch.Contains(0)) return new(y, rows, inner, columns, [], [], 0);
        site.Affordable([rows, inner, columns, .. batch.Select(n => (long)n)]);

        // One matrix on the right: all rows on the left are one matrix.
        var bs = lb[..^2].Aggregate(1, (product, length) => product * length);
        if (bs == 1) return new(y, batch.Aggregate(rows, (product, length) => product * length), inner, columns, [0], [0], 1);
        return new(y, rows, inner, columns, Lattice.Of(batch, Strides(la.AsSpan(0, la.Length - 2), batch)), Lattice.Of(batch, Strides(lb.AsSpan(0, lb.Length - 2), batch)), bs);
    }

    /// <summary>What a step along each axis of <paramref name="to"/> skips in a tensor that is broadcast to it.</summary>
    public static int[] Strides(ReadOnlySpan<int> from, ReadOnlySpan<int> to)
    {
        var own = Lattice.Strides(from);
        var strides = new int[to.Length];
        for (var i = 1; i <= from.Length; i++) strides[^i] = from[^i] == 1 ? 0 : own[^i];
        return strides;
    }
}
