using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Reference;

/// <summary>The definition of every layer on float32 batches [N, …].</summary>
internal static class FloatOps
{
    public static Tensor Run(Layer layer, Tensor x, Tensor? second, FloatArithmetic arithmetic) => layer switch
    {
        Layer.Conv2d c => Convolution.Float(c, x, arithmetic),
        Layer.Linear l => Linear(l, x, arithmetic),
        Layer.Relu => Each(x, static (x, _) => MathF.Max(x, 0)),
        Layer.Clip c => Each(x, (x, _) => MathF.Min(MathF.Max(x, c.Min), c.Max)),
        Layer.MaxPool2d p => Pool(x, p.Window, static under => under.Aggregate(MathF.Max)),
        Layer.AveragePool2d p => Pool(x, p.Window, under => Mean(under, p.CountPadding ? p.Window.Area : 0)),
        Layer.GlobalAveragePool => Pool(x, Window.Whole(x.Shape.Inner), static under => Mean(under, 0)),
        Layer.Add => Each(x, (value, i) => value + second!.Data[i]),
        Layer.Flatten => x.Reshape(Shape.Of(x.Shape[0], x.Shape.Stride(0))),
        Layer.Softmax => Softmax(x),
        Layer.BatchNorm b => Norm(b, x),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static Tensor Linear(Layer.Linear l, Tensor x, FloatArithmetic arithmetic) =>
        Convolution.Float(l.AsConv2d(), x.Reshape(Shape.Of(x.Shape[0], x.Shape[1], 1, 1)), arithmetic).Reshape(Shape.Of(x.Shape[0], l.Weights.Shape[0]));

    private static Tensor Pool(Tensor x, Window window, Func<IEnumerable<float>, float> f)
    {
        var shape = Pooling.OutputOf(window, x.Shape);
        return Tensor.Of(shape, Values.From(Enumerable.Range(0, shape.Count).Select(at => f(Pooling.Under(window, x.Shape, at).Select(i => x.Data[i])))));
    }

    // Summed in double in index order and rounded once.
    private static float Mean(IEnumerable<float> xs, int count)
    {
        var (sum, seen) = (0.0, 0);
        foreach (var x in xs) (sum, seen) = (sum + x, seen + 1);
        return (float)(sum / (count == 0 ? seen : count));
    }

    /// <summary>Softmax of every row.</summary>
    public static Tensor Softmax(Tensor x)
    {
        var row = x.Shape[x.Shape.Rank - 1];
        var y = new float[x.Data.Length];
        for (var start = 0; start < y.Length; start += row) SoftmaxRow(x.Data.Span.Slice(start, row), y.AsSpan(start, row));
        return Tensor.Of(x.Shape, Values.Freeze(y));
    }

    public static void SoftmaxRow(ReadOnlySpan<float> x, Span<float> y)
    {
        var max = float.NegativeInfinity;
        foreach (var value in x) max = MathF.Max(max, value);
        Span<double> powers = x.Length <= 256 ? stackalloc double[x.Length] : new double[x.Length];
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++) sum += powers[i] = Elementary.Exp((double)x[i] - max);
        for (var i = 0; i < x.Length; i++) y[i] = (float)(powers[i] / sum);
    }

    private static Tensor Norm(Layer.BatchNorm b, Tensor x)
    {
        var (stride, channels) = (x.Shape.Stride(1), x.Shape[1]);
        return Each(x, (value, i) =>
        {
            var c = i / stride % channels;
            return (float)(((double)value - b.Mean[c]) / Math.Sqrt((double)b.Variance[c] + b.Epsilon) * b.Scale[c] + b.Bias[c]);
        });
    }

    private static Tensor Each(Tensor x, Func<float, int, float> f) => Tensor.Of(x.Shape,
        Values.Create<float, (Tensor X, Func<float, int, float> F)>(x.Data.Length, (x, f), static (dst, s) =>
        {
            for (var i = 0; i < dst.Length; i++) dst[i] = s.F(s.X.Data[i], i);
        }));
}
