using Ptq.Engine.Kernels;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Products of matrices.</summary>
internal static class MatrixOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("Gemm", Gemm),
        ("MatMul", MatMul),
        ("Det", Determinant),
    ];

    /// <summary>alpha·A·B + beta·C. Where alpha is 1 and every row of C the same, the sums begin with beta·C; any other C is added to them.</summary>
    private static Prepared Gemm(Site site)
    {
        var (a, b, alpha, beta) = (site.ShapeOf(0), site.ShapeOf(1), site.Real("alpha", 1), site.Real("beta", 1));
        var (type, turnedA, turnedB) = (Floats(site), site.Flag("transA"), site.Flag("transB"));
        if (a.Rank != 2 || b.Rank != 2 || a[turnedA ? 0 : 1] != b[turnedB ? 1 : 0]) throw site.Bad("matrices", $"{a}{(turnedA ? "ᵀ" : "")} and {b}{(turnedB ? "ᵀ" : "")}", "[M, K] and [K, N]");
        var (rows, inner, columns) = (a[turnedA ? 1 : 0], b[turnedB ? 1 : 0], b[turnedB ? 0 : 1]);
        var y = site.Fits(rows, columns);
        site.Affordable(rows, inner, columns);
        var (cRow, cColumn) = site.Has(2) ? Steps(site, type, y) : default;
        var begins = alpha == 1 && cRow == 0;

        var kernel = DotKernels.For(DotKernels.Single, columns, VectorWidth.Bits512);
        var (innerStride, columnStride, innerColumn, rowStride) = (turnedB ? 1 : columns, turnedB ? inner : 1, turnedA ? rows : 1, turnedA ? 1 : inner);
        var known = site.Known[1] is { } value ? new MatrixPlan<float, float>(kernel, inner, columns, innerStride, columnStride, innerColumn).Pack(value.Floats.Span) : null;
        return Prepared.Floats(type, y, (inputs, product) =>
        {
            var start = new float[columns];
            var c = inputs.At(2);
            if (begins && c is not null)
                for (var j = 0; j < columns; j++) start[j] = beta * c.Floats[j * cColumn];
            if (known is not null) known.Run(inputs[0]!.Floats.Span, rows, rowStride, start, product.AsSpan());
            else MatrixPlan<float, float>.Run(kernel, inputs[1]!.Floats.Span, inner, columns, innerStride, columnStride, innerColumn, inputs[0]!.Floats.Span, rows, rowStride, start, product);
            if (begins) return;
            for (var i = 0; i < rows; i++)
                for (var j = 0; j < columns; j++)
                    product[i * columns + j] = alpha * product[i * columns + j] + (c is null ? 0 : beta * c.Floats[i * cRow + j * cColumn]);
        });
    }

    /// <summary>What a step along rows and columns skips in input 2, which is broadcast to the product.</summary>
    private static (int Row, int Column) Steps(Site site, ElementType type, Shape y)
    {
        if (site.TypeOf(2) != type) throw site.Bad("input 2", site.TypeOf(2).Name, type.Name);
        Broadcast.ToFirst(site, y, site.ShapeOf(2));
        var strides = MatrixBatch.Strides(site.ShapeOf(2).Lengths.Span, y.Lengths.Span);
        return (strides[0], strides[1]);
    }

    /// <summary>NumPy's matmul: matrices along the last two axes, the others broadcast; a vector is a row on the left and a column on the right.</summary>
    private static Prepared MatMul(Site site)
    {
        var batch = MatrixBatch.Of(site, 0, 1);
        var (rows, inner, columns) = (batch.Rows, batch.Inner, batch.Columns);
        if (!site.TypeOf(0).IsFloat) return Whole(site, batch);

        var type = Floats(site);
        var kernel = DotKernels.For(DotKernels.Single, columns, VectorWidth.Bits512);
        MatrixPlan<float, float> Plan() => new(kernel, inner, columns, columns, 1);
        MatrixPlan<float, float>[]? known = site.Known[1] is { } value ? [.. Enumerable.Range(0, batch.Bs).Select(i => Plan().Pack(value.Floats.Span.Slice(i * inner * columns, inner * columns)))] : null;
        return Prepared.Floats(type, batch.Y, (inputs, y) =>
        {
            var a = inputs[0]!.Floats.Span;
            var b = inputs[1]!.Floats.Span;
            if (known is null && batch.Bs == 1) // for all rows
            {
                MatrixPlan<float, float>.Run(kernel, b, inner, columns, columns, 1, 1, a, rows, inner, [], y);
                return;
            }
            var (plan, packed) = (Plan(), -1);
            for (var i = 0; i < batch.A.Length; i++)
            {
                if (known is null && packed != batch.B[i]) plan.Pack(b.Slice((packed = batch.B[i]) * inner * columns, inner * columns));
                (known?[batch.B[i]] ?? plan).Run(a.Slice(batch.A[i] * rows * inner, rows * inner), rows, inner, [], y.AsSpan(i * rows * columns, rows * columns));
            }
        });
    }

    private static Prepared Whole(Site site, MatrixBatch batch)
    {
        var type = site.TypeOf(0);
        if (type is not (ElementType.Int32 or ElementType.Int64 or ElementType.UInt32 or ElementType.UInt64) || site.TypeOf(1) != type) throw site.Bad("inputs", $"{type.Name} and {site.TypeOf(1).Name}", "one type of floats or of integers with 32 or 64 bits");
        var (rows, inner, columns) = (batch.Rows, batch.Inner, batch.Columns);
        return Prepared.Integers(type, batch.Y, (inputs, y) =>
        {
            var a = inputs[0]!.Integers.Span;
            var b = inputs[1]!.Integers.Span;
            for (var i = 0; i < batch.A.Length; i++)
                for (var row = 0; row < rows; row++)
                {
                    var to = y.AsSpan((i * rows + row) * columns, columns);
                    for (var k = 0; k < inner; k++)
                    {
                        var factor = a[(batch.A[i] * rows + row) * inner + k];
                        var from = b.Slice((batch.B[i] * inner + k) * columns, columns);
                        for (var j = 0; j < columns; j++) to[j] = unchecked(to[j] + factor * from[j]);
                    }
                }
            for (var i = 0; i < y.Length; i++) y[i] = type switch
            {
                ElementType.Int32 => unchecked((int)y[i]),
                ElementType.UInt32 => unchecked((uint)y[i]),
                _ => y[i],
            };
        });
    }

    /// <summary>Of every matrix, by elimination in double with the largest pivots.</summary>
    private static Prepared Determinant(Site site)
    {
        var x = site.ShapeOf(0);
        if (!site.TypeOf(0).IsFloat || x.Rank < 2 || x[x.Rank - 1] != x[x.Rank - 2]) throw site.Bad("input 0", $"{site.Types[0]}", "square matrices of floating-point numbers");
        var n = x[x.Rank - 1];
        var y = site.Fits([.. x.Lengths.AsEnumerable().SkipLast(2).Select(length => (long)length)]);
        site.Affordable(y.Count, n, n, n);
        return Prepared.Floats(site.TypeOf(0), y, (inputs, to) =>
        {
            for (var i = 0; i < to.Length; i++) to[i] = (float)Determinant(Array.ConvertAll(inputs[0]!.Floats.Span.Slice(i * n * n, n * n).ToArray(), value => (double)value), n);
        });
    }

    private static double Determinant(double[] a, int n)
    {
        var product = 1.0;
        for (var k = 0; k < n; k++)
        {
            var pivot = k;
            for (var row = k + 1; row < n; row++)
                if (Math.Abs(a[row * n + k]) > Math.Abs(a[pivot * n + k])) pivot = row;
            if (a[pivot * n + k] == 0) return 0;
            if (pivot != k) product = -product;
            for (var column = 0; column < n; column++) (a[k * n + column], a[pivot * n + column]) = (a[pivot * n + column], a[k * n + column]);
            product *= a[k * n + k];
            for (var row = k + 1; row < n; row++)
            {
                var factor = a[row * n + k] / a[k * n + k];
                for (var column = k; column < n; column++) a[row * n + column] -= factor * a[k * n + column];
            }
        }
        return product;
    }

    private static ElementType Floats(Site site) => site.TypeOf(0) is { IsFloat: true } type && site.TypeOf(1) == type
        ? type : throw site.Bad("inputs", $"{site.TypeOf(0).Name} and {site.TypeOf(1).Name}", "one floating-point type");
}
