using System.Numerics;
using Ptq.Engine.Kernels;
using Ptq.Properties.Framework;
using Ptq.Quantization;

namespace Ptq.Properties;

public class A_requantization
{
    [Property(Arbitrary = [typeof(Generators)], MaxTest = 1000)]
    public bool Keeps_the_order(Rescaling rescaling, Accumulator a, Accumulator b)
    {
        var r = rescaling.Requantizer;
        return r.Apply(Math.Min(a.Value, b.Value), 1) <= r.Apply(Math.Max(a.Value, b.Value), 1);
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 1000)]
    public bool Is_within_one_code_of_the_real_quotient(Rescaling rescaling, Accumulator a)
    {
        var (numerator, denominator) = Quotient(rescaling, a);
        var code = (BigInteger)rescaling.Requantizer.Apply(a.Value, 0) - rescaling.Zero;
        var (low, high) = (rescaling.Output.Grid.Min - rescaling.Zero, rescaling.Output.Grid.Max - rescaling.Zero);
        // |code − clamp(n/d)| ≤ 1, multiplied by d > 0
        var clamped = BigInteger.Max(low * denominator, BigInteger.Min(high * denominator, numerator));
        return BigInteger.Abs(code * denominator - clamped) <= denominator;
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 1000)]
    public bool Is_the_nearest_code_under_the_ONNX_text(Rescaling rescaling, Accumulator a)
    {
        var exact = rescaling with { Contract = Contract.OnnxSpec };
        var (numerator, denominator) = Quotient(exact, a);
        var code = (BigInteger)exact.Requantizer.Apply(a.Value, 0) - exact.Zero;
        var distance = BigInteger.Abs(2 * (code * denominator - numerator));
        return distance < denominator
            || distance == denominator && code.IsEven // the tie went to the even quotient, before the zero point
            || code == exact.Output.Grid.Min - exact.Zero && numerator < code * denominator
            || code == exact.Output.Grid.Max - exact.Zero && numerator > code * denominator;
    }

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Of_nothing_is_the_zero_point(Rescaling rescaling) => rescaling.Requantizer.Apply(0, 0) == rescaling.Zero;

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Never_falls_below_a_fused_ReLU(Rescaling rescaling, Accumulator a)
    {
        var r = rescaling;
        var fused = Requantizer.Create(r.Contract, Unit(r.Sx), TensorParams.PerTensor(Unit(r.Sw)), 1, r.Output, Interval.Of(0, float.MaxValue));
        var plain = Requantizer.Create(r.Contract, Unit(r.Sx), TensorParams.PerTensor(Unit(r.Sw)), 1, r.Output);
        return fused.Apply(a.Value, 0) == Math.Max(plain.Apply(a.Value, 0), r.Zero);
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 500)]
    public bool Is_the_same_by_vectors(Rescaling rescaling, Accumulator[] sums)
    {
        var requantizer = Requantizer.Create(rescaling.Contract, Unit(rescaling.Sx), TensorParams.PerTensor(Unit(rescaling.Sw)), 21, rescaling.Output);
        const int stride = 24, channels = 19, first = 2;
        int[] accumulators = [.. sums.Select(s => s.Value), .. Enumerable.Range(-36, 72)];
        Array.Resize(ref accumulators, (accumulators.Length + stride - 1) / stride * stride);
        var positions = accumulators.Length / stride;
        var (scalar, vectors) = (new short[positions * channels], new short[positions * channels]);
        RequantizeKernel.Run(requantizer, first, channels, accumulators, stride, scalar, channels, VectorWidth.Scalar);
        RequantizeKernel.Run(requantizer, first, channels, accumulators, stride, vectors, channels, VectorWidth.Bits512);
        var expected = from p in Enumerable.Range(0, positions) from c in Enumerable.Range(0, channels) select (short)requantizer.Apply(accumulators[p * stride + c], first + c);
        return scalar.SequenceEqual(vectors) && scalar.SequenceEqual(expected);
    }

    private static AffineParams Unit(float scale) => AffineParams.Create(scale, 0, Grid.Int8).Match(p => p, _ => throw new InvalidOperationException());

    /// <summary>acc · s_x · s_w / s_y as an exact fraction with a positive denominator.</summary>
    private static (BigInteger Numerator, BigInteger Denominator) Quotient(Rescaling r, Accumulator a)
    {
        static BigInteger Scaled(float x) => (BigInteger)Math.ScaleB((double)x, 149); // every float32 is a multiple of 2⁻¹⁴⁹
        return (a.Value * Scaled(r.Sx) * Scaled(r.Sw), Scaled(r.Sy) << 149);
    }
}
