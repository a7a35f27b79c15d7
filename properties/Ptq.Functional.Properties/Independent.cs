using System.Numerics;
using Ptq.Engine;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Properties;

/// <summary>
/// A quantized network computed a second time, from its definition in words and with nothing of the engine: no lowering, no
/// shared walk over windows, sums in long, exact quotients in big integers. A mistake would have to be made twice.
/// </summary>
internal sealed class Independent(Graph graph, ByName<AffineParams> points, ByName<TensorParams> weights, Contract contract, BiasRule bias)
{
    private sealed record Codes(int[] Values, AffineParams Params, Shape Shape);

    private bool Thesis => contract == Contract.Thesis;

    /// <summary>The codes of every tensor that exists.</summary>
    public Dictionary<string, int[]> Run(Tensor images)
    {
        var count = images.Shape[0];
        var known = new Dictionary<string, Codes>(StringComparer.Ordinal) { [graph.Input] = new([.. images.Data.AsEnumerable().Select(x => Quantize(points[graph.Input], x))], points[graph.Input], graph.InputShape) };
        var inside = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in graph.Nodes)
        {
            if (inside.Contains(node.Name)) continue;
            var readers = graph.Nodes.AsEnumerable().Where(n => n.Inputs.AsEnumerable().Contains(node.Output)).ToArray();
            var makes = node.Layer is Layer.Conv2d or Layer.Linear or Layer.Add or Layer.AveragePool2d or Layer.GlobalAveragePool;
            var activation = makes && !points.Has(node.Output) && node.Output != graph.Output && readers is [{ Layer: Layer.Relu or Layer.Clip } only] ? only : null;
            if (activation is not null) inside.Add(activation.Name);
            var output = (activation ?? node).Output;
            var x = known[node.Input];
            var p = points.Has(output) ? points[output] : x.Params;
            var shape = graph.Shapes[node.Output];
            int After(int code) => activation?.Layer switch
            {
                Layer.Relu => Math.Max(code, p.ZeroPoint),
                Layer.Clip c => Math.Min(Math.Max(code, Quantize(p, c.Min)), Quantize(p, c.Max)),
                _ => code,
            };
            int Keep(int code, Func<float, float> f) => p == x.Params && node.Layer is (Layer.Flatten or Layer.MaxPool2d) ? code : Quantize(p, f(Dequantize(x.Params, code)));
            int[] y = node.Layer switch
            {
                Layer.Conv2d c => [.. Convolve(c, x, shape, count, weights[node.Name], p).Select(After)],
                Layer.Linear l => [.. Convolve(new(l.Weights.Reshape(Shape.Of(shape[0], x.Shape[0], 1, 1)), l.Bias, Window.Square(1)), x with { Shape = Shape.Of(x.Shape[0], 1, 1) }, Shape.Of(shape[0], 1, 1), count, weights[node.Name], p).Select(After)],
                Layer.Relu => [.. x.Values.Select(q => Keep(q, v => Math.Max(v, 0)))],
                Layer.Clip c => [.. x.Values.Select(q => Keep(q, v => Math.Min(Math.Max(v, c.Min), c.Max)))],
                Layer.Flatten => [.. x.Values.Select(q => Keep(q, v => v))],
                Layer.MaxPool2d m => [.. Windows(m.Window, x, shape, count).Select(under => Keep(under.Max(), v => v))],
                Layer.AveragePool2d a => [.. Windows(a.Window, x, shape, count).Select(under => After(
                    contract == Contract.MlasFloat32 && a.Window != WholeLike(a.Window, x.Shape) ? MeanOfReals(under, a.CountPadding ? a.Window.Area : under.Count, x.Params, p)
                    : Average(under, a.CountPadding ? a.Window.Area : under.Count, x.Params, p)))],
                Layer.GlobalAveragePool => [.. x.Values.Chunk(x.Shape[1] * x.Shape[2]).Select(plane => After(Average(plane, plane.Length, x.Params, p)))],
                Layer.Add => [.. x.Values.Zip(known[node.Inputs[1]].Values, (a, b) => After(contract == Contract.MlasFloat32
                    ? SumOfCodes(a, x.Params, b, known[node.Inputs[1]].Params, p)
                    : Quantize(p, Dequantize(x.Params, a) + Dequantize(known[node.Inputs[1]].Params, b))))],
                Layer.Softmax => [.. x.Values.Chunk(x.Shape[0]).SelectMany(row => Softmax(row, x.Params).Select(v => Quantize(p, v)))],
                _ => throw new InvalidOperationException(node.Layer.GetType().Name),
            };
            known[output] = new(y, p, graph.Shapes[output]);
        }
        return known.ToDictionary(k => k.Key, k => k.Value.Values, StringComparer.Ordinal);
    }

    private IEnumerable<int> Convolve(Layer.Conv2d c, Codes x, Shape y, int count, TensorParams w, AffineParams p)
    {
        var (channels, height, width) = (x.Shape[0], x.Shape[1], x.Shape[2]);
        var (groupIn, groupOut) = (channels / c.Groups, y[0] / c.Groups);
        var (rows, columns) = (c.Window.Rows, c.Window.Columns);
        for (var image = 0; image < count; image++)
            for (var o = 0; o < y[0]; o++)
            {
                var wp = w.Granularity is Granularity.PerTensor ? w.Each[0] : w.Each[o];
                for (var i = 0; i < y[1]; i++)
                    for (var j = 0; j < y[2]; j++)
                    {
                        var sum = bias == BiasRule.Dropped ? 0L : (long)Math.Round(c.Bias[o] / (x.Params.Scale * wp.Scale), MidpointRounding.ToEven);
                        for (var k = 0; k < groupIn; k++)
                            for (var r = 0; r < rows.Kernel; r++)
                                for (var s = 0; s < columns.Kernel; s++)
                                {
                                    var (row, column) = (i * rows.Stride + r * rows.Dilation - rows.Before, j * columns.Stride + s * columns.Dilation - columns.Before);
                                    if (row < 0 || row >= height || column < 0 || column >= width) continue;
                                    var code = x.Values[((image * channels + o / groupOut * groupIn + k) * height + row) * width + column];
                                    var weight = Quantize(wp, c.Weights.Data[((o * groupIn + k) * rows.Kernel + r) * columns.Kernel + s]);
                                    sum += (long)(code - x.Params.ZeroPoint) * (weight - wp.ZeroPoint);
                                }
                        yield return Requantize(checked((int)sum), x.Params.Scale, wp.Scale, w.Granularity is Granularity.PerTensor, p);
                    }
            }
    }

    private static IEnumerable<List<int>> Windows(Window window, Codes x, Shape y, int count)
    {
        for (var plane = 0; plane < count * x.Shape[0]; plane++)
            for (var i = 0; i < y[1]; i++)
                for (var j = 0; j < y[2]; j++)
                {
                    var under = new List<int>();
                    for (var r = 0; r < window.Rows.Kernel; r++)
                        for (var s = 0; s < window.Columns.Kernel; s++)
                        {
                            var (row, column) = (i * window.Rows.Stride + r * window.Rows.Dilation - window.Rows.Before, j * window.Columns.Stride + s * window.Columns.Dilation - window.Columns.Before);
                            if (row >= 0 && row < x.Shape[1] && column >= 0 && column < x.Shape[2]) under.Add(x.Values[(plane * x.Shape[1] + row) * x.Shape[2] + column]);
                        }
                    yield return under;
                }
    }

    private int Average(IReadOnlyCollection<int> under, int divisor, AffineParams x, AffineParams y)
    {
        var sum = under.Sum(q => q - x.ZeroPoint);
        if (contract != Contract.MlasFloat32) return Requantize(sum, x.Scale, (float)(1.0 / divisor), false, y);
        var all = (float)y.Scale * divisor;
        return Inside(Math.Round((double)(sum * ((float)x.Scale / all)), MidpointRounding.ToEven) + y.ZeroPoint, y);
    }

    /// <summary>The same window over all of an image.</summary>
    private static Window WholeLike(Window w, Shape x) => new(w.Rows with { Kernel = x[1], Before = 0, After = 0 }, w.Columns with { Kernel = x[2], Before = 0, After = 0 });

    private static int MeanOfReals(List<int> under, int divisor, AffineParams x, AffineParams y)
    {
        var sum = 0f;
        foreach (var q in under) sum += Dequantize(x, q);
        return RoundedWithZero(sum / divisor / (float)y.Scale + y.ZeroPoint, y);
    }

    private static int SumOfCodes(int a, AffineParams x, int b, AffineParams w, AffineParams y)
    {
        var (p, q) = ((float)x.Scale / (float)y.Scale, (float)w.Scale / (float)y.Scale);
        var zeros = MathF.FusedMultiplyAdd(p, x.ZeroPoint, q * w.ZeroPoint);
        var second = MathF.FusedMultiplyAdd(q, b, y.ZeroPoint - zeros);
        return RoundedWithZero(MathF.FusedMultiplyAdd(p, a, second), y);
    }

    /// <summary>What no INT32 holds is the lowest code.</summary>
    private static int RoundedWithZero(float code, AffineParams y) => Math.Round((double)code, MidpointRounding.ToEven) is var whole && whole >= -2147483648.0 && whole <= 2147483647.0 ? Inside(whole, y) : y.Grid.Min;

    private static int Inside(double code, AffineParams y) => (int)Math.Min(Math.Max(code, y.Grid.Min), y.Grid.Max);

    private static IEnumerable<float> Softmax(int[] row, AffineParams p)
    {
        var max = Dequantize(p, row.Max());
        var powers = row.Select(q => Elementary.Exp((double)Dequantize(p, q) - max)).ToArray();
        var sum = powers.Aggregate(0.0, (a, b) => a + b);
        return powers.Select(e => (float)(e / sum));
    }

    private static float Dequantize(AffineParams p, int code) => (float)p.Scale * (code - p.ZeroPoint);

    private int Quantize(AffineParams p, float x)
    {
        var q = x / (float)p.Scale;
        var code = Thesis ? Math.Round((double)(q + p.ZeroPoint), MidpointRounding.ToEven) : Math.Round((double)q, MidpointRounding.ToEven) + p.ZeroPoint;
        return double.IsNaN(code) ? p.ZeroPoint : code < p.Grid.Min ? p.Grid.Min : code > p.Grid.Max ? p.Grid.Max : (int)code;
    }

    private int Requantize(int sum, double sx, double sw, bool perTensor, AffineParams y)
    {
        BigInteger rounded;
        if (contract is Contract.Thesis or Contract.MlasFloat32)
        {
            var m = Thesis && perTensor ? (float)(sx * sw / y.Scale) : (float)((float)((float)sx * (float)sw) / (float)y.Scale);
            rounded = (BigInteger)Math.Clamp(Math.Round((double)(sum * m), MidpointRounding.ToEven), -1e15, 1e15);
        }
        else if (contract == Contract.OnnxSpec)
        {
            static BigInteger Exact(double scale) => (BigInteger)((double)(float)scale * Math.ScaleB(1, 149)); // every float32 is a multiple of 2⁻¹⁴⁹
            var (n, d) = (sum * Exact(sx) * Exact(sw), Exact(y.Scale) << 149);
            var floor = Floor(n, d);
            var rest = 2 * (n - floor * d);
            rounded = rest > d || rest == d && !floor.IsEven ? floor + 1 : floor;
        }
        else
        {
            var m = (double)(float)sx * (float)sw / (float)y.Scale;
            var e = 0; // 2^(e−1) ≤ m < 2^e
            while (m >= Math.ScaleB(1, e)) e++;
            while (m < Math.ScaleB(1, e - 1)) e--;
            var q = (BigInteger)Math.Round(Math.ScaleB(m, 31 - e), MidpointRounding.ToEven);
            rounded = 31 - e > 0 ? Floor(sum * q + (BigInteger.One << (30 - e)), BigInteger.One << (31 - e)) : sum * q << (e - 31);
        }
        return (int)BigInteger.Max(y.Grid.Min, BigInteger.Min(y.Grid.Max, rounded + y.ZeroPoint));
    }

    private static BigInteger Floor(BigInteger n, BigInteger d) => BigInteger.DivRem(n, d, out var rest) is var q && rest.Sign < 0 ? q - 1 : q;
}
