using System.Globalization;
using LanguageExt;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;
using static LanguageExt.Prelude;

namespace Ptq.Engine;

/// <summary>What a quantized network is made from; and the codes of weights that are known already, by their node.</summary>
internal sealed record Draft(Graph Graph, ByName<AffineParams> Points, ByName<TensorParams> Weights, Contract Contract, BiasRule Bias, ByName<QTensor>? Known = null)
{
    public AffineRule Rule => Contract.Rule;
}

/// <summary>The integer operations of a network and the parameters of the codes of every tensor that exists.</summary>
/// <param name="Operations">In an order in which they can run.</param>
/// <param name="Params">Of the codes of every tensor.</param>
/// <param name="WeightCodes">The codes of the weights, by their node.</param>
internal sealed record Lowered(Values<QOp> Operations, ByName<AffineParams> Params, ByName<QTensor> WeightCodes);

/// <summary>Decides every float of a quantized network: what is left are operations on codes.</summary>
internal static class Lowering
{
    public static Either<PtqError, Lowered> Of(Draft q)
    {
        foreach (var name in q.Graph.Shapes.Names)
            if (q.Graph.Shapes[name] is var shape && (shape.Rank is not (1 or 3) || shape.Count == 0)) return new PtqError.BadGraph("", $"tensor '{name}'", $"shape {shape}", "[K] or [C, H, W], not empty: what the integer engine takes");
        foreach (var name in q.Weights.Names)
            if (!q.Graph.Weighted.Any(n => n.Name == name)) return new PtqError.BadGraph("", $"weight parameters of '{name}'", "no such node with weights", string.Join(", ", q.Graph.Weighted.Select(n => n.Name)));

        var lowered = new Lowered([], ByName<AffineParams>.Of([(q.Graph.Input, q.Points[q.Graph.Input])]), ByName<QTensor>.Of([]));
        var fused = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal);
        foreach (var node in q.Graph.Nodes)
        {
            if (fused.Contains(node.Name)) continue;
            var activation = q.Graph.ActivationInside(node, q.Points.Has).Case is SomeCase<Node>(var inside) ? inside : null;
            switch (Step(new(q, lowered, node, activation)).Case)
            {
                case LeftCase<PtqError, Lowered>(var error): return error;
                case RightCase<PtqError, Lowered>(var next):
                    if (activation is not null && next.Params.Has(activation.Output)) fused.Add(activation.Name);
                    lowered = next;
                    break;
            }
        }
        return lowered;
    }

    /// <summary>A node with what is known when its turn comes; Activation is the ReLU or Clip that could run inside it.</summary>
    private sealed record Site(Draft Q, Lowered Before, Node Node, Node? Activation)
    {
        public AffineParams Input => Before.Params[Node.Input];

        public Shape ShapeOf(string tensor) => Q.Graph.Shapes[tensor];

        /// <summary>The tensor that a node with an accumulator writes: the activation's where that runs inside.</summary>
        public string Target => (Activation ?? Node).Output;

        public Interval? Fused => Activation?.Layer switch
        {
            Layer.Relu => Interval.Of(0, float.MaxValue),
            Layer.Clip c => Interval.Of(c.Min, c.Max),
            _ => null,
        };

        public Either<PtqError, AffineParams> TargetParams => Q.Points.Find(Target).ToEither(NoPoint(Node, Target));

        public Lowered Append(AffineParams codes, params ReadOnlySpan<QOp> operations) =>
            new([.. Before.Operations.Span, .. operations], Before.Params.With(operations[^1].Output, codes), operations[0] is QOp.Dot dot ? Before.WeightCodes.With(Node.Name, dot.Weights) : Before.WeightCodes);
    }

    private static Either<PtqError, Lowered> Step(Site site) => site.Node.Layer switch
    {
        Layer.Conv2d c => Dot(site, c),
        Layer.Linear l => Dot(site, l.AsConv2d()),
        Layer.Relu => Pointwise(site, static x => MathF.Max(x, 0)),
        Layer.Clip c => Pointwise(site, x => MathF.Min(MathF.Max(x, c.Min), c.Max)),
        Layer.MaxPool2d p => PassThrough(site, (to, x, y) => new QOp.MaxPool(site.Node.Input, to, x, y, p.Window)),
        Layer.Flatten => PassThrough(site, (to, x, y) => new QOp.Flatten(site.Node.Input, to, x, y)),
        Layer.AveragePool2d p => Average(site, p.Window, p.CountPadding),
        Layer.GlobalAveragePool => Average(site, Window.Whole(site.ShapeOf(site.Node.Input)), false),
        Layer.Add => Add(site),
        Layer.Softmax => Softmax(site),
        Layer.BatchNorm => new PtqError.BadGraph(site.Node.Name, "layer", "a BatchNorm", "none: fold it into the convolution before it"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static Either<PtqError, Lowered> Dot(Site site, Layer.Conv2d layer) =>
        from output in site.TargetParams
        from weights in site.Q.Weights.Find(site.Node.Name).ToEither((PtqError)new PtqError.BadGraph(site.Node.Name, "weights", "no parameters", "some for every node with weights"))
        from checkedWeights in Weights(site, layer, weights)
        from bias in Bias(site, layer, weights)
        from _ in AccumulatorFits(site, checkedWeights, weights, bias)
        select site.Append(output, new QOp.Dot(site.Node.Input, site.Target, site.ShapeOf(site.Node.Input), site.ShapeOf(site.Node.Output), site.Input, checkedWeights, weights, bias, layer.Window, layer.Groups,
            Requantizer.Create(site.Q.Contract, site.Input, weights, layer.Weights.Shape[0], output, site.Fused)));

    private static Either<PtqError, QTensor> Weights(Site site, Layer.Conv2d layer, TensorParams p)
    {
        if (p.Granularity is Granularity.PerChannel(not 0) || !p.Fits(layer.Weights.Shape)) return new PtqError.BadGraph(site.Node.Name, "weights", $"{p.Granularity} with {p.Each.Length} parameters", $"per tensor, or per channel of axis 0 with {layer.Weights.Shape[0]}");
        if (site.Q.Known?.Find(site.Node.Name).Case is SomeCase<QTensor>(var known)) return known;
        return p.Grid.Bits <= 8 ? Affine.Quantize(site.Q.Rule, layer.Weights, p) : new PtqError.BadGraph(site.Node.Name, "weights", $"{p.Grid}", "at most 8 bits");
    }

    /// <summary>rne(b / (s_x·s_w[c])) of every channel.</summary>
    private static Either<PtqError, Values<int>> Bias(Site site, Layer.Conv2d layer, TensorParams weights)
    {
        var bias = new int[layer.Bias.Length];
        if (site.Q.Bias == BiasRule.Dropped) return Values.Freeze(bias);
        for (var c = 0; c < bias.Length; c++)
        {
            var code = Rounding.HalfToEven(layer.Bias[c] / (site.Input.Scale * weights.Of(c).Scale));
            if (!(Math.Abs(code) <= int.MaxValue)) return new PtqError.BadGraph(site.Node.Name, $"bias of channel {c}", string.Create(CultureInfo.InvariantCulture, $"{layer.Bias[c]}, which is {code:g6} steps of s_x·s_w"), "at most 2³¹ − 1: a larger weight scale");
            bias[c] = (int)code;
        }
        return Values.Freeze(bias);
    }

    /// <summary>|bias| + Σ |w_q − z_w| · max |x_q − z_x| ≤ 2³¹ − 1 in every channel, so that no order of summation can wrap.</summary>
    private static Either<PtqError, Unit> AccumulatorFits(Site site, QTensor weights, TensorParams p, Values<int> bias)
    {
        var largest = Largest(site.Input);
        var stride = weights.Shape.Stride(0);
        for (var c = 0; c < bias.Length; c++)
        {
            var (sum, zero) = (0L, p.Of(c).ZeroPoint);
            foreach (var w in weights.Codes.Span.Slice(c * stride, stride)) sum += Math.Abs(w - zero);
            if (sum * largest + Math.Abs((long)bias[c]) is > int.MaxValue and var bound) return new PtqError.BadGraph(site.Node.Name, $"accumulator of channel {c}", $"sums up to {bound}", "at most 2³¹ − 1");
        }
        return Unit.Default;
    }

    /// <summary>max |x_q − z_x| over all codes.</summary>
    private static long Largest(AffineParams x) => Math.Max(x.Grid.Max - x.ZeroPoint, x.ZeroPoint - x.Grid.Min);

    /// <summary>An operation that keeps the codes of its input, and a table behind it where its output has a point of its own.</summary>
    private static Either<PtqError, Lowered> PassThrough(Site site, Func<string, Shape, Shape, QOp> make)
    {
        var (input, output) = (site.Input, site.Node.Output);
        var (x, y) = (site.ShapeOf(site.Node.Input), site.ShapeOf(output));
        var hidden = $"{output} before its point";
        while (site.Q.Graph.Shapes.Has(hidden)) hidden += "'";
        var own = site.Q.Points.Find(output).IfNone(input);
        return own == input
            ? site.Append(input, make(output, x, y))
            : site.Append(own, make(hidden, x, y), TableOf(site.Q.Rule, hidden, output, y, input, own, static v => v));
    }

    private static Either<PtqError, Lowered> Pointwise(Site site, Func<float, float> f)
    {
        var (input, output) = (site.Input, site.Node.Output);
        var own = site.Q.Points.Find(output).IfNone(input);
        return site.Append(own, TableOf(site.Q.Rule, site.Node.Input, output, site.ShapeOf(output), input, own, f));
    }

    private static QOp.Table TableOf(AffineRule rule, string from, string to, Shape shape, AffineParams input, AffineParams output, Func<float, float> f) =>
        new(from, to, shape, input.Grid.Min, Values.From(Enumerable.Range(input.Grid.Min, input.Grid.Max - input.Grid.Min + 1)
            .Select(code => Affine.Quantize(rule, output, f(Affine.Dequantize(input, code))))));

    private static Either<PtqError, Lowered> Average(Site site, Window window, bool countPadding) =>
        from output in site.TargetParams
        from area in Largest(site.Input) * window.Area is var bound and > int.MaxValue
            ? new PtqError.BadGraph(site.Node.Name, "accumulator", $"sums up to {bound}", "at most 2³¹ − 1")
            : Right<PtqError, int>(window.Area)
        select site.Append(output, new QOp.AveragePool(site.Node.Input, site.Target, site.ShapeOf(site.Node.Input), site.ShapeOf(site.Node.Output), site.Input.ZeroPoint, window, countPadding,
            Sums(site, output, area), Mean(site, window, output)));

    /// <summary>What becomes of integer sums: s_x / (s_y · count) of a whole plane in the ONNX Runtime, else 1/count as the scale of weights.</summary>
    private static Requantizer Sums(Site site, AffineParams output, int area)
    {
        if (site.Q.Contract == Contract.MlasFloat32)
            return Requantizer.Create(output, Affine.Codes(site.Q.Rule, output, site.Fused), Values.From(Enumerable.Range(1, area).Select(count => CodeMean.Factor((float)site.Input.Scale, (float)output.Scale, count))));
        var counts = TensorParams.PerChannel(0, Values.From(Enumerable.Range(1, area).Select(count => AffineParams.Of((float)(1.0 / count), 0, Grid.Int8))));
        return Requantizer.Create(site.Q.Contract, site.Input, counts, area, output, site.Fused);
    }

    /// <summary>The ONNX Runtime sums reals, but where a window is a whole plane.</summary>
    private static CodeMean? Mean(Site site, Window window, AffineParams output)
    {
        if (site.Q.Contract != Contract.MlasFloat32 || site.ShapeOf(site.Node.Input) is var x && window.Rows.Covers(x[1]) && window.Columns.Covers(x[2])) return null;
        var (low, high) = Affine.Codes(site.Q.Rule, output, site.Fused);
        return new(InFloat32(site.Input), InFloat32(output), low, high);
    }

    private static (float Scale, int Zero) InFloat32(AffineParams p) => ((float)p.Scale, p.ZeroPoint);

    private static Either<PtqError, Lowered> Add(Site site) =>
        from output in site.TargetParams
        let range = Affine.Codes(site.Q.Rule, output, site.Fused)
        let a = site.Before.Params[site.Node.Inputs[0]]
        let b = site.Before.Params[site.Node.Inputs[1]]
        select site.Append(output, new QOp.Add(site.Node.Inputs[0], site.Node.Inputs[1], site.Target, site.ShapeOf(site.Node.Output), site.Q.Rule, a, b, output, range.Low, range.High,
            site.Q.Contract == Contract.MlasFloat32 ? new CodeSum(InFloat32(a), InFloat32(b), InFloat32(output), range.Low, range.High) : null));

    private static Either<PtqError, Lowered> Softmax(Site site) =>
        from input in site.ShapeOf(site.Node.Input) is { Rank: 1 } vector ? Right<PtqError, Shape>(vector) : new PtqError.BadGraph(site.Node.Name, "input", $"{site.ShapeOf(site.Node.Input)}", "[K]: flatten it first")
        from output in site.Q.Points.Find(site.Node.Output).ToEither(NoPoint(site.Node, site.Node.Output))
        select site.Append(output, new QOp.Softmax(site.Node.Input, site.Node.Output, input, site.Q.Rule, site.Input, output));

    private static PtqError NoPoint(Node node, string tensor) => new PtqError.BadGraph(node.Name, $"output '{tensor}'", "no quantization point", "one: the layer makes codes of its own");
}
