using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Deployment;

/// <summary>A layer whose weights are constants: Conv, ConvTranspose, Gemm or MatMul.</summary>
/// <param name="Tensor">The weights.</param>
/// <param name="Axis">The axis of the output channels among the weights' axes.</param>
/// <param name="Outputs">How many output channels there are.</param>
/// <param name="OutputRank">How many axes the output has; 0 where that is not fixed.</param>
/// <param name="Bias">One number a channel, or one for all; null where there is none.</param>
internal sealed record Weighted(Tensor Tensor, int Axis, int Outputs, int OutputRank, Tensor? Bias)
{
    /// <summary>The output channel that an element of the weights belongs to. A ConvTranspose has the channels of a group on its axis, and the groups along axis 0.</summary>
    public int OutputOf(int element)
    {
        var shape = Tensor.Shape;
        var index = element / shape.Stride(Axis) % shape[Axis];
        return Outputs == shape[Axis] ? index : element / shape.Stride(0) / (shape[0] / (Outputs / shape[Axis])) * shape[Axis] + index;
    }

    /// <summary>An operation as such a layer; null where it is none, or something of it is not constant.</summary>
    public static Weighted? Of(Rewriting draft, Operation operation)
    {
        if (operation.Domain.Length > 0 || operation.Op is not ("Conv" or "ConvTranspose" or "Gemm" or "MatMul") || operation.Outputs.Length != 1 || draft.Constant(operation.Input(0)) is not null) return null;
        if (draft.Floats(operation.Input(1)) is not { } w || w.Shape.Count == 0 || !w.IsFinite) return null;
        var bias = operation.Input(2).Length > 0 ? draft.Floats(operation.Input(2)) : null;
        if (operation.Input(2).Length > 0 && (bias is null || !bias.IsFinite)) return null;
        return operation.Op switch
        {
            "Conv" when w.Shape.Rank >= 3 => Fitting(new(w, 0, w.Shape[0], w.Shape.Rank, bias)),
            "ConvTranspose" when w.Shape.Rank >= 3 && operation.Whole("group", 1) is >= 1 and <= int.MaxValue and var groups && w.Shape[0] % groups == 0 && w.Shape[1] * groups <= int.MaxValue => Fitting(new(w, 1, (int)(w.Shape[1] * groups), w.Shape.Rank, bias)),
            "Gemm" when w.Shape.Rank == 2 && operation.Whole("transA", 0) == 0 && operation.Whole("transB", 0) is var turned => Fitting(new(w, turned == 0 ? 1 : 0, w.Shape[turned == 0 ? 1 : 0], 2, bias)),
            "MatMul" when w.Shape.Rank == 2 => new(w, 1, w.Shape[1], 0, null),
            _ => null,
        };
    }

    private static Weighted? Fitting(Weighted layer) => layer.Bias is not { } b || b.Data.Length == layer.Outputs && (b.Shape.Rank == 1 || b.Shape[b.Shape.Rank - 1] == layer.Outputs) || b.Data.Length == 1 ? layer : null;
}
