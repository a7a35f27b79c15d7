using Ptq.Engine;
using Ptq.Engine.Kernels;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Properties.Framework;
using Ptq.Tensors;
using Xunit;
using static Ptq.Properties.Expect;

namespace Ptq.Properties;

public class A_convolution
{
    [Property(Arbitrary = [typeof(Generators)], MaxTest = 300)]
    public bool Equals_its_definition_in_every_bit_on_every_path(Rng rng)
    {
        var drawn = new Drawn(rng);
        var c = Case.Of(drawn);
        var (x, w, bias) = (drawn.Reals(c.Images * c.X.Count), drawn.Reals(c.Filters.Count), drawn.Reals(c.Filters[0]));
        var expected = Definition(c, x, w, bias);
        return Drawn.Widths.All(width =>
        {
            var y = new float[expected.Length];
            new FloatConvolution(new(c.X, [.. c.Axes], channelsLast: false), c.Filters, c.Groups, 16, w, bias, width).Run(x, c.Images, y);
            return Drawn.SameBits(y, expected);
        });
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 300)]
    public bool Has_the_transposed_one_as_its_adjoint(Rng rng)
    {
        // ⟨Conv(x), y⟩ = ⟨x, ConvTranspose(y)⟩ with the same filters; whole numbers, so that both sides are exact.
        var drawn = new Drawn(rng);
        var c = Case.Of(drawn);
        float[] Whole(int count) => [.. drawn.Wholes(count, -4, 4).Select(n => (float)n)];
        var (x, w) = (Whole(c.Images * c.X.Count), Whole(c.Filters.Count));
        var y = Whole(c.Images * c.Filters[0] * Size(c.Outputs));
        var convolved = new float[y.Length];
        new FloatConvolution(new(c.X, [.. c.Axes], channelsLast: false), c.Filters, c.Groups, 16, w, []).Run(x, c.Images, convolved);
        var left = Dot(convolved, y);
        return Drawn.Widths.All(width =>
        {
            var back = new float[x.Length];
            var layout = PhaseLayout.Of(c.Axes, c.Outputs, c.X.Lengths.Span[1..].ToArray());
            new TransposedConvolution(layout, Shape.Of([c.Filters[0], .. c.Outputs]), c.Filters, c.Groups, w, [], width).Run(y, c.Images, back);
            return Dot(x, back) == left;
        });
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 200)]
    public bool Transposed_fuses_in_the_order_of_place_and_channel_on_every_path(Rng rng)
    {
        var drawn = new Drawn(rng);
        var c = Case.Of(drawn); // backwards: from its outputs to its inputs
        var (from, to, channels) = (Shape.Of([c.Filters[0], .. c.Outputs]), c.X, c.Filters[1] * c.Groups);
        var (y, w, bias) = (drawn.Reals(from.Count), drawn.Reals(c.Filters.Count), drawn.Reals(channels));
        var expected = new float[to.Count];
        var (places, plane) = (Size(c.Kernel), Size(c.Outputs));
        for (var at = 0; at < expected.Length; at++)
        {
            var (o, index) = (at / to.Stride(0), Index(at % to.Stride(0), to.Lengths.Span[1..]));
            var sum = bias[o];
            for (var place = 0; place < places; place++)
                if (Read(c, index, Index(place, c.Kernel)) is >= 0 and var input)
                    for (var i = 0; i < c.Filters[0] / c.Groups; i++)
                    {
                        var channel = o / c.Filters[1] * (c.Filters[0] / c.Groups) + i;
                        sum = MathF.FusedMultiplyAdd(y[channel * plane + input], w[(channel * c.Filters[1] + o % c.Filters[1]) * places + place], sum);
                    }
            expected[at] = sum;
        }
        return Drawn.Widths.All(width =>
        {
            var x = new float[expected.Length];
            new TransposedConvolution(PhaseLayout.Of(c.Axes, c.Outputs, to.Lengths.Span[1..].ToArray()), from, c.Filters, c.Groups, w, bias, width).Run(y, 1, x);
            return Drawn.SameBits(x, expected);
        });

        // The index, along every axis, of the input that reaches an output through a tap: j · stride + tap · dilation − before = i.
        static int Read(Case c, int[] output, int[] tap)
        {
            var flat = 0;
            for (var a = 0; a < tap.Length; a++)
            {
                var (j, rest) = Math.DivRem(output[a] + c.Axes[a].Before - tap[a] * c.Axes[a].Dilation, c.Axes[a].Stride);
                if (rest != 0 || j < 0 || j >= c.Outputs[a]) return -1;
                flat = flat * c.Outputs[a] + j;
            }
            return flat;
        }
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 200)]
    public bool Of_codes_is_that_of_the_numbers_that_they_stand_for(Rng rng, bool constants)
    {
        // ConvInteger(x, w) = Conv(x − z_x, w − z_w), which floats hold exactly.
        var drawn = new Drawn(rng);
        var c = Case.Of(drawn);
        var (tx, tw) = (drawn.Of(ElementType.UInt8, ElementType.Int8), drawn.Of(ElementType.UInt8, ElementType.Int8));
        var (x, w, zx) = (drawn.Code(tx, [c.Images, .. c.X.Lengths.AsEnumerable()]), drawn.Code(tw, [.. c.Filters.Lengths.AsEnumerable()]), drawn.Code(tx));
        var zw = drawn.From(0, 1) == 0 ? drawn.Code(tw) : drawn.Code(tw, c.Filters[0]);
        float[] Centred(Operand codes, Operand zeros, int run) => [.. codes.Integers.AsEnumerable().Select((q, i) => (float)(q - zeros.Integers[zeros.Shape.Rank == 0 ? 0 : i / run]))];
        var sums = Right(Drawn.Run("ConvInteger", [x, w, zx, zw], constants, c.Attributes))[0];
        var expected = Definition(c, Centred(x, zx, 1), Centred(w, zw, c.Filters.Stride(0)), new float[c.Filters[0]]);
        return sums.Type == ElementType.Int32 && sums.Integers.AsEnumerable().Select(sum => (float)sum).SequenceEqual(expected);
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 200)]
    public bool As_an_operator_is_the_same_whether_its_weights_are_known(Rng rng)
    {
        var drawn = new Drawn(rng);
        var c = Case.Of(drawn);
        Operand[] inputs = [drawn.Real([c.Images, .. c.X.Lengths.AsEnumerable()]), drawn.Real([.. c.Filters.Lengths.AsEnumerable()]), drawn.Real(c.Filters[0])];
        var (known, given) = (Right(Drawn.Run("Conv", inputs, true, c.Attributes))[0], Right(Drawn.Run("Conv", inputs, false, c.Attributes))[0]);
        return known == given && Drawn.SameBits(known.Floats.Span, Definition(c, inputs[0].Floats.Span.ToArray(), inputs[1].Floats.Span.ToArray(), inputs[2].Floats.Span.ToArray()));
    }

    [Fact]
    public void Goes_along_planes_where_a_group_has_few_outputs_and_only_there()
    {
        static bool Planes(int channels, int outputs, int groups)
        {
            var filters = Shape.Of(outputs, channels / groups, 3, 3);
            return PlanePlan.Create(new(Shape.Of(channels, 30, 30), Window.Square(3, 1, 1), channelsLast: false), filters, groups, new float[filters.Count], [], VectorWidth.Bits512) is not null;
        }
        var vectors = PlaneKernel.For(VectorWidth.Bits512).Lanes > 1; // without them there is nothing to fill
        Assert.Equal(vectors, Planes(16, 16, 16));
        Assert.Equal(vectors, Planes(16, 32, 16));
        Assert.False(Planes(16, 32, 1));
    }

    private static float[] Definition(Case c, float[] x, float[] w, float[] bias)
    {
        var (outputs, places, channels) = (Size(c.Outputs), Size(c.Kernel), c.Filters[1]);
        var y = new float[c.Images * c.Filters[0] * outputs];
        for (var at = 0; at < y.Length; at++)
        {
            var (image, o, index) = (at / outputs / c.Filters[0], at / outputs % c.Filters[0], Index(at % outputs, c.Outputs));
            var sum = bias[o];
            for (var place = 0; place < places; place++)
            {
                var (flat, inside, tap) = (0, true, Index(place, c.Kernel));
                for (var a = 0; a < tap.Length; a++)
                {
                    var i = index[a] * c.Axes[a].Stride + tap[a] * c.Axes[a].Dilation - c.Axes[a].Before;
                    (flat, inside) = (flat * c.X[a + 1] + i, inside && i >= 0 && i < c.X[a + 1]);
                }
                for (var i = 0; i < channels; i++)
                {
                    var channel = image * c.X[0] + o / (c.Filters[0] / c.Groups) * channels + i;
                    sum = MathF.FusedMultiplyAdd(inside ? x[channel * c.X.Stride(0) + flat] : 0, w[(o * channels + i) * places + place], sum);
                }
            }
            y[at] = sum;
        }
        return y;
    }

    private static double Dot(float[] a, float[] b) => a.Zip(b, (p, q) => (double)p * q).Sum();

    private static int Size(ReadOnlySpan<int> lengths)
    {
        var size = 1;
        foreach (var length in lengths) size *= length;
        return size;
    }

    private static int[] Index(int flat, ReadOnlySpan<int> lengths)
    {
        var index = new int[lengths.Length];
        for (var a = lengths.Length - 1; a >= 0; a--) (flat, index[a]) = Math.DivRem(flat, lengths[a]);
        return index;
    }

    /// <summary>A small convolution along one to three axes.</summary>
    private sealed record Case(int Images, Shape X, Shape Filters, int Groups, WindowAxis[] Axes)
    {
        public int[] Outputs { get; } = [.. Axes.Select((axis, i) => axis.Outputs(X[i + 1]))];

        public int[] Kernel { get; } = [.. Axes.Select(axis => axis.Kernel)];

        public (string, AttributeValue)[] Attributes =>
        [
            Drawn.One("group", Groups),
            Drawn.List("strides", Axes.Select(a => a.Stride)),
            Drawn.List("dilations", Axes.Select(a => a.Dilation)),
            Drawn.List("pads", Axes.Select(a => a.Before).Concat(Axes.Select(a => a.After))),
        ];

        public static Case Of(Drawn drawn)
        {
            var (rank, groups) = (drawn.From(1, 3), drawn.Of(1, 1, 2, 3, 8));
            var (inputs, outputs) = (groups > 3 ? 1 : drawn.From(1, 4), groups > 3 ? drawn.From(1, 2) : drawn.From(1, 20 / groups));
            var lengths = drawn.Each(rank, _ => rank == 1 ? drawn.From(1, 80) : drawn.From(1, rank == 2 ? 12 : 5));
            WindowAxis[] axes =
            [
                .. lengths.Select(length =>
                {
                    var (kernel, dilation) = (drawn.From(1, 4), drawn.Of(1, 1, 2, 3));
                    var missing = Math.Max(0, (kernel - 1) * dilation + 1 - length);
                    var before = drawn.From(0, Math.Max(missing, kernel));
                    return new WindowAxis(kernel, drawn.From(1, 4), before, Math.Max(0, missing - before) + drawn.From(0, 2), dilation);
                }),
            ];
            return new(drawn.From(1, 3), Shape.Of([groups * inputs, .. lengths]), Shape.Of([groups * outputs, inputs, .. axes.Select(a => a.Kernel)]), groups, axes);
        }
    }
}
