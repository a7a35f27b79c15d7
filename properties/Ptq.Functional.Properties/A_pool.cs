using Ptq.Model;
using Ptq.Numerics;
using Ptq.Properties.Framework;
using Ptq.Tensors;
using Xunit;
using static Ptq.Properties.Expect;

namespace Ptq.Properties;

public class A_pool
{
    [Property(Arbitrary = [typeof(Generators)], MaxTest = 300)]
    public bool Of_maxima_holds_the_largest_input_of_every_window(Rng rng, bool codes)
    {
        var drawn = new Drawn(rng);
        var c = Case.Of(drawn);
        var x = codes ? drawn.Code(ElementType.Int8, [.. c.X.Lengths.AsEnumerable()]) : drawn.Real([.. c.X.Lengths.AsEnumerable()]);
        var y = First("MaxPool", [x], c.Attributes);
        return y.Type == x.Type && y.Shape == c.Y && Enumerable.Range(0, c.Y.Count).All(at =>
            codes ? y.Integers[at] == c.Under(at).Select(i => x.Integers[i]).DefaultIfEmpty(-128).Max() : y.Floats[at].Equals(c.Under(at).Select(i => x.Floats[i]).DefaultIfEmpty(float.NegativeInfinity).Max()));
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 200)]
    public bool Of_maxima_tells_where_they_are(Rng rng)
    {
        var drawn = new Drawn(rng);
        var c = Case.Of(drawn);
        var x = drawn.Real([.. c.X.Lengths.AsEnumerable()]);
        var (values, places) = Right(Drawn.Run("MaxPool", [x], true, c.Attributes)) is [var v, var p] ? (v, p) : throw new InvalidOperationException("two outputs");
        return Enumerable.Range(0, c.Y.Count).All(at => c.Under(at).Any() ? c.Under(at).Contains((int)places.Integers[at]) && x.Floats[(int)places.Integers[at]].Equals(values.Floats[at]) : places.Integers[at] == -1);
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 300)]
    public bool Of_means_divides_the_sum_of_every_window_by_what_it_counts(Rng rng, bool countPadding)
    {
        var drawn = new Drawn(rng);
        var c = Case.Of(drawn);
        var x = drawn.Real([.. c.X.Lengths.AsEnumerable()]);
        var y = First("AveragePool", [x], [.. c.Attributes, Drawn.One("count_include_pad", countPadding ? 1 : 0)]);
        return y.Shape == c.Y && Enumerable.Range(0, c.Y.Count).All(at =>
        {
            var under = c.Under(at).ToArray();
            var count = Math.Max(1, countPadding ? c.Counted(at) : under.Length);
            return Math.Abs(y.Floats[at] - under.Sum(i => (double)x.Floats[i]) / count) <= 1e-6;
        });
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 100)]
    public bool Over_everything_is_the_pool_with_one_window(Rng rng)
    {
        var drawn = new Drawn(rng);
        int[] lengths = [drawn.From(1, 3), drawn.From(1, 3), .. drawn.Each(drawn.From(1, 3), _ => drawn.From(1, 6))];
        var (x, kernel) = (drawn.Real(lengths), Drawn.List("kernel_shape", lengths[2..]));
        return new[] { ("GlobalMaxPool", "MaxPool"), ("GlobalAveragePool", "AveragePool"), ("GlobalLpPool", "LpPool") }.All(pair =>
            First(pair.Item1, [x]) is var all && First(pair.Item2, [x], kernel) is var one && all.Shape == one.Shape && Drawn.SameBits(all.Floats.Span, one.Floats.Span));
    }

    [Theory]
    [InlineData(1, 6f)]
    [InlineData(2, 3.7416575f)]
    [InlineData(3, 3.3019272f)]
    public void Of_norms_takes_the_root_of_the_sum_of_powers(int p, float norm) => // |1|ᵖ + |−2|ᵖ + |3|ᵖ = 6, 14, 36
        Assert.Equal(norm, First("GlobalLpPool", [Drawn.Floats([1, -2, 3], 1, 1, 3)], Drawn.One("p", p)).Floats[0], 6);

    // The first output alone, as most networks ask for it.
    private static Operand First(string op, Operand[] inputs, params (string, AttributeValue)[] attributes) => Right(Drawn.Run(op, inputs, true, 1, attributes))[0];

    /// <summary>A small pool along one to three axes.</summary>
    private sealed record Case(Shape X, WindowAxis[] Axes, bool Ceil)
    {
        // Windows begin on an input or on the padding in front, and reach over the end by less than a stride where that is allowed.
        public Shape Y { get; } = Shape.Of([X[0], X[1], .. Axes.Select((axis, a) => Enumerable.Range(0, int.MaxValue)
            .TakeWhile(i => (long)i * axis.Stride + (Ceil ? Math.Max(axis.Span - axis.Stride + 1, 1) : axis.Span) <= axis.Padded(X[a + 2]) && (!Ceil || i * axis.Stride < X[a + 2] + axis.Before)).Count())]);

        public (string, AttributeValue)[] Attributes =>
        [
            Drawn.One("ceil_mode", Ceil ? 1 : 0),
            Drawn.List("kernel_shape", Axes.Select(a => a.Kernel)),
            Drawn.List("strides", Axes.Select(a => a.Stride)),
            Drawn.List("dilations", Axes.Select(a => a.Dilation)),
            Drawn.List("pads", Axes.Select(a => a.Before).Concat(Axes.Select(a => a.After))),
        ];

        public static Case Of(Drawn drawn)
        {
            var lengths = drawn.Each(drawn.From(1, 3), _ => drawn.From(1, 9));
            return new(Shape.Of([drawn.From(1, 2), drawn.From(1, 3), .. lengths]),
            [
                .. lengths.Select(length =>
                {
                    var (kernel, dilation) = (drawn.From(1, 4), drawn.Of(1, 1, 2));
                    if ((kernel - 1) * dilation + 1 > length) (kernel, dilation) = (drawn.From(1, length), 1);
                    return new WindowAxis(kernel, drawn.From(1, 3), drawn.From(0, kernel - 1), drawn.From(0, kernel - 1), dilation);
                }),
            ], drawn.From(0, 1) == 0);
        }

        /// <summary>The inputs under the window of an output.</summary>
        public IEnumerable<int> Under(int at) => Places(at, (i, a) => i >= 0 && i < X[a + 2]);

        /// <summary>How many places of the window lie on inputs or padding.</summary>
        public int Counted(int at) => Places(at, (i, a) => i < X[a + 2] + Axes[a].After).Count();

        private IEnumerable<int> Places(int at, Func<int, int, bool> counts)
        {
            var index = new int[Axes.Length];
            for (var a = Axes.Length - 1; a >= 0; a--) (at, index[a]) = Math.DivRem(at, Y[a + 2]);
            IEnumerable<int> places = [at];
            for (var a = 0; a < Axes.Length; a++)
            {
                var axis = a;
                places = from place in places
                         from tap in Enumerable.Range(0, Axes[axis].Kernel)
                         let i = Axes[axis].At(index[axis], tap)
                         where counts(i, axis)
                         select place * X[axis + 2] + i;
            }
            return places;
        }
    }
}
