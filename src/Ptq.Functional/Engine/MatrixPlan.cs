using Ptq.Engine.Kernels;

namespace Ptq.Engine;

/// <summary>
/// A matrix B [K, N] packed for products A·B with any number of rows: the rows of A are a kernel's positions, and its lanes the
/// columns of B. Each sum runs over k in order.
/// </summary>
internal sealed class MatrixPlan<TIn, TOut> where TIn : unmanaged where TOut : unmanaged
{
    private const int Tile = 1 << 15; // sums that one run of the kernel leaves: they stay in the cache until they are read
    private const int Packed = 1 << 20; // weights that are packed together where they are packed for one run

    private readonly DotKernel<TIn, TOut> kernel;
    private readonly int columns;
    private readonly int columnStride;
    private readonly int[] steps;
    private readonly int[] places;
    private TIn[]? packed;

    /// <summary>Writes some rows of a product.</summary>
    /// <param name="sums">[row][stride], the first of which are the columns of B.</param>
    /// <param name="stride">From row to row in the sums.</param>
    /// <param name="row">The first row.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="y">The product; written.</param>
    public delegate void Finish<TY>(ReadOnlySpan<TOut> sums, int stride, int row, int rows, Span<TY> y);

    /// <summary>A plan without a matrix.</summary>
    /// <param name="kernel">Who will run it.</param>
    /// <param name="inner">K.</param>
    /// <param name="columns">N.</param>
    /// <param name="innerStride">From k to k in B.</param>
    /// <param name="columnStride">From column to column in B.</param>
    /// <param name="innerColumn">From k to k in A; 1 where the kernel takes neighbours together.</param>
    public MatrixPlan(DotKernel<TIn, TOut> kernel, int inner, int columns, int innerStride, int columnStride, int innerColumn = 1)
    {
        (this.kernel, this.columns, this.columnStride, packed) = (kernel, columns, columnStride, null);
        var depth = kernel.Depth;
        steps = Lattice.Of([(inner + depth - 1) / depth], [depth * innerColumn]);
        places = Lattice.Of([steps.Length * depth], [innerStride]);
        places.AsSpan(inner).Fill(-1);
    }

    /// <summary>A product with a matrix that is there for it alone: packed some columns at a time, so that no more than those are there twice.</summary>
    /// <param name="kernel">Who will run it.</param>
    /// <param name="b">B.</param>
    /// <param name="inner">K.</param>
    /// <param name="columns">N.</param>
    /// <param name="innerStride">From k to k in B.</param>
    /// <param name="columnStride">From column to column in B.</param>
    /// <param name="innerColumn">From k to k in A.</param>
    /// <param name="a">A, and what a kernel reads beyond it.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="rowStride">From row to row in A.</param>
    /// <param name="start">What the sums of every column begin with; 0 where there is none.</param>
    /// <param name="y">The product [rows, N]; written.</param>
    public static void Run(DotKernel<TIn, TOut> kernel, ReadOnlySpan<TIn> b, int inner, int columns, int innerStride, int columnStride, int innerColumn, ReadOnlySpan<TIn> a, int rows, int rowStride, ReadOnlySpan<TOut> start, Span<TOut> y)
    {
        var block = (int)Math.Max(1, Packed / (Math.Max(1L, inner) * kernel.Lanes)) * kernel.Lanes;
        MatrixPlan<TIn, TOut>? plan = null;
        for (var column = 0; column < columns; column += block)
        {
            var (first, count) = (column, Math.Min(block, columns - column));
            if (plan is null || count < block) plan = new(kernel, inner, count, innerStride, columnStride, innerColumn);
            plan.Pack(inner == 0 ? [] : b[(first * columnStride)..])
                .Run(a, rows, rowStride, start.IsEmpty ? start : start.Slice(first, count), y, (sums, stride, row, some, to) =>
                {
                    for (var i = 0; i < some; i++) sums.Slice(i * stride, count).CopyTo(to[((row + i) * columns + first)..]);
                });
        }
    }

    /// <summary>How many elements of A beyond its last row a kernel may read.</summary>
    public int Slack => kernel.Depth - 1;

    /// <summary>From row to row in the sums: the columns, filled up to whole panels.</summary>
    public int Stride => (columns + kernel.Lanes - 1) / kernel.Lanes * kernel.Lanes;

    /// <summary>Takes a matrix B in place of the one before.</summary>
    public MatrixPlan<TIn, TOut> Pack(ReadOnlySpan<TIn> b)
    {
        packed = Packing.Panels(b, places, columnStride, columns, kernel.Lanes, kernel.Depth, packed);
        return this;
    }

    /// <summary>The product of some rows with the matrix that was packed: [rows, N].</summary>
    /// <param name="a">A, and <see cref="Slack"/> more.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="rowStride">From row to row in A.</param>
    /// <param name="start">What the sums of every column begin with; 0 where there is none.</param>
    /// <param name="y">The product; written.</param>
    public void Run(ReadOnlySpan<TIn> a, int rows, int rowStride, ReadOnlySpan<TOut> start, Span<TOut> y) => Run(a, rows, rowStride, start, y, (sums, stride, row, count, to) =>
    {
        for (var i = 0; i < count; i++) sums.Slice(i * stride, columns).CopyTo(to[((row + i) * columns)..]);
    });

    /// <summary>The product of some rows with the matrix that was packed.</summary>
    /// <param name="a">A, and <see cref="Slack"/> more.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="rowStride">From row to row in A.</param>
    /// <param name="start">What the sums of every column begin with; 0 where there is none.</param>
    /// <param name="y">The product; written.</param>
    /// <param name="finish">Writes rows.</param>
    public void Run<TY>(ReadOnlySpan<TIn> a, int rows, int rowStride, ReadOnlySpan<TOut> start, Span<TY> y, Finish<TY> finish)
    {
        if (rows == 0 || columns == 0) return;
        var starts = new TOut[Stride];
        start.CopyTo(starts);
        var tile = Math.Min(rows, Math.Max(Tile / Stride, 8 * DotKernel.Rows));
        var sums = new TOut[tile * Stride];
        var positions = Lattice.Of([tile], [rowStride]);
        for (var row = 0; row < rows; row += tile)
        {
            var count = Math.Min(tile, rows - row);
            if (steps.Length > 0) kernel.Run(a[(row * rowStride)..], positions.AsSpan(0, count), steps, packed, starts, sums);
            else
                for (var i = 0; i < count; i++) starts.CopyTo(sums.AsSpan(i * Stride));
            finish(sums.AsSpan(0, count * Stride), Stride, row, count, y);
        }
    }
}
