using Ptq.Numerics;
using Ptq.Quantization;
using Xunit;

namespace Ptq.Tests.Quantization;

/// <summary>The small examples of the thesis's notebooks, as its protocol states them.</summary>
[Trait("Category", "Paths")]
public class Worked_examples_of_the_thesis
{
    [Theory]
    [InlineData(AffineRule.Thesis)]
    [InlineData(AffineRule.Standard)]
    public void Five_values_on_their_own_range(AffineRule rule)
    {
        float[] x = [-1.2f, -0.1f, 0, 0.3f, 1.0f];
        var p = Affine.Covering(rule, Interval.Covering(x), symmetric: false, Grid.UInt8);
        Assert.Equal(0.008627451, p.Scale, 8);
        Assert.Equal(139, p.ZeroPoint);
        int[] codes = [.. x.Select(v => Affine.Quantize(rule, p, v))];
        Assert.Equal([0, 127, 139, 174, 255], codes);
        Assert.Equal([-1.1992157f, -0.10352941f, 0, 0.3019608f, 1.0007843f], codes.Select(q => Affine.Dequantize(p, q)));
    }

    [Fact]
    public void Five_accumulators_requantized()
    {
        var r = Requantizer.Create(Contract.Thesis, Params(0.05, 0, Grid.Int8), TensorParams.PerTensor(Params(0.02, 0, Grid.Int8)), 1, Params(0.03, 10, Grid.UInt8));
        int[] accumulators = [-1000, -10, 0, 15, 1000];
        Assert.Equal([0, 10, 10, 10, 43], accumulators.Select(a => r.Apply(a, 0)));
    }

    [Fact]
    public void One_product_with_and_without_ReLU()
    {
        const int accumulator = -40; // (120 − 128) · 5
        var (x, w, y) = (Params(0.02, 128, Grid.UInt8), TensorParams.PerTensor(Params(0.05, 0, Grid.Int8)), Params(0.04, 10, Grid.UInt8));
        Assert.Equal(9, Requantizer.Create(Contract.Thesis, x, w, 1, y).Apply(accumulator, 0));
        Assert.Equal(10, Requantizer.Create(Contract.Thesis, x, w, 1, y, Interval.Of(0, float.MaxValue)).Apply(accumulator, 0));
    }

    [Fact]
    public void Annealing_in_one_dimension()
    {
        var rng = Rng.FromSeed(0);
        var (current, temperature) = (99.0, 2.0);
        var best = (P: current, Score: Score(current));
        for (var step = 0; step < 20; step++)
        {
            (var shift, rng) = rng.Normal(0, 0.7);
            var (proposal, gain) = (current + shift, Score(current + shift) - Score(current));
            var accepted = gain > 0;
            if (!accepted)
            {
                (var threshold, rng) = rng.NextDouble();
                accepted = Elementary.Exp(gain / Math.Max(temperature, 1e-6)) > threshold;
            }
            if (accepted) current = proposal;
            if (Score(current) > best.Score) best = (current, Score(current));
            temperature *= 0.95;
        }
        Assert.Equal((97.4798070991393, 99.99959224675483), best);

        static double Score(double p) => 100 - (p - 97.5) * (p - 97.5);
    }

    private static AffineParams Params(double scale, int zero, Grid grid) => AffineParams.Of(scale, zero, grid); // the thesis's scales are doubles
}
