using Ptq.Engine.Kernels;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>
/// QGemm: A, s_a, z_a, B, s_b, z_b, C, s_y, z_y. The INT32 sums of (a_q − z_a)(b_q − z_b) and C become codes by M = f32(f32(f32(α · s_a) · s_b) / s_y) as in
/// <see cref="IntegerOperators"/>; without z_y they become reals, f32(sum) · M. Without s_y, M is f32(f32(α · s_a) · s_b).
/// </summary>
internal static class CodeGemmOperator
{
    public static IEnumerable<(string, Prepare)> All => [("com.microsoft.QGemm", Gemm)];

    private static Prepared Gemm(Site site)
    {
        var (rows, inner) = Matrix(site, 0, "transA");
        var (columns, innerOfB) = Matrix(site, 3, "transB") is var (k, n) ? (n, k) : default;
        if (inner != innerOfB) throw site.Bad("inputs", $"{site.ShapeOf(0)} and {site.ShapeOf(3)}", "as many columns on the left as rows on the right");
        var type = CodeParameters.TypeOf(site, 0);
        var ofA = CodeParameters.At(site, 1, 2, type);
        IntegerOperators.CheckCodes(site, 3, 5, "one, or one a column", 1, columns);
        IntegerOperators.CheckScale(site, 4, "one, or one a column", 1, columns);
        var bias = Bias(site, rows, columns);
        if (site.Has(7)) IntegerOperators.CheckScale(site, 7, "one", 1);
        var y = site.Fits(rows, columns);
        site.Affordable(rows, inner, columns);

        var product = new Product(rows, inner, columns, site.Flag("transA"), site.Flag("transB"), bias, site.Real("alpha", 1));
        var known = site.Known[3] is { } b && (!site.Has(5) || site.Known[5] is not null) ? product.Packed(b, IntegerOperators.Zeros(site.Known, 5)) : null;
        if (!site.Has(8))
            return Prepared.Floats(ElementType.Float32, y, (inputs, to) => product.Run<float>(inputs, known, ofA.Of(inputs), to, static (sums, factors, row) =>
            {
                for (var j = 0; j < row.Length; j++) row[j] = sums[j] * factors[factors.Length == 1 ? 0 : j];
            }));

        var result = CodeParameters.TypeOf(site, 8);
        if (site.ShapeOf(8).Count != 1) throw site.Bad("zero point, input 8", $"{site.Types[8]}", "one");
        var (low, high) = CodeParameters.Ends(result);
        return Prepared.Integers(result, y, (inputs, to) =>
        {
            var zero = (int)inputs[8]!.Integers[0];
            product.Run<long>(inputs, known, ofA.Of(inputs), to, (sums, factors, row) =>
            {
                if (factors.Length == 1) Codes.Requantize(sums, 1, factors[0], zero, low, high, row);
                else
                    for (var j = 0; j < row.Length; j++) Codes.Requantize(sums[j..], 1, factors[j], zero, low, high, row.Slice(j, 1));
            });
        });
    }

    /// <summary>Rows and columns as they are multiplied.</summary>
    private static (int, int) Matrix(Site site, int place, string turned) => site.ShapeOf(place) is { Rank: 2 } shape
        ? site.Flag(turned) ? (shape[1], shape[0]) : (shape[0], shape[1])
        : throw site.Bad($"input {place}", $"{site.ShapeOf(place)}", "a matrix");

    /// <summary>From row to row and from column to column in C, which is repeated to the result.</summary>
    private static (int Row, int Column)? Bias(Site site, int rows, int columns)
    {
        if (!site.Has(6)) return null;
        var c = site.ShapeOf(6);
        var (height, width) = (c.Rank == 2 ? c[0] : 1, c.Rank >= 1 ? c[c.Rank - 1] : 1);
        if (site.TypeOf(6) != ElementType.Int32 || c.Rank > 2 || height != 1 && height != rows || width != 1 && width != columns) throw site.Bad("C, input 6", $"{site.Types[6]}", $"int32 that can be repeated to [{rows}, {columns}]");
        return (height == 1 ? 0 : width, width == 1 ? 0 : 1);
    }

    private delegate void Finish<T>(ReadOnlySpan<int> sums, ReadOnlySpan<float> factors, Span<T> row);

    private sealed record Product(int Rows, int Inner, int Columns, bool TurnedA, bool TurnedB, (int Row, int Column)? Bias, float Alpha)
    {
        public MatrixPlan<short, int> Packed(Operand b, ReadOnlySpan<long> zeros)
        {
            var codes = b.Integers.Span;
            var centred = new short[Inner * Columns];
            for (var k = 0; k < Inner; k++)
                for (var j = 0; j < Columns; j++) centred[k * Columns + j] = (short)(codes[TurnedB ? j * Inner + k : k * Columns + j] - zeros[zeros.Length == 1 ? 0 : j]);
            return new MatrixPlan<short, int>(DotKernels.For(DotKernels.Int16, Columns, VectorWidth.Bits512), Inner, Columns, Columns, 1).Pack(centred);
        }

        public void Run<T>(Operand?[] inputs, MatrixPlan<short, int>? known, (float Scale, int Zero) a, Span<T> result, Finish<T> finish)
        {
            var codes = inputs[0]!.Integers.Span;
            var centred = new short[Rows * Inner + 1]; // one more than there are: kernels take pairs
            for (var row = 0; row < Rows; row++)
                for (var k = 0; k < Inner; k++) centred[row * Inner + k] = (short)(codes[TurnedA ? k * Rows + row : row * Inner + k] - a.Zero);
            var scale = Alpha * a.Scale;
            var factors = inputs[4]!.Floats.Map(of => inputs.At(7) is { } y ? scale * of / y.Floats[0] : scale * of);
            var c = inputs.At(6)?.Integers ?? default;
            (known ?? Packed(inputs[3]!, IntegerOperators.Zeros(inputs, 5))).Run(centred, Rows, Inner, [], result, (sums, stride, first, count, to) =>
            {
                var row = new int[Columns];
                for (var i = 0; i < count; i++)
                {
                    sums.Slice(i * stride, Columns).CopyTo(row);
                    if (Bias is var (down, across))
                        for (var j = 0; j < row.Length; j++) row[j] = unchecked(row[j] + (int)c[(first + i) * down + j * across]);
                    finish(row, factors.Span, to.Slice((first + i) * Columns, Columns));
                }
            });
        }
    }
}
