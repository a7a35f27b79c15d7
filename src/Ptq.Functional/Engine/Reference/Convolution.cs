using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Reference;

/// <summary>
/// The definition of a convolution, in floats and in integers. Padding is a zero that is multiplied like any other value.
/// A linear layer is a convolution with a 1×1 window over a 1×1 image.
/// </summary>
internal static class Convolution
{
    /// <summary>y[n, o, i, j] = bias[o] + Σ x[n, c, i·stride + r·dilation − before, …] · w[o, c, r, s] in the order that the arithmetic names.</summary>
    public static Tensor Float(Layer.Conv2d layer, Tensor x, FloatArithmetic arithmetic)
    {
        var (w, sums) = (layer.Weights.Data, new float[OutputOf(layer.Weights.Shape, layer.Window, x.Shape).Count]);
        var read = new Taps(layer.Weights.Shape, layer.Window, layer.Groups, x.Shape);
        for (var at = 0; at < sums.Length; at++)
        {
            var bias = layer.Bias[read.OutputChannel(at)];
            if (arithmetic == FloatArithmetic.Float64)
            {
                var sum = 0.0;
                foreach (var (xi, wi) in read.ChannelsFirst(at)) sum += (xi < 0 ? 0.0 : x.Data[xi]) * w[wi];
                sums[at] = (float)sum + bias;
            }
            else
            {
                var sum = bias;
                foreach (var (xi, wi) in read.ChannelsLast(at)) sum = MathF.FusedMultiplyAdd(xi < 0 ? 0 : x.Data[xi], w[wi], sum);
                sums[at] = sum;
            }
        }
        return Tensor.Of(OutputOf(layer.Weights.Shape, layer.Window, x.Shape), Values.Freeze(sums));
    }

    /// <summary>bias[o] + Σ (x_q − z_x)·(w_q − z_w[o]) in INT32; padding is the code z_x.</summary>
    public static Values<int> Accumulate(QOp.Dot op, QTensor x)
    {
        var (w, sums) = (op.Weights, new int[OutputOf(op.Weights.Shape, op.Window, x.Shape).Count]);
        var read = new Taps(w.Shape, op.Window, op.Groups, x.Shape);
        for (var at = 0; at < sums.Length; at++)
        {
            var channel = read.OutputChannel(at);
            var sum = op.Bias[channel];
            foreach (var (xi, wi) in read.ChannelsFirst(at))
                if (xi >= 0) sum += (x.Codes[xi] - op.InputParams.ZeroPoint) * (w.Codes[wi] - op.WeightParams.Of(channel).ZeroPoint);
            sums[at] = sum;
        }
        return Values.Freeze(sums);
    }

    /// <summary>[N, O, rows, columns] of a convolution over [N, C, H, W].</summary>
    public static Shape OutputOf(Shape weights, Window window, Shape x) =>
        Shape.Of(x[0], weights[0], window.Rows.Outputs(x[2]), window.Columns.Outputs(x[3]));

    /// <summary>Which input and which weight meet in an output (an index into the output's data); input −1 is padding.</summary>
    private readonly struct Taps(Shape w, Window window, int groups, Shape x)
    {
        private readonly Shape y = OutputOf(w, window, x);

        public int OutputChannel(int at) => at / y.Stride(1) % y[1];

        public IEnumerable<(int Input, int Weight)> ChannelsFirst(int at)
        {
            for (var c = 0; c < w[1]; c++)
                for (var r = 0; r < w[2]; r++)
                    for (var s = 0; s < w[3]; s++)
                        yield return Tap(at, c, r, s);
        }

        public IEnumerable<(int Input, int Weight)> ChannelsLast(int at)
        {
            for (var r = 0; r < w[2]; r++)
                for (var s = 0; s < w[3]; s++)
                    for (var c = 0; c < w[1]; c++)
                        yield return Tap(at, c, r, s);
        }

        private (int Input, int Weight) Tap(int at, int c, int r, int s)
        {
            var (n, o, i, j) = (at / y.Stride(0), OutputChannel(at), at / y[3] % y[2], at % y[3]);
            var (row, column) = (window.Rows.At(i, r), window.Columns.At(j, s));
            var channel = o / (w[0] / groups) * w[1] + c;
            var inside = row >= 0 && row < x[2] && column >= 0 && column < x[3];
            return (inside ? ((n * x[1] + channel) * x[2] + row) * x[3] + column : -1, ((o * w[1] + c) * w[2] + r) * w[3] + s);
        }
    }
}
