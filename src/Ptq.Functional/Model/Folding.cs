using LanguageExt;
using Ptq.Errors;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Model;

/// <summary>Rewrites that keep the function and leave less to run.</summary>
public static class Folding
{
    /// <summary>
    /// Folds every BatchNorm into the convolution or linear layer that it alone reads: w' = w·γ/√(σ² + ε) and
    /// b' = (b − μ)·γ/√(σ² + ε) + β, in double, rounded once (Jacob et al. 2018, section 3.2). Others stay.
    /// </summary>
    public static Either<PtqError, Graph> BatchNorms(Graph graph)
    {
        var nodes = graph.Nodes.AsEnumerable().ToList();
        foreach (var norm in graph.Nodes)
        {
            if (norm.Layer is not Layer.BatchNorm b || norm.Input == graph.Output || graph.ReadersOf(norm.Input).Count() != 1) continue;
            var at = nodes.FindIndex(n => n.Output == norm.Input);
            if (at < 0 || Folded(nodes[at].Layer, b) is not { } layer) continue;
            nodes[at] = nodes[at] with { Layer = layer, Output = norm.Output };
            nodes.RemoveAll(n => n.Name == norm.Name);
        }
        return Graph.Create(graph.Input, graph.InputShape, Values.From(nodes), graph.Output);
    }

    private static Layer? Folded(Layer layer, Layer.BatchNorm b) => layer switch
    {
        Layer.Conv2d c => c with { Weights = Scaled(c.Weights, b), Bias = Moved(c.Bias, b) },
        Layer.Linear l => l with { Weights = Scaled(l.Weights, b), Bias = Moved(l.Bias, b) },
        _ => null,
    };

    private static double Factor(Layer.BatchNorm b, int channel) => b.Scale[channel] / Math.Sqrt((double)b.Variance[channel] + b.Epsilon);

    private static Tensor Scaled(Tensor weights, Layer.BatchNorm b) => Tensor.Of(weights.Shape,
        Values.Create<float, (Tensor W, Layer.BatchNorm B)>(weights.Data.Length, (weights, b), static (dst, s) =>
        {
            var stride = s.W.Shape.Stride(0);
            for (var i = 0; i < dst.Length; i++) dst[i] = (float)(s.W.Data[i] * Factor(s.B, i / stride));
        }));

    private static Values<float> Moved(Values<float> bias, Layer.BatchNorm b) =>
        Values.From(Enumerable.Range(0, bias.Length).Select(c => (float)(((double)bias[c] - b.Mean[c]) * Factor(b, c) + b.Bias[c])));
}
