using System.Globalization;
using LanguageExt;
using Ptq.Errors;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Model;

/// <summary>The shape of what a node writes, or what does not fit. Shapes are those of one image.</summary>
internal static class ShapeInference
{
    public static Either<PtqError, Shape> Of(Node node, Values<Shape> inputs)
    {
        var x = inputs[0];
        return node.Layer switch
        {
            Layer.Conv2d c => Conv(node, c, x),
            Layer.Linear l => Dense(node, l, x),
            Layer.MaxPool2d p => Pool(node, p.Window, x),
            Layer.AveragePool2d p => Pool(node, p.Window, x),
            Layer.GlobalAveragePool => x.Rank == 3 && x.Count > 0 ? Shape.Of(x[0], 1, 1) : Bad(node, "input", x, "[C, H, W]"),
            Layer.Add => x == inputs[1] ? x : Bad(node, "inputs", $"{x} and {inputs[1]}", "one shape"),
            Layer.Flatten => Shape.Of(x.Count),
            Layer.BatchNorm b => Norm(node, b, x),
            Layer.Clip c => float.IsFinite(c.Min) && float.IsFinite(c.Max) && c.Min <= c.Max ? x : Bad(node, "range", string.Create(CultureInfo.InvariantCulture, $"[{c.Min}, {c.Max}]"), "finite ends in order"),
            Layer.Relu or Layer.Softmax => x,
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static Either<PtqError, Shape> Conv(Node node, Layer.Conv2d c, Shape x)
    {
        var (w, window) = (c.Weights.Shape, c.Window);
        if (x.Rank != 3) return Bad(node, "input", x, "[C, H, W]");
        if (c.Groups < 1 || x[0] % c.Groups != 0) return Bad(node, "groups", c.Groups, $"a divisor of the {x[0]} input channels");
        if (w.Rank != 4 || w.Count == 0 || w[1] != x[0] / c.Groups || w[2] != window.Rows.Kernel || w[3] != window.Columns.Kernel || w[0] % c.Groups != 0)
            return Bad(node, "weights", w, $"[multiple of {c.Groups}, {x[0] / c.Groups}, {window.Rows.Kernel}, {window.Columns.Kernel}]");
        if (Numbers(node, c.Weights, c.Bias, w[0]) is { } error) return error;
        return Slide(node, window, x, w[0]);
    }

    private static Either<PtqError, Shape> Dense(Node node, Layer.Linear l, Shape x)
    {
        var w = l.Weights.Shape;
        if (x.Rank != 1) return Bad(node, "input", x, "[K]: flatten it first");
        if (w.Rank != 2 || w[1] != x[0] || w.Count == 0) return Bad(node, "weights", w, $"[outputs, {x[0]}]");
        return Numbers(node, l.Weights, l.Bias, w[0]) is { } error ? error : Shape.Of(w[0]);
    }

    private static Either<PtqError, Shape> Pool(Node node, Window window, Shape x)
    {
        if (x.Rank != 3) return Bad(node, "input", x, "[C, H, W]");
        var slid = Slide(node, window, x, x[0]);
        return slid.IsLeft || window.Rows.AlwaysSees(x[1]) && window.Columns.AlwaysSees(x[2]) ? slid
            : Bad(node, "window", $"{window} on {x}", "less padding: an output would see nothing else");
    }

    private static Either<PtqError, Shape> Norm(Node node, Layer.BatchNorm b, Shape x)
    {
        var channels = x.Rank == 0 ? 0 : x[0];
        if (b.Scale.Length != channels || b.Bias.Length != channels || b.Mean.Length != channels || b.Variance.Length != channels)
            return Bad(node, "parameters", $"{b.Scale.Length}, {b.Bias.Length}, {b.Mean.Length}, {b.Variance.Length} numbers", $"{channels} of each");
        var numbers = b.Scale.AsEnumerable().Concat(b.Bias.AsEnumerable()).Concat(b.Mean.AsEnumerable()).Concat(b.Variance.AsEnumerable());
        return numbers.All(float.IsFinite) && b.Variance.AsEnumerable().All(v => v >= 0) && b.Epsilon > 0 && float.IsFinite(b.Epsilon) ? x
            : Bad(node, "parameters", "NaN, an infinity, a negative variance or an epsilon that is not positive", "finite numbers, variances from 0, a positive epsilon");
    }

    private static Either<PtqError, Shape> Slide(Node node, Window window, Shape x, int channels)
    {
        if (!window.Rows.IsValid || !window.Columns.IsValid) return Bad(node, "window", window, "kernel, stride and dilation from 1, padding from 0");
        var (rows, columns) = (window.Rows.Outputs(x[1]), window.Columns.Outputs(x[2]));
        if (!Shape.Fits(x[0], window.Rows.Padded(x[1]), window.Columns.Padded(x[2])) || !Shape.Fits(channels, rows, columns)) return Bad(node, "window", $"{window} on {x}", "images of fewer than 2³¹ elements, their padding included");
        return rows > 0 && columns > 0 ? Shape.Of(channels, rows, columns) : Bad(node, "window", $"{window} on {x}", "a window that fits its input");
    }

    private static PtqError? Numbers(Node node, Tensor weights, Values<float> bias, int outputs) =>
        bias.Length != outputs ? new PtqError.BadGraph(node.Name, "bias", $"{bias.Length} numbers", $"{outputs}")
        : weights.IsFinite && Tensor.Of(Shape.Of(outputs), bias).IsFinite ? null
        : new PtqError.BadGraph(node.Name, "weights", "NaN or an infinity", "finite numbers");

    private static PtqError Bad<T>(Node node, string place, T seen, string wanted) => new PtqError.BadGraph(node.Name, place, $"{seen}", wanted);
}
