using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Deployment;

/// <summary>
/// Recognises (x − mean) / √(variance + ε) · γ + β over the last axis (Ba et al., "Layer Normalization", 2016) where a file spells it out, and writes it as
/// the LayerNormalization of operator set 17.
/// </summary>
internal static class LayerNorms
{
    /// <summary>The operator set that has LayerNormalization.</summary>
    public const int Opset = 17;

    /// <summary>Whether there was one: then the network must be of operator set 17 or above.</summary>
    public static bool Recognize(Rewriting draft, Func<string, int> rankOf)
    {
        var found = false;
        foreach (var quotient in draft.Operations)
        {
            if (quotient is not { Op: "Div", Domain: "", Inputs.Length: 2 } || Found(draft, quotient, rankOf) is not { } norm) continue;
            found = true;
            draft.Replace(draft.WriterOf(norm.Output)!, norm); // what computed mean and variance is read by nothing now
        }
        return found;
    }

    private static Operation? Found(Rewriting draft, Operation quotient, Func<string, int> rankOf)
    {
        // d = x − mean; the root of mean(d²) + ε
        if (draft.WriterOf(quotient.Input(0)) is not { Op: "Sub", Domain: "" } difference || draft.WriterOf(quotient.Input(1)) is not { Op: "Sqrt", Domain: "" } root) return null;
        var x = difference.Input(0);
        if (draft.WriterOf(difference.Input(1)) is not { } mean || !IsMeanOfLast(draft, mean, rankOf) || mean.Input(0) != x) return null;
        if (draft.WriterOf(root.Input(0)) is not { Op: "Add", Domain: "" } shifted || draft.WriterOf(shifted.Input(0)) is not { } variance || draft.Number(shifted.Input(1)) is not { } epsilon || epsilon < 0) return null;
        if (!IsMeanOfLast(draft, variance, rankOf) || draft.WriterOf(variance.Input(0)) is not { Domain: "" } square) return null;
        var squares = square.Op == "Pow" && draft.Number(square.Input(1)) == 2 || square.Op == "Mul" && square.Input(1) == square.Input(0);
        if (!squares || draft.WriterOf(square.Input(0)) is not { Op: "Sub", Domain: "" } again || again.Input(0) != x || again.Input(1) != difference.Input(1) && draft.WriterOf(again.Input(1)) is not { Op: "ReduceMean" }) return null;
        if (again.Input(1) != difference.Input(1) && !(IsMeanOfLast(draft, draft.WriterOf(again.Input(1))!, rankOf) && draft.WriterOf(again.Input(1))!.Input(0) == x)) return null;

        // · γ + β, vectors along the last axis
        if (draft.OnlyReader(quotient) is not { Op: "Mul", Domain: "" } scaled || Vector(draft, scaled, quotient.Output) is not { } gamma) return null;
        var sum = draft.OnlyReader(scaled) is { Op: "Add", Domain: "" } next && Vector(draft, next, scaled.Output) is not null ? next : null;
        var beta = sum is null ? null : Vector(draft, sum, scaled.Output);
        if (beta is not null && draft.Constant(beta)!.Shape != draft.Constant(gamma)!.Shape) return null;
        return new((sum ?? scaled).Name, "LayerNormalization", beta is null ? [x, gamma] : [x, gamma, beta], (sum ?? scaled).Output, ("axis", new AttributeValue.Whole(-1)), ("epsilon", new AttributeValue.Real(epsilon)));
    }

    private static bool IsMeanOfLast(Rewriting draft, Operation o, Func<string, int> rankOf)
    {
        if (o is not { Op: "ReduceMean", Domain: "" } || o.Whole("keepdims", 1) != 1) return false;
        var axes = o.Wholes("axes", draft.Constant(o.Input(1)) is { Type.IsFloat: false } given ? given.ToOperand().Integers : []);
        return axes.Length == 1 && (axes[0] == -1 || axes[0] == rankOf(o.Input(0)) - 1);
    }

    private static string? Vector(Rewriting draft, Operation o, string from)
    {
        if (o.Inputs.Length != 2) return null;
        var other = o.Input(0) == from ? o.Input(1) : o.Input(0);
        return draft.Constant(other) is { Type: ElementType.Float32, Shape.Rank: 1 } ? other : null;
    }
}
