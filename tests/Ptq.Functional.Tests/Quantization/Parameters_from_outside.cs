using Ptq.Quantization;
using Xunit;

namespace Ptq.Tests.Quantization;

public class Parameters_from_outside
{
    [Fact]
    public void Show_every_fault_at_once()
    {
        var faults = AffineParams.Create(double.NaN, 300, Grid.UInt8).Match(_ => [], faults => faults.Select(f => f.Field).ToArray());
        Assert.Equal(["scale", "zero point"], faults);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1e-39)] // subnormal
    [InlineData(1e39)]
    [InlineData(double.PositiveInfinity)]
    public void Have_a_positive_normal_scale(double scale) => Assert.True(AffineParams.Create(scale, 0, Grid.Int8).IsFail);

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    public void Have_2_to_16_bits(int bits) => Assert.True(Grid.Create(bits, true).IsFail);

    [Theory]
    [InlineData(2, true, -2, 1)]
    [InlineData(4, false, 0, 15)]
    [InlineData(8, true, -128, 127)]
    [InlineData(16, false, 0, 65535)]
    public void Span_their_grid(int bits, bool signed, int min, int max)
    {
        var grid = Grid.Create(bits, signed).Match(g => g, _ => throw new InvalidOperationException());
        Assert.Equal((min, max, min + 1, max), (grid.Min, grid.Max, grid.Narrowed.Min, grid.Narrowed.Max));
    }

    [Fact]
    public void Symmetric_ones_spread_the_magnitude_over_127_steps_and_the_thesis_over_127_and_a_half()
    {
        var range = Interval.Of(-1, 2);
        Assert.Equal((float)(2.0 / 127), Affine.Covering(AffineRule.Standard, range, true, Grid.Int8).Scale);
        Assert.Equal(-127, Affine.Covering(AffineRule.Standard, range, true, Grid.Int8).Grid.Min);
        Assert.Equal(4.0 / 255, Affine.Covering(AffineRule.Thesis, range, true, Grid.Int8).Scale);
        Assert.Equal(-128, Affine.Covering(AffineRule.Thesis, range, true, Grid.Int8).Grid.Min);
    }
}
