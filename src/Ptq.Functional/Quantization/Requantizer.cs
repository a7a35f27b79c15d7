using Ptq.Numerics;

namespace Ptq.Quantization;

/// <summary>
/// Turns INT32 accumulators into codes of the output, channel by channel, under a named contract; a fused ReLU or Clip has
/// narrowed the codes it may return. This scalar form is the definition that every vector form must equal.
/// </summary>
public abstract record Requantizer
{
    private Requantizer(int zeroPoint, int low, int high) => (ZeroPoint, Low, High) = (zeroPoint, low, high);

    /// <summary>The output's zero point.</summary>
    public int ZeroPoint { get; }

    /// <summary>The lowest code returned.</summary>
    public int Low { get; }

    /// <summary>The highest code returned.</summary>
    public int High { get; }

    /// <summary>The code of an accumulator of a channel, in [<see cref="Low"/>, <see cref="High"/>].</summary>
    public int Apply(int accumulator, int channel)
    {
        var rounded = this switch
        {
            Float32 r => (long)Math.Clamp(Rounding.HalfToEven(accumulator * r.Multipliers[channel]), -1e9f, 1e9f),
            Exact r => r.Factors[channel].Times(accumulator),
            Fixed r => r.Factors[channel].Times(accumulator),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return (int)Math.Clamp(Math.Clamp(rounded, -1L << 40, 1L << 40) + ZeroPoint, Low, High);
    }

    /// <summary>One float32 product: <see cref="Contract.Thesis"/> and <see cref="Contract.MlasFloat32"/>, which differ in how M came to be.</summary>
    public sealed record Float32 : Requantizer
    {
        internal Float32(Values<float> multipliers, int zeroPoint, int low, int high) : base(zeroPoint, low, high) => Multipliers = multipliers;

        /// <summary>M of every channel.</summary>
        public Values<float> Multipliers { get; }
    }

    /// <summary>The exact quotient: <see cref="Contract.OnnxSpec"/>.</summary>
    public sealed record Exact : Requantizer
    {
        internal Exact(Values<ExactFactor> factors, int zeroPoint, int low, int high) : base(zeroPoint, low, high) => Factors = factors;

        /// <summary>The factor of every channel.</summary>
        internal Values<ExactFactor> Factors { get; }
    }

    /// <summary>Integers only: <see cref="Contract.FixedPoint"/>.</summary>
    public sealed record Fixed : Requantizer
    {
        internal Fixed(Values<FixedPointFactor> factors, int zeroPoint, int low, int high) : base(zeroPoint, low, high) => Factors = factors;

        /// <summary>The factor of every channel.</summary>
        internal Values<FixedPointFactor> Factors { get; }
    }

    /// <summary>The requantizer of a layer.</summary>
    /// <param name="contract">Which arithmetic.</param>
    /// <param name="input">The parameters of the input's codes.</param>
    /// <param name="weights">The parameters of the weights' codes.</param>
    /// <param name="channels">The number of output channels.</param>
    /// <param name="output">The parameters of the codes wanted.</param>
    /// <param name="fused">The real range that a fused ReLU or Clip leaves, or none.</param>
    /// <exception cref="ArgumentException">Per-channel parameters are not as many as channels.</exception>
    public static Requantizer Create(Contract contract, AffineParams input, TensorParams weights, int channels, AffineParams output, Interval? fused = null)
    {
        if (weights.Granularity is Granularity.PerChannel && weights.Each.Length != channels) throw new ArgumentException($"{weights.Each.Length} parameters for {channels} channels.", nameof(weights));
        var z = output.ZeroPoint;
        var (low, high) = Affine.Codes(contract.Rule, output, fused);
        var (sx, sy) = (input.Scale, output.Scale);
        Values<T> Each<T>(Func<double, T> of) where T : IEquatable<T> => Values.From(Enumerable.Range(0, channels).Select(c => of(weights.Of(c).Scale)));

        return contract switch
        {
            Contract.Thesis when weights.Granularity is Granularity.PerTensor => new Float32(Each(sw => Finite((float)(sx * sw / sy))), z, low, high),
            Contract.Thesis or Contract.MlasFloat32 => new Float32(Each(sw => Finite((float)sx * (float)sw / (float)sy)), z, low, high),
            Contract.OnnxSpec => new Exact(Each(sw => ExactFactor.Of((float)sx, (float)sw, (float)sy)), z, low, high),
            Contract.FixedPoint => new Fixed(Each(sw => FixedPointFactor.Of((double)(float)sx * (float)sw / (float)sy)), z, low, high),
            _ => throw new ArgumentOutOfRangeException(nameof(contract)),
        };
    }

    /// <summary>A requantizer of one float32 product with these factors.</summary>
    internal static Requantizer Create(AffineParams output, (int Low, int High) codes, Values<float> factors) => new Float32(factors.Map(Finite), output.ZeroPoint, codes.Low, codes.High);

    // An infinite factor would turn the accumulator 0 into NaN.
    private static float Finite(float factor) => MathF.Min(factor, float.MaxValue);
}
