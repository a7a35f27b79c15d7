using Ptq.Engine.Kernels;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>
/// Einstein's sums. What only one input has and the result has not is summed first, in double; then the inputs are joined from the left, two at a
/// time, each time as a batch of matrix products with fused float32 sums in index order.
/// </summary>
internal static class EinsumOperator
{
    private const int Few = 16; // so few sums do not pay for packing a matrix

    public static IEnumerable<(string, Prepare)> All => [("Einsum", Einsum)];

    /// <summary>Makes the elements of a tensor from an operation's inputs.</summary>
    private delegate float[] Make(Operand?[] inputs);

    /// <summary>A tensor whose axes have letters, each once, in C order.</summary>
    private readonly record struct Named(string Axes, Make Make);

    private static Prepared Einsum(Site site)
    {
        var type = Pointwise.Alike(site, 0, site.Count);
        if (!type.IsFloat) throw site.Bad("inputs", type.Name, "floating-point numbers");
        var equation = EinsumEquation.Of(site);
        var all = Summed(site, equation, 0);
        for (var i = 1; i < site.Count; i++)
        {
            var wanted = equation.Terms[(i + 1)..].Append(equation.Result).SelectMany(letters => letters).ToHashSet();
            all = Joined(site, equation, all, Summed(site, equation, i), wanted);
        }
        var arranged = Arranged(site, equation, all, equation.Result);
        return Prepared.Floats(type, LengthsOf(site, equation, equation.Result), (inputs, y) => arranged.Make(inputs).CopyTo(y, 0));
    }

    /// <summary>An input without the axes that it repeats, those along which it is repeated, and those that nothing else has.</summary>
    private static Named Summed(Site site, EinsumEquation equation, int place)
    {
        var (x, term) = (site.ShapeOf(place), equation.Terms[place]);
        var strides = StridedCopy.StridesOf(x);
        var steps = new Dictionary<char, long>(); // of a letter that stands twice: along the diagonal
        for (var axis = 0; axis < x.Rank; axis++)
            if (x[axis] == equation.Lengths[term[axis]]) steps[term[axis]] = steps.GetValueOrDefault(term[axis]) + strides[axis];
        var others = equation.Terms.Where((_, i) => i != place).Append(equation.Result).SelectMany(letters => letters).ToHashSet();
        var (kept, gone) = (string.Concat(steps.Keys.Where(others.Contains)), string.Concat(steps.Keys.Where(letter => !others.Contains(letter))));

        var (all, sums) = (LengthsOf(site, equation, kept + gone), LengthsOf(site, equation, kept));
        var copy = StridedCopy.To(all, [.. (kept + gone).Select(letter => steps[letter])]);
        return new(kept, inputs =>
        {
            var values = new float[all.Count];
            copy.Copy(inputs[place]!.Floats.Span, values.AsSpan());
            if (gone.Length == 0) return values;
            var folded = new double[sums.Count];
            Fold.Rows<Folds.Sum, float, double>(values, sums.Count == 0 ? 0 : all.Count / sums.Count, folded);
            return Array.ConvertAll(folded, sum => (float)sum);
        });
    }

    /// <summary>The product of two tensors, summed over the letters that both have and nobody wants.</summary>
    private static Named Joined(Site site, EinsumEquation equation, Named a, Named b, HashSet<char> wanted)
    {
        var common = a.Axes.Where(letter => b.Axes.Contains(letter)).ToArray();
        var (batch, inner) = (string.Concat(common.Where(wanted.Contains)), string.Concat(common.Where(letter => !wanted.Contains(letter))));
        var (left, right) = (string.Concat(a.Axes.Except<char>(common)), string.Concat(b.Axes.Except<char>(common)));
        int Count(string letters) => LengthsOf(site, equation, letters).Count;
        var (batches, rows, columns, length) = (Count(batch), Count(left), Count(right), Count(inner));
        var y = LengthsOf(site, equation, batch + left + right);
        site.Affordable(batches, rows, columns, length);
        var (ofA, ofB) = (Arranged(site, equation, a, batch + left + inner), Arranged(site, equation, b, batch + inner + right));
        return new(batch + left + right, inputs =>
        {
            var (x, w, products) = (ofA.Make(inputs), ofB.Make(inputs), new float[y.Count]);
            var plan = new MatrixPlan<float, float>(DotKernels.For(DotKernels.Single, Math.Max(1, columns), VectorWidth.Bits512), length, columns, columns, 1);
            for (var i = 0; i < batches && y.Count > 0; i++)
            {
                var to = products.AsSpan(i * rows * columns, rows * columns);
                var (from, by) = (x.AsMemory(i * rows * length, rows * length), w.AsMemory(i * length * columns, length * columns));
                if (rows * columns < Few) Products(from.Span, by.Span, length, columns, to);
                else plan.Pack(by.Span).Run(from.Span, rows, length, [], to);
            }
            return products;
        });
    }

    private static void Products(ReadOnlySpan<float> a, ReadOnlySpan<float> b, int inner, int columns, Span<float> y)
    {
        for (var i = 0; i < y.Length; i++)
        {
            var (sum, row, column) = (0f, i / columns * inner, i % columns);
            for (var k = 0; k < inner; k++) sum = MathF.FusedMultiplyAdd(a[row + k], b[k * columns + column], sum);
            y[i] = sum;
        }
    }

    private static Named Arranged(Site site, EinsumEquation equation, Named tensor, string axes)
    {
        if (axes == tensor.Axes) return tensor;
        var (shape, strides) = (LengthsOf(site, equation, axes), StridedCopy.StridesOf(LengthsOf(site, equation, tensor.Axes)));
        var copy = StridedCopy.To(shape, [.. axes.Select(letter => strides[tensor.Axes.IndexOf(letter, StringComparison.Ordinal)])]);
        return new(axes, inputs =>
        {
            var values = new float[shape.Count];
            copy.Copy(tensor.Make(inputs), values.AsSpan());
            return values;
        });
    }

    private static Shape LengthsOf(Site site, EinsumEquation equation, string letters) => site.Fits([.. letters.Select(letter => (long)equation.Lengths[letter])]);
}
