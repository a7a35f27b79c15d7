using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Engine.Reference;

/// <summary>The definition of every operation on codes, for batches [N, …] in C order.</summary>
internal static class IntegerOps
{
    /// <summary>The codes of every tensor of a network, from a float batch.</summary>
    public static ByName<QTensor> Run(QuantizedGraph q, Tensor images)
    {
        var codes = ByName<QTensor>.Of([(q.Graph.Input, Affine.Quantize(q.Rule, images, TensorParams.PerTensor(q.Points[q.Graph.Input])))]);
        foreach (var op in q.Operations) codes = codes.With(op.Output, Run(op, name => codes[name]));
        return codes;
    }

    public static QTensor Run(QOp op, Func<string, QTensor> codes)
    {
        var x = codes(op.Input);
        var (input, output) = (x.Shape, op.OutputShape.Batch(x.Shape[0]));
        return op switch
        {
            QOp.Dot d => Dot(d, x, output),
            QOp.MaxPool p => Each(output, at => Pooling.Under(p.Window, input, at).Max(i => x.Codes[i])),
            QOp.AveragePool p => Each(output, at => Average(p, x, at)),
            QOp.Table t => Each(output, at => t.Codes[x.Codes[at] - t.Lowest]),
            QOp.Add a => Each(output, at => Sum(a, x.Codes[at], codes(a.B).Codes[at])),
            QOp.Flatten => QTensor.Of(output, x.Codes),
            QOp.Softmax s => Affine.Quantize(s.Rule, FloatOps.Softmax(Affine.Dequantize(x, TensorParams.PerTensor(s.InputParams))), TensorParams.PerTensor(s.Result)),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    public static int Sum(QOp.Add op, int a, int b) => op.Sum is { } sum
        ? sum.Of(a, b)
        : Math.Clamp(Affine.Quantize(op.Rule, op.Result, Affine.Dequantize(op.AParams, a) + Affine.Dequantize(op.BParams, b)), op.Low, op.High);

    private static QTensor Dot(QOp.Dot op, QTensor x, Shape output)
    {
        var sums = Convolution.Accumulate(op, QTensor.Of(op.InputImage.Batch(x.Shape[0]), x.Codes));
        var (stride, channels) = (output.Stride(1), output[1]);
        return Each(output, at => op.Requantizer.Apply(sums[at], at / stride % channels));
    }

    private static int Average(QOp.AveragePool op, QTensor x, int at)
    {
        var (sum, reals, count) = (0, 0f, 0);
        foreach (var i in Pooling.Under(op.Window, x.Shape, at)) (sum, reals, count) = (sum + x.Codes[i] - op.InputZero, reals + (op.Mean?.Real(x.Codes[i]) ?? 0), count + 1);
        if (op.CountPadding) count = op.Window.Area;
        return op.Mean is { } mean ? mean.Of(reals, count) : op.Requantizer.Apply(sum, count - 1);
    }

    private static QTensor Each(Shape shape, Func<int, int> code) => QTensor.Of(shape, Values.From(Enumerable.Range(0, shape.Count).Select(code)));
}
