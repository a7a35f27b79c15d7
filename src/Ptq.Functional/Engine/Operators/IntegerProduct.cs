using Ptq.Engine.Kernels;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Products of matrices of 8-bit codes less their zero points, with exact INT32 sums (modulo 2³²).</summary>
internal sealed class IntegerProduct
{
    private readonly int a, aZeros, b, bZeros;
    private readonly int matrixRows; // of A, before a batch of them became one
    private readonly MatrixBatch batch;
    private readonly MatrixPlan<short, int>[]? known;

    /// <summary>The product of two inputs of an operation.</summary>
    /// <param name="site">The operation.</param>
    /// <param name="a">The place of A.</param>
    /// <param name="aZeros">The place of its zero points: one, one a row, or one a row of every matrix.</param>
    /// <param name="b">The place of B.</param>
    /// <param name="bZeros">The place of its zero points: one, one a column, or one a column of every matrix.</param>
    public IntegerProduct(Site site, int a, int aZeros, int b, int bZeros)
    {
        (this.a, this.aZeros, this.b, this.bZeros, batch) = (a, aZeros, b, bZeros, MatrixBatch.Of(site, a, b));
        matrixRows = site.ShapeOf(a) is { Rank: > 1 } shape ? shape[shape.Rank - 2] : 1;
        RowParameters = [matrixRows, site.ShapeOf(a).Count / Math.Max(1, batch.Inner)];
        ColumnParameters = [batch.Columns, batch.Bs * batch.Columns];
        IntegerOperators.CheckCodes(site, a, aZeros, "one, or one a row", [1, .. RowParameters]);
        IntegerOperators.CheckCodes(site, b, bZeros, "one, or one a column", [1, .. ColumnParameters]);
        if (site.Known[b] is { } value && (!site.Has(bZeros) || site.Known[bZeros] is not null))
            known = [.. Enumerable.Range(0, batch.Bs).Select(i => Packed(value.Integers.Span, IntegerOperators.Zeros(site.Known, bZeros), i))];
    }

    /// <summary>Writes a row of the product.</summary>
    /// <param name="sums">Its sums.</param>
    /// <param name="row">Which row of A it is of, counted over all of A's matrices.</param>
    /// <param name="column">Which column of B is its first, counted over all of B's matrices.</param>
    /// <param name="y">Written.</param>
    public delegate void Finish(ReadOnlySpan<int> sums, int row, int column, Span<long> y);

    /// <summary>The shape of the result.</summary>
    public Shape Y => batch.Y;

    /// <summary>How many parameters A may have beside one.</summary>
    public int[] RowParameters { get; }

    /// <summary>How many parameters B may have beside one.</summary>
    public int[] ColumnParameters { get; }

    /// <summary>The product, row by row.</summary>
    public void Run(Operand?[] inputs, Span<long> y, Finish finish)
    {
        if (batch.A.Length == 0) return;
        var (rows, inner, columns) = (batch.Rows, batch.Inner, batch.Columns);
        var zeros = IntegerOperators.Zeros(inputs, aZeros);
        var codes = inputs[a]!.Integers.Span;
        var centred = new short[codes.Length + 1];
        for (var row = 0; row * inner < codes.Length; row++) Codes.Centre(codes.Slice(row * inner, inner), zeros[row % zeros.Length], centred.AsSpan(row * inner));

        var (plan, packed) = ((MatrixPlan<short, int>?)null, -1);
        for (var i = 0; i < batch.A.Length; i++)
        {
            var (left, right) = (batch.A[i] * rows, batch.B[i]);
            if (packed != right) (plan, packed) = (known?[right] ?? Packed(inputs[b]!.Integers.Span, IntegerOperators.Zeros(inputs, bZeros), right), right);
            plan!.Run<long>(centred.AsSpan(left * inner), rows, inner, [], y.Slice(i * rows * columns, rows * columns), (sums, stride, row, count, to) =>
            {
                for (var r = row; r < row + count; r++) finish(sums.Slice((r - row) * stride, columns), left + r, right * columns, to.Slice(r * columns, columns));
            });
        }
    }

    private MatrixPlan<short, int> Packed(ReadOnlySpan<long> codes, ReadOnlySpan<long> zeros, int matrix)
    {
        var (inner, columns) = (batch.Inner, batch.Columns);
        var centred = new short[inner * columns];
        for (var k = 0; k < inner; k++)
            for (var j = 0; j < columns; j++) centred[k * columns + j] = (short)(codes[(matrix * inner + k) * columns + j] - zeros[(matrix * columns + j) % zeros.Length]);
        return new MatrixPlan<short, int>(DotKernels.For(DotKernels.Int16, columns, VectorWidth.Bits512), inner, columns, columns, 1).Pack(centred);
    }
}
