using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Quantization;

/// <summary>Quantization and its inverse, of single values and of whole tensors.</summary>
public static class Affine
{
    /// <summary>The parameters under which the codes of a grid cover a range (widened to hold 0, so that 0 is exact).</summary>
    /// <remarks>
    /// Symmetric: scale m / (2^(bits−1) − 1) with m the range's magnitude, zero point in the grid's middle, and the lowest
    /// code unused. Asymmetric: scale (high − low) / (max − min), zero point rne(min − low/scale). An empty range has scale 1.
    /// </remarks>
    public static AffineParams Covering(AffineRule rule, Interval range, bool symmetric, Grid grid)
    {
        if (rule == AffineRule.Thesis) return ThesisAffine.Covering(range, symmetric, grid);

        var r = range.WithZero;
        if (symmetric) return AffineParams.Of(ScaleOf(r.Magnitude, grid.Max - grid.Middle), grid.Middle, grid.Narrowed);
        var scale = ScaleOf(r.High - r.Low, grid.Max - grid.Min);
        return AffineParams.Of(scale, (int)Math.Clamp(Rounding.HalfToEven(grid.Min - r.Low / scale), grid.Min, grid.Max), grid);
    }

    /// <summary>The code of a real value: clamp(rne(x / scale) + zero point), the quotient in float32 (ONNX QuantizeLinear). NaN becomes the zero point.</summary>
    public static int Quantize(AffineRule rule, AffineParams p, float x)
    {
        var z = p.ZeroPoint;
        var q = x / (float)p.Scale;
        var code = rule == AffineRule.Thesis ? ThesisAffine.Round(q, z) : Rounding.HalfToEven(q) + z;
        return float.IsNaN(code) ? z : (int)Math.Clamp(code, p.Grid.Min, p.Grid.Max); // clamped as a float, so that no cast has to saturate
    }

    /// <summary>The real value of a code: scale · (q − zero point), in float32 (ONNX DequantizeLinear).</summary>
    public static float Dequantize(AffineParams p, int code) => (float)p.Scale * (code - p.ZeroPoint);

    /// <summary>Min-max parameters of a weight tensor under a scheme.</summary>
    /// <param name="rule">The arithmetic.</param>
    /// <param name="weights">Finite values; the channels of a per-channel scheme lie along its axis.</param>
    /// <param name="scheme">Granularity and symmetry.</param>
    /// <param name="grid">The grid before a symmetric scheme narrows it.</param>
    public static TensorParams Fit(AffineRule rule, Tensor weights, Scheme scheme, Grid grid) => scheme.Granularity switch
    {
        Granularity.PerChannel(var axis) => TensorParams.PerChannel(axis, Values.From(
            Enumerable.Range(0, weights.Shape[axis]).Select(c => ThesisAffine.Channel(rule, Covering(rule, RangeOf(weights, axis, c), scheme.Symmetric, grid))))),
        Granularity.PerTensor => TensorParams.PerTensor(Covering(rule, Interval.Covering(weights.Data.Span), scheme.Symmetric, grid)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The codes of a tensor.</summary>
    /// <exception cref="ArgumentException">The parameters do not fit its shape.</exception>
    public static QTensor Quantize(AffineRule rule, Tensor real, TensorParams p) => QTensor.Of(real.Shape,
        Values.Create<int, (AffineRule Rule, Tensor Real, TensorParams P)>(real.Data.Length, (rule, real, p), static (dst, s) =>
        {
            var channels = new Channels(s.Real.Shape, s.P);
            var src = s.Real.Data.Span;
            for (var i = 0; i < dst.Length; i++) dst[i] = Quantize(s.Rule, s.P.Of(channels.At(i)), src[i]);
        }));

    /// <summary>The codes of a tensor under parameters of at most 8 bits, as a file holds them.</summary>
    internal static Constant QuantizeToBytes(AffineRule rule, Tensor real, TensorParams p) => Constant.Create(p.Grid.Signed ? ElementType.Int8 : ElementType.UInt8, real.Shape, (rule, real, p), static (to, s) =>
    {
        var channels = new Channels(s.real.Shape, s.p);
        var from = s.real.Data.Span;
        for (var i = 0; i < to.Length; i++) to[i] = unchecked((byte)Quantize(s.rule, s.p.Of(channels.At(i)), from[i]));
    });

    /// <summary>The real values of a tensor of codes.</summary>
    /// <exception cref="ArgumentException">The parameters do not fit its shape.</exception>
    public static Tensor Dequantize(QTensor codes, TensorParams p) => Tensor.Of(codes.Shape,
        Values.Create<float, (QTensor Codes, TensorParams P)>(codes.Codes.Length, (codes, p), static (dst, s) =>
        {
            var channels = new Channels(s.Codes.Shape, s.P);
            var src = s.Codes.Codes.Span;
            for (var i = 0; i < dst.Length; i++) dst[i] = Dequantize(s.P.Of(channels.At(i)), src[i]);
        }));

    // float32, as ONNX stores scales; 1 for an empty range.
    private static double ScaleOf(double width, int steps) => width == 0 ? 1 : Math.Max((float)(width / steps), AffineParams.SmallestScale);

    /// <summary>The codes that a fused ReLU or Clip leaves: those from the code of the range's low end to that of its high end; all of them without one.</summary>
    internal static (int Low, int High) Codes(AffineRule rule, AffineParams p, Interval? fused) => fused is { } range
        ? (Quantize(rule, p, (float)range.Low), Quantize(rule, p, (float)range.High))
        : (p.Grid.Min, p.Grid.Max);

    private static Interval RangeOf(Tensor weights, int axis, int channel)
    {
        var (stride, length) = (weights.Shape.Stride(axis), weights.Shape[axis]);
        var src = weights.Data.Span;
        float low = float.PositiveInfinity, high = float.NegativeInfinity;
        for (var start = channel * stride; start < src.Length; start += stride * length)
            foreach (var x in src.Slice(start, stride)) (low, high) = (MathF.Min(low, x), MathF.Max(high, x));
        return low > high ? default : Interval.Of(low, high);
    }

    /// <summary>The index along the channel axis of an element; 0 everywhere where there is no such axis.</summary>
    private readonly struct Channels
    {
        private readonly int stride = 1;
        private readonly int length = 1;

        public Channels(Shape shape, TensorParams p)
        {
            if (!p.Fits(shape)) throw new ArgumentException($"{p.Each.Length} parameters, {p.Granularity}, for a tensor {shape}.", nameof(p));
            if (p.Granularity is Granularity.PerChannel(var axis)) (stride, length) = (shape.Stride(axis), shape[axis]);
        }

        public int At(int index) => index / stride % length;
    }
}
