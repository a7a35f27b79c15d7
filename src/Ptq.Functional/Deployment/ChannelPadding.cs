using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Deployment;

/// <summary>Recognises a concatenation of one tensor with constant zeros, as a residual shortcut has it that widens its channels, and writes it as a Pad: that only moves codes about.</summary>
internal static class ChannelPadding
{
    public static void Recognize(Rewriting draft)
    {
        foreach (var join in draft.Operations)
        {
            if (join is not { Op: "Concat", Domain: "" }) continue;
            var parts = join.Inputs.Span.ToArray();
            var at = Array.FindIndex(parts, p => draft.Constant(p) is null);
            if (at < 0 || parts.Length < 2 || parts.Where((p, i) => i != at).Any(p => !IsZero(draft.Constant(p)))) continue;
            var rank = draft.Constant(parts[at == 0 ? 1 : 0])!.Shape.Rank;
            var axis = (int)(join.Whole("axis", 0) is var a && a < 0 ? a + rank : a);
            if (axis < 0 || axis >= rank) continue;
            var pads = new long[2 * rank];
            for (var i = 0; i < parts.Length; i++)
                if (i != at) pads[i < at ? axis : rank + axis] += draft.Constant(parts[i])!.Shape[axis];
            draft.Replace(join, new Operation(join.Name, "Pad", [parts[at], draft.Add($"{join.Output}_pads", Constant.Of(ElementType.Int64, Shape.Of(2 * rank), pads))], join.Output));
        }
    }

    private static bool IsZero(Constant? constant) => constant is { Type: ElementType.Float32, Shape.Rank: > 0 } && constant.ToOperand().Floats.Span.IndexOfAnyExcept(0f) < 0;
}
