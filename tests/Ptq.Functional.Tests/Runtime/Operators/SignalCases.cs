using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Tests.Runtime.Operators;

/// <summary>Fourier transforms, losses, and what is left.</summary>
internal static class SignalCases
{
    public static IEnumerable<OperatorDrawing> All =>
    [
        new("DFT", 17, Transform), new("STFT", 17, ShortTime), Window("HannWindow"), Window("HammingWindow"), Window("BlackmanWindow"), new("MelWeightMatrix", 17, MelWeights),
        new("NegativeLogLikelihoodLoss", 13, d => Loss(d, "NegativeLogLikelihoodLoss", 1)), new("SoftmaxCrossEntropyLoss", 13, d => Loss(d, "SoftmaxCrossEntropyLoss", d.From(1, 2))),
        new("Det", 13, Det), new("MaxUnpool", 13, MaxUnpool),
    ];

    private static OperatorCase Transform(Draw d)
    {
        var parts = d.From(1, 2);
        var x = Shape.Of(d.From(1, 2), d.From(1, 2 * d.Size), d.From(1, 3), parts);
        var axis = d.From(1, 2);
        var direction = d.Of<(string, object)[]>([], [("inverse", 1)], parts == 1 ? [("onesided", 1)] : []);
        var length = d.Flip() ? Draw.One(d.From(1, 2 * d.Size)) : null;
        return (d.Opset < 20 ? new("DFT", [d.Reals(x), length], 1, [("axis", axis), .. direction]) : new OperatorCase("DFT", [d.Reals(x), length, Draw.One(axis)], 1, direction)) with { Tolerance = 1e-3 };
    }

    /// <summary>Complex signals have no window: version 1.30 of the ONNX Runtime multiplies other elements by it (the sum of a frame is not that of the products).</summary>
    private static OperatorCase ShortTime(Draw d)
    {
        var (parts, length) = (d.From(1, 2), d.From(2, d.Size + 1));
        var x = Shape.Of(d.From(1, 2), length + d.From(0, 2 * d.Size), parts);
        return new("STFT", [d.Reals(x), Draw.One(d.From(1, length)), parts == 1 && d.Flip() ? d.Reals(length) : null, Draw.One(length)], 1, ("onesided", parts == 1 ? d.From(0, 1) : 0)) { Tolerance = 1e-3 };
    }

    private static OperatorDrawing Window(string op) => new(op, 17, d => new(op, [Draw.One(d.From(2, 3 * d.Size))], 0, ("periodic", d.From(0, 1)), ("output_datatype", (long)d.Of(Draw.Floats))));

    private static OperatorCase MelWeights(Draw d) => new("MelWeightMatrix",
        [Draw.One(d.From(1, d.Size)), Draw.One(16 * d.Size), Draw.One(8000), Draw.One(ElementType.Float32, d.Real(0, 500)), Draw.One(ElementType.Float32, d.Real(1000, 3500))], 0);

    private static OperatorCase Loss(Draw d, string op, int outputs)
    {
        var scores = Shape.Of([d.From(1, 3), d.From(1, d.Size), .. d.Shape(0, 2).Lengths.AsEnumerable()]);
        var classes = Shape.Of([.. scores.Lengths.AsEnumerable().Where((_, axis) => axis != 1)]);
        (string, object)[] attributes = d.Flip() ? [("reduction", d.Of("none", "sum", "mean"))] : [("reduction", d.Of("none", "sum", "mean")), ("ignore_index", d.From(0, scores[1] - 1))];
        return new(op, [d.Reals(scores), d.Elements(d.Of(ElementType.Int32, ElementType.Int64), classes, 0, scores[1] - 1), d.Flip() ? null : d.Unrounded(Shape.Of(scores[1]), 0.2, 2)], d.AllOrFirst(3), attributes) { Outputs = outputs };
    }

    private static OperatorCase Det(Draw d)
    {
        var n = d.From(1, Math.Min(5, d.Size));
        return new("Det", [d.Unrounded(Shape.Of([.. d.Shape(0, 2).Lengths.AsEnumerable(), n, n]), -2, 2)], 1);
    }

    /// <summary>One place of every window, as a MaxPool without padding gives them.</summary>
    private static OperatorCase MaxUnpool(Draw d)
    {
        var (x, kernel) = (Shape.Of(d.From(1, 2), d.From(1, 3), d.From(1, d.Size), d.From(1, d.Size)), d.From(1, 3));
        var (height, width) = (x[2] * kernel, x[3] * kernel);
        var places = Enumerable.Range(0, x.Count).Select(i => (long)(i / (x[2] * x[3]) * height + i / x[3] % x[2] * kernel + d.From(0, kernel - 1)) * width + i % x[3] * kernel + d.From(0, kernel - 1)).ToArray();
        var shape = d.Flip() ? Draw.List(x[0], x[1], height, width) : null;
        return new("MaxUnpool", [d.Reals(x), Operand.Of(ElementType.Int64, x, Values.From(places)), shape], d.Flip() ? 2 : 1, ("kernel_shape", (long[])[kernel, kernel]), ("strides", (long[])[kernel, kernel]));
    }
}
