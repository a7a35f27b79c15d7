using Ptq.Model;
using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Deployment;

/// <summary>The ends between which a ReLU or Clip keeps a number; an infinite one is none.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end, not below the lower.</param>
internal readonly record struct ClampEnds(float Low, float High)
{
    /// <summary>Nothing is cut off.</summary>
    public static ClampEnds None => new(float.NegativeInfinity, float.PositiveInfinity);

    /// <summary>Their codes.</summary>
    public (int Low, int High) CodesIn(AffineParams p) => (Affine.Quantize(AffineRule.Standard, p, Low), Affine.Quantize(AffineRule.Standard, p, High));

    /// <summary>Whether a clamp changes nothing once its result is rounded to codes: its ends have the first and the last of all codes.</summary>
    public bool AreImpliedBy(AffineParams p) => CodesIn(p) == (p.Grid.Min, p.Grid.Max);
}

/// <summary>ReLUs, and Clips whose ends are constants.</summary>
internal static class ConstantClamp
{
    /// <summary>Between which ends an operation keeps its input; null where it does no such thing, or the ends are not known.</summary>
    public static ClampEnds? EndsOf(Rewriting draft, Operation operation)
    {
        if (operation is { Domain: "", Op: "Relu" }) return new(0, float.PositiveInfinity);
        if (operation is not { Domain: "", Op: "Clip" }) return null;
        float? End(int place, float otherwise) => operation.Input(place).Length == 0 ? otherwise : draft.Number(operation.Input(place));
        return End(1, float.NegativeInfinity) is { } low && End(2, float.PositiveInfinity) is { } high && low <= high ? new(low, high) : null;
    }

    /// <summary>Makes one clamp of two in a row. (The ONNX Runtime 1.30 refuses some files with two: it makes nodes of one name of them.)</summary>
    public static void Merge(Rewriting draft)
    {
        foreach (var operation in draft.Operations)
        {
            if (draft.WriterOf(operation.Input(0)) is not { } before || draft.OnlyReader(before) != operation || EndsOf(draft, operation) is not { } outer || EndsOf(draft, before) is not { } inner) continue;
            draft.Remove(before);
            var (low, high) = (Math.Clamp(inner.Low, outer.Low, outer.High), Math.Clamp(inner.High, outer.Low, outer.High));
            draft.Replace(operation, low == 0 && float.IsPositiveInfinity(high)
                ? new Operation(operation.Name, "Relu", [before.Input(0)], operation.Output)
                : new Operation(operation.Name, "Clip", [before.Input(0), End(draft, $"{operation.Name}_min", low), End(draft, $"{operation.Name}_max", high)], operation.Output));
        }
    }

    private static string End(Rewriting draft, string wish, float value) => float.IsInfinity(value) ? "" : draft.Add(wish, Constant.Of(Tensor.Of(Shape.Of(), [value])));
}
