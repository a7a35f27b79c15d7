using Ptq.Quantization;
using Xunit;

namespace Ptq.Tests.Quantization;

/// <summary>One accumulator for each difference between the contracts that a rounding habit would hide.</summary>
[Trait("Category", "Paths")]
public class Contracts_differ_where_they_should
{
    [Theory] // acc · ½: ties go to even before the zero point, or upwards
    [InlineData(Contract.Thesis, 1, 7, 7)]
    [InlineData(Contract.OnnxSpec, 1, 7, 7)]
    [InlineData(Contract.MlasFloat32, 1, 7, 7)]
    [InlineData(Contract.FixedPoint, 1, 7, 8)]
    [InlineData(Contract.MlasFloat32, 3, 7, 9)]
    [InlineData(Contract.FixedPoint, 3, 7, 9)]
    [InlineData(Contract.MlasFloat32, -1, 7, 7)]
    [InlineData(Contract.FixedPoint, -1, 7, 7)]
    [InlineData(Contract.FixedPoint, -3, 7, 6)]
    [InlineData(Contract.OnnxSpec, -3, 7, 5)]
    public void On_ties(Contract contract, int accumulator, int zero, int expected) =>
        Assert.Equal(expected, Requantizer.Create(contract, Scale(0.5f), TensorParams.PerTensor(Scale(1)), 1, Params(1, zero)).Apply(accumulator, 0));

    [Fact]
    public void On_accumulators_beyond_24_bits()
    {
        const int accumulator = (1 << 24) + 1; // float32 makes it 2²⁴
        var m = MathF.ScaleB(257, -25); // the exact product is 128.50000766, the float32 product is the tie 128.5
        Assert.Equal(129, Requantizer.Create(Contract.OnnxSpec, Scale(m), TensorParams.PerTensor(Scale(1)), 1, Params(1, 0)).Apply(accumulator, 0));
        Assert.Equal(128, Requantizer.Create(Contract.MlasFloat32, Scale(m), TensorParams.PerTensor(Scale(1)), 1, Params(1, 0)).Apply(accumulator, 0));
    }

    [Fact]
    public void On_how_a_per_tensor_factor_is_rounded()
    {
        // The thesis keeps a per-tensor factor in double until the end; the runtime rounds at every step.
        var (sx, sw, sy) = (0.1, 0.2, 0.7);
        Requantizer Of(Contract contract) => Requantizer.Create(contract, Double(sx), TensorParams.PerTensor(Double(sw)), 1, Double(sy));
        var thesis = Assert.IsType<Requantizer.Float32>(Of(Contract.Thesis)).Multipliers[0];
        var runtime = Assert.IsType<Requantizer.Float32>(Of(Contract.MlasFloat32)).Multipliers[0];
        Assert.Equal((float)(sx * sw / sy), thesis);
        Assert.Equal((float)sx * (float)sw / (float)sy, runtime);
        Assert.NotEqual(thesis, runtime);
    }

    [Fact]
    public void Quantizing_a_tie_under_an_odd_zero_point_depends_on_when_it_is_added()
    {
        var p = Params(1, 7);
        Assert.Equal(7, Affine.Quantize(AffineRule.Standard, p, 0.5f));
        Assert.Equal(8, Affine.Quantize(AffineRule.Thesis, p, 0.5f));
    }

    private static AffineParams Scale(double scale) => AffineParams.Create(scale, 0, Grid.Int8).Match(p => p, _ => throw new InvalidOperationException());

    private static AffineParams Double(double scale) => AffineParams.Of(scale, 0, Grid.Int8);

    private static AffineParams Params(float scale, int zero) => AffineParams.Create(scale, zero, Grid.UInt8).Match(p => p, _ => throw new InvalidOperationException());
}
