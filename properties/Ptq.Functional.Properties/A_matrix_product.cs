using Ptq.Engine;
using Ptq.Engine.Kernels;
using Ptq.Numerics;
using Ptq.Properties.Framework;
using Ptq.Tensors;
using static Ptq.Properties.Expect;

namespace Ptq.Properties;

public class A_matrix_product
{
    [Property(Arbitrary = [typeof(Generators)], MaxTest = 200)]
    public bool Fuses_in_index_order_on_every_path_however_its_factors_lie(Rng rng, bool turnedA, bool turnedB)
    {
        var drawn = new Drawn(rng);
        var (rows, inner, columns) = (drawn.From(1, 200), drawn.From(0, 20), drawn.From(1, 40));
        var (a, b, start) = (drawn.Reals(rows * inner), drawn.Reals(inner * columns), drawn.Reals(columns));
        var expected = new float[rows * columns];
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < columns; j++)
            {
                var sum = start[j];
                for (var k = 0; k < inner; k++) sum = MathF.FusedMultiplyAdd(a[turnedA ? k * rows + i : i * inner + k], b[turnedB ? j * inner + k : k * columns + j], sum);
                expected[i * columns + j] = sum;
            }
        return Drawn.Widths.All(width =>
        {
            var y = new float[rows * columns];
            new MatrixPlan<float, float>(DotKernels.For(DotKernels.Single, columns, width), inner, columns, turnedB ? 1 : columns, turnedB ? inner : 1, turnedA ? rows : 1).Pack(b)
                .Run<float>(a, rows, turnedA ? 1 : inner, start, y, (sums, stride, row, count, to) =>
                {
                    for (var i = 0; i < count; i++) sums.Slice(i * stride, columns).CopyTo(to[((row + i) * columns)..]);
                });
            return Drawn.SameBits(y, expected);
        });
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 300)]
    public bool Of_tensors_is_one_for_every_index_of_the_broadcast_batch(Rng rng, bool constants, bool whole)
    {
        var drawn = new Drawn(rng);
        var (a, b, y) = Shapes(drawn);
        var (left, right) = whole
            ? (Drawn.Wholes(ElementType.Int32, drawn.Wholes(a.Count, -99, 99), [.. a.Lengths.AsEnumerable()]), Drawn.Wholes(ElementType.Int32, drawn.Wholes(b.Count, -99, 99), [.. b.Lengths.AsEnumerable()]))
            : (drawn.Real([.. a.Lengths.AsEnumerable()]), drawn.Real([.. b.Lengths.AsEnumerable()]));
        var product = Right(Drawn.Run("MatMul", [left, right], constants))[0];
        return product.Shape == y && Enumerable.Range(0, y.Count).All(at =>
        {
            var (sum, integers) = (0f, 0L);
            foreach (var (p, q) in Pairs(a, b, y, at))
                if (whole) integers += left.Integers[p] * right.Integers[q];
                else sum = MathF.FusedMultiplyAdd(left.Floats[p], right.Floats[q], sum);
            return whole ? product.Integers[at] == integers : BitConverter.SingleToInt32Bits(product.Floats[at]) == BitConverter.SingleToInt32Bits(sum);
        });
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 300)]
    public bool Of_codes_subtracts_zero_points_of_rows_and_columns(Rng rng, bool constants)
    {
        var drawn = new Drawn(rng);
        var (a, b, y) = Shapes(drawn);
        var (ta, tb) = (drawn.Of(ElementType.UInt8, ElementType.Int8), drawn.Of(ElementType.UInt8, ElementType.Int8));
        var (left, right) = (drawn.Code(ta, [.. a.Lengths.AsEnumerable()]), drawn.Code(tb, [.. b.Lengths.AsEnumerable()]));
        var (za, zb) = (a.Rank == 1 || drawn.From(0, 1) == 0 ? drawn.Code(ta) : drawn.Code(ta, a[a.Rank - 2]), b.Rank == 1 || drawn.From(0, 1) == 0 ? drawn.Code(tb) : drawn.Code(tb, b[b.Rank - 1]));
        var product = Right(Drawn.Run("MatMulInteger", [left, right, za, zb], constants))[0];
        return product.Shape == y && product.Type == ElementType.Int32 && Enumerable.Range(0, y.Count).All(at => product.Integers[at] == Pairs(a, b, y, at).Sum(pair =>
            (left.Integers[pair.A] - za.Integers[za.Shape.Rank == 0 ? 0 : pair.A / a[a.Rank - 1] % za.Shape.Count]) * (right.Integers[pair.B] - zb.Integers[zb.Shape.Rank == 0 ? 0 : pair.B % zb.Shape.Count])));
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 200)]
    public bool Of_Gemm_is_MatMul_with_C_where_alpha_and_beta_are_one(Rng rng, bool constants)
    {
        var drawn = new Drawn(rng);
        var (rows, inner, columns) = (drawn.From(1, 9), drawn.From(1, 9), drawn.From(1, 20));
        var (a, b, c) = (drawn.Real(rows, inner), drawn.Real(inner, columns), drawn.Real(columns));
        var (product, sum) = (Right(Drawn.Run("MatMul", [a, b], constants))[0], Right(Drawn.Run("Gemm", [a, b, c], constants))[0]);
        return product.Shape == sum.Shape && Enumerable.Range(0, rows * columns).All(i => Math.Abs(product.Floats[i] + c.Floats[i % columns] - sum.Floats[i]) <= 1e-5);
    }

    private static (Shape A, Shape B, Shape Y) Shapes(Drawn drawn)
    {
        var (rows, inner, columns) = (drawn.From(1, 12), drawn.From(1, 9), drawn.From(1, 20));
        var batch = drawn.Each(drawn.From(0, 3), _ => drawn.From(1, 3));
        int[] Part() => [.. batch[drawn.From(0, batch.Length)..].Select(n => drawn.From(0, 2) == 0 ? 1 : n)];
        var (p, q) = (Part(), Part());
        int[] broadcast = [.. Enumerable.Range(1, Math.Max(p.Length, q.Length)).Reverse().Select(i => Math.Max(i <= p.Length ? p[^i] : 1, i <= q.Length ? q[^i] : 1))];
        var (vectorA, vectorB) = (p.Length == 0 && drawn.From(0, 3) == 0, q.Length == 0 && drawn.From(0, 3) == 0);
        return (vectorA ? Shape.Of(inner) : Shape.Of([.. p, rows, inner]), vectorB ? Shape.Of(inner) : Shape.Of([.. q, inner, columns]),
            Shape.Of([.. broadcast, .. vectorA ? Array.Empty<int>() : [rows], .. vectorB ? Array.Empty<int>() : [columns]]));
    }

    /// <summary>The elements of A and B that meet in an element of the result, by NumPy's rules.</summary>
    private static IEnumerable<(int A, int B)> Pairs(Shape a, Shape b, Shape y, int at)
    {
        int[] la = a.Rank == 1 ? [1, a[0]] : [.. a.Lengths.AsEnumerable()], lb = b.Rank == 1 ? [b[0], 1] : [.. b.Lengths.AsEnumerable()];
        var (row, column, rest) = (0, 0, at);
        if (b.Rank > 1) (rest, column) = Math.DivRem(rest, lb[^1]);
        if (a.Rank > 1) (rest, row) = Math.DivRem(rest, la[^2]);
        var batch = y.Lengths.Span[..(y.Rank - (a.Rank > 1 ? 1 : 0) - (b.Rank > 1 ? 1 : 0))].ToArray();
        var (ia, ib, sa, sb) = (0, 0, 1, 1);
        for (var i = 1; i <= batch.Length; i++)
        {
            (rest, var index) = Math.DivRem(rest, batch[^i]);
            if (la.Length >= i + 2) (ia, sa) = (ia + (la[^(i + 2)] == 1 ? 0 : index) * sa, sa * la[^(i + 2)]);
            if (lb.Length >= i + 2) (ib, sb) = (ib + (lb[^(i + 2)] == 1 ? 0 : index) * sb, sb * lb[^(i + 2)]);
        }
        for (var k = 0; k < la[^1]; k++) yield return ((ia * la[^2] + row) * la[^1] + k, (ib * lb[^2] + k) * lb[^1] + column);
    }
}
