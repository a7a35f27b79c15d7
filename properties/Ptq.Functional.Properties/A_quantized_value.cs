using FsCheck;
using Ptq.Calibration;
using Ptq.Engine.Kernels;
using Ptq.Numerics;
using Ptq.Properties.Framework;
using Ptq.Quantization;
using Ptq.Tensors;
using Interval = Ptq.Quantization.Interval;

namespace Ptq.Properties;

public class A_quantized_value
{
    [Property(Arbitrary = [typeof(Generators)], MaxTest = 500)]
    public bool Moves_at_most_half_a_step_inside_the_range(Interval range, bool symmetric, Grid grid, double where)
    {
        var p = Affine.Covering(AffineRule.Standard, range, symmetric, grid);
        var inside = double.IsFinite(where) ? Math.Abs(where) % 1 : 0.5;
        var x = (float)Math.Clamp(range.Low + inside * (range.High - range.Low), range.Low, range.High);
        var back = Affine.Dequantize(p, Affine.Quantize(AffineRule.Standard, p, x));
        // Half a step, and what float32 loses: of the scale at 2^bits steps, of the quotient, and of the product.
        var slack = Math.ScaleB(Math.Abs((double)x) + p.Scale, -22) + Math.ScaleB(p.Scale, grid.Bits - 23);
        return Math.Abs((double)x - back) <= p.Scale / 2 + slack;
    }

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Keeps_zero_exactly(AffineParams p) => Affine.Dequantize(p, Affine.Quantize(AffineRule.Standard, p, 0)) == 0;

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 500)]
    public bool Comes_back_from_its_code(AffineParams p, int any)
    {
        var code = p.Grid.Min + (int)((uint)any % (uint)(p.Grid.Max - p.Grid.Min + 1));
        return Affine.Quantize(AffineRule.Standard, p, Affine.Dequantize(p, code)) == code;
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 500)]
    public bool Keeps_the_order(AffineParams p, NormalFloat a, NormalFloat b, bool thesis)
    {
        var rule = thesis ? AffineRule.Thesis : AffineRule.Standard;
        return Affine.Quantize(rule, p, (float)Math.Min(a.Get, b.Get)) <= Affine.Quantize(rule, p, (float)Math.Max(a.Get, b.Get));
    }

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Is_always_a_code_of_the_grid(AffineParams p, float any, bool thesis) =>
        Affine.Quantize(thesis ? AffineRule.Thesis : AffineRule.Standard, p, any) is var q && q >= p.Grid.Min && q <= p.Grid.Max;

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Has_no_smaller_a_scale_in_a_wider_range(Interval a, Interval b, bool symmetric, Grid grid, bool thesis)
    {
        var rule = thesis ? AffineRule.Thesis : AffineRule.Standard;
        var both = Interval.Of(Math.Min(a.Low, b.Low), Math.Max(a.High, b.High));
        return a.WithZero is { Low: 0, High: 0 } || Affine.Covering(rule, a, symmetric, grid).Scale <= Affine.Covering(rule, both, symmetric, grid).Scale; // an empty range has scale 1
    }

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Has_a_zero_point_where_the_range_is_lopsided_even_when_signed(float width)
    {
        var high = Math.Clamp(Math.Abs(float.IsFinite(width) ? width : 1), 1e-20f, 1e20f);
        var p = Affine.Covering(AffineRule.Standard, Interval.Of(0, high), symmetric: false, Grid.Int8);
        return p.ZeroPoint == -128 && Affine.Covering(AffineRule.Thesis, Interval.Of(0, high), symmetric: false, Grid.Int8).ZeroPoint == 0;
    }

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Has_the_same_magnitude_on_both_sides_when_symmetric(AffineParams p, NormalFloat x) =>
        !p.Grid.Narrow || Affine.Quantize(AffineRule.Standard, p, (float)x.Get) - p.ZeroPoint == p.ZeroPoint - Affine.Quantize(AffineRule.Standard, p, (float)-x.Get);

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Has_no_larger_a_step_per_channel_than_per_tensor(Rng rng, Grid grid, bool symmetric, byte channels, byte columns)
    {
        var shape = Shape.Of(channels % 5 + 1, columns % 7 + 1);
        var data = new double[shape.Count];
        rng.FillStandardNormal(data);
        var weights = Tensor.Of(shape, Values.From(data.Select(x => (float)x)));
        var whole = Affine.Fit(AffineRule.Standard, weights, new Scheme(new Granularity.PerTensor(), symmetric), grid);
        return Enumerable.Range(0, 2).All(axis =>
            Affine.Fit(AffineRule.Standard, weights, new Scheme(new Granularity.PerChannel(axis), symmetric), grid).Each.AsEnumerable().All(p => p.Scale <= whole.Of(0).Scale));
    }

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Leaves_room_for_every_bias_and_no_scale_larger_than_that_takes(AffineParams p, NormalFloat bias, NormalFloat scale)
    {
        var (b, s) = ((float)Math.IEEERemainder(bias.Get, 1e6), Math.Clamp(Math.Abs(scale.Get), 1e-6, 1e3));
        if (p.Scale is < 1e-20 or > 1e20) return true;
        var raised = BiasRoom.For(TensorParams.PerTensor(p), [b, b / 2], s).Of(0);
        var steps = Math.Abs(b) / (s * raised.Scale);
        return steps <= 1 << 27 && raised.ZeroPoint == p.ZeroPoint && (raised == p || raised.Scale > p.Scale && steps > (1 << 27) * 0.999999);
    }

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Is_the_same_by_vectors(AffineParams p, float[] values, bool thesis)
    {
        var rule = thesis ? AffineRule.Thesis : AffineRule.Standard;
        var steps = Enumerable.Range(-40, 80).Select(i => (float)(p.Scale * i / 2)); // ties
        var all = values.Concat(steps).ToArray();
        if (p.Grid.Max > short.MaxValue) return true; // codes are carried as int16
        var (scalar, vectors) = (new short[all.Length], new short[all.Length]);
        QuantizeKernel.Run(rule, p, all, scalar, VectorWidth.Scalar);
        QuantizeKernel.Run(rule, p, all, vectors, VectorWidth.Bits512);
        return scalar.SequenceEqual(vectors) && scalar.Select(q => (int)q).SequenceEqual(all.Select(x => Affine.Quantize(rule, p, x)));
    }
}
