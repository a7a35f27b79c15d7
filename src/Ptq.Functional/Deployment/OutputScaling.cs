using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Deployment;

/// <summary>
/// Folds what scales and shifts every output channel of a layer into its weights and bias: a BatchNormalization (Jacob et al. 2018,
/// section 3.2), a product, quotient, sum or difference with a constant, and Gemm's own alpha and beta. In double, rounded once.
/// </summary>
internal static class OutputScaling
{
    /// <summary>y → y · Factor[c] + Shift[c] on every output channel.</summary>
    private sealed record Change(double[] Factor, double[] Shift);

    public static void FoldInto(Rewriting draft)
    {
        foreach (var operation in draft.Operations)
        {
            var layer = operation;
            if (Weighted.Of(draft, layer) is null) continue;
            layer = WithoutFactors(draft, layer);
            while (Weighted.Of(draft, layer) is { } weighted && draft.OnlyReader(layer) is { } next && ChangeOf(draft, next, layer.Output, weighted) is { } change)
            {
                draft.Remove(layer);
                var folded = Folded(draft, layer, weighted, change) with { Outputs = [next.Output] };
                draft.Replace(next, folded);
                layer = folded;
            }
        }
    }

    /// <summary>Gemm's alpha and beta moved into its constants.</summary>
    private static Operation WithoutFactors(Rewriting draft, Operation layer)
    {
        var (alpha, beta) = (layer.Real("alpha", 1), layer.Real("beta", 1));
        if (layer.Op != "Gemm" || alpha == 1 && beta == 1 || layer.Input(2).Length > 0 && beta != 1 && draft.Floats(layer.Input(2)) is null) return layer;
        var attributes = ByName<AttributeValue>.Of(layer.Attributes.Names.AsEnumerable().Where(n => n is not ("alpha" or "beta")).Select(n => (n, layer.Attributes[n])));
        Values<string> inputs = [layer.Input(0), Scaled(draft, layer.Input(1), alpha), .. layer.Input(2).Length > 0 ? (string[])[Scaled(draft, layer.Input(2), beta)] : []];
        var plain = layer with { Inputs = inputs, Attributes = attributes };
        draft.Replace(layer, plain);
        return plain;
    }

    private static string Scaled(Rewriting draft, string name, float factor) => factor == 1 ? name
        : draft.Add($"{name}_scaled", Constant.Of(draft.Floats(name)! is var t ? Tensor.Of(t.Shape, t.Data.Map(x => x * factor)) : null!));

    private static Change? ChangeOf(Rewriting draft, Operation next, string from, Weighted layer)
    {
        if (next.Domain.Length > 0) return null;
        if (next.Op == "BatchNormalization") return next.Input(0) == from && next.Outputs.AsEnumerable().Count(o => o.Length > 0) == 1 && !next.Attributes.Has("training_mode") ? Norm(draft, next, layer.Outputs) : null;
        if (next.Inputs.Length != 2 || next.Op is not ("Mul" or "Div" or "Add" or "Sub")) return null;
        var first = next.Input(0) == from;
        if (!first && next.Op is "Div" or "Sub" || draft.Floats(next.Input(first ? 1 : 0)) is not { } constant || PerChannel(constant, layer) is not { } values) return null;
        var (ones, zeros) = (Enumerable.Repeat(1.0, layer.Outputs).ToArray(), new double[layer.Outputs]);
        var change = next.Op switch
        {
            "Mul" => new Change(values, zeros),
            "Div" => new Change(Array.ConvertAll(values, v => 1 / v), zeros),
            "Add" => new Change(ones, values),
            _ => new Change(ones, Array.ConvertAll(values, v => -v)),
        };
        return change.Factor.Concat(change.Shift).All(double.IsFinite) ? change : null;
    }

    private static Change? Norm(Rewriting draft, Operation norm, int channels)
    {
        if (draft.Floats(norm.Input(1)) is not { } scale || draft.Floats(norm.Input(2)) is not { } bias || draft.Floats(norm.Input(3)) is not { } mean || draft.Floats(norm.Input(4)) is not { } variance) return null;
        if (new[] { scale, bias, mean, variance }.Any(t => t.Data.Length != channels)) return null;
        var epsilon = norm.Real("epsilon", 1e-5f);
        var factor = Enumerable.Range(0, channels).Select(c => scale.Data[c] / Math.Sqrt((double)variance.Data[c] + epsilon)).ToArray();
        var change = new Change(factor, [.. factor.Select((f, c) => bias.Data[c] - mean.Data[c] * f)]);
        return change.Factor.Concat(change.Shift).All(double.IsFinite) ? change : null;
    }

    /// <summary>A constant that has one value a channel of the layer's output once it is broadcast, as that many values.</summary>
    private static double[]? PerChannel(Tensor constant, Weighted layer)
    {
        var shape = constant.Shape;
        if (shape.Rank > layer.OutputRank) return null;
        if (constant.Data.Length == 1) return [.. Enumerable.Repeat((double)constant.Data[0], layer.Outputs)];
        var channelAxis = shape.Rank - layer.OutputRank + 1; // the output's axis 1, seen from the constant's own axes
        return channelAxis >= 0 && channelAxis < shape.Rank && shape[channelAxis] == layer.Outputs && constant.Data.Length == layer.Outputs ? [.. constant.Data.AsEnumerable().Select(x => (double)x)] : null;
    }

    private static Operation Folded(Rewriting draft, Operation layer, Weighted weighted, Change change)
    {
        var w = weighted.Tensor;
        var inputs = new List<string>(layer.Inputs.AsEnumerable().Take(2));
        if (change.Factor.Any(f => f != 1))
            inputs[1] = draft.Add($"{layer.Input(1)}_folded", Constant.Of(Tensor.Of(w.Shape, Values.Create<float, (Weighted W, Change Change)>(w.Data.Length, (weighted, change), static (dst, s) =>
            {
                for (var i = 0; i < dst.Length; i++) dst[i] = (float)(s.W.Tensor.Data[i] * s.Change.Factor[s.W.OutputOf(i)]);
            }))));
        var bias = weighted.Bias;
        var moved = Enumerable.Range(0, weighted.Outputs).Select(c => (float)((bias is null ? 0.0 : bias.Data[bias.Data.Length == 1 ? 0 : c]) * change.Factor[c] + change.Shift[c]));
        inputs.Add(draft.Add(layer.Input(2).Length > 0 ? $"{layer.Input(2)}_folded" : $"{layer.Output}_bias", Constant.Of(Tensor.Of(Shape.Of(weighted.Outputs), Values.From(moved)))));
        return layer with { Inputs = Values.From(inputs) };
    }
}
