using Ptq.Model;
using Ptq.Numerics;

namespace Ptq.Deployment;

/// <summary>
/// Recognises hard-sigmoid, clip(x + 3, 0, 6) / 6, and hard-swish, x times that (Howard et al., "Searching for MobileNetV3", 2019), where a file spells them out, and
/// writes them as operators again. Inside, nothing is worth a rounding; as operators they have one input and one output.
/// </summary>
internal static class HardActivations
{
    public static void Recognize(Rewriting draft)
    {
        foreach (var clip in draft.Operations)
        {
            if (!IsClip(draft, clip, 0, 6) || draft.WriterOf(clip.Input(0)) is not { } sum || draft.OnlyReader(sum) != clip || OtherThan(draft, sum, "Add", 3) is not { } x) continue;
            switch (draft.OnlyReader(clip))
            {
                case { } sixth when OtherThan(draft, sixth, "Mul", 1 / 6f) is not null || sixth.Input(0) == clip.Output && OtherThan(draft, sixth, "Div", 6) is not null:
                    Write(draft, [sum, clip], sixth, HardSigmoid(sixth, x));
                    break;
                case { Op: "Mul", Domain: "", Inputs.Length: 2 } product when product.Inputs.Span.Contains(x) && draft.OnlyReader(product) is { } sixth && (OtherThan(draft, sixth, "Mul", 1 / 6f) is not null || sixth.Input(0) == product.Output && OtherThan(draft, sixth, "Div", 6) is not null):
                    Write(draft, [sum, clip, product], sixth, draft.Opset >= 14
                        ? [new(sixth.Name, "HardSwish", [x], sixth.Output)]
                        : [.. HardSigmoid(product with { Outputs = clip.Outputs }, x), new(sixth.Name, "Mul", [x, clip.Output], sixth.Output)]);
                    break;
            }
        }
        foreach (var product in draft.Operations) // x · hard-sigmoid(x)
            if (draft.Opset >= 14 && product is { Op: "Mul", Domain: "", Inputs.Length: 2 }
                && product.Inputs.AsEnumerable().Select(draft.WriterOf).FirstOrDefault(w => w is { Op: "HardSigmoid", Domain: "" }) is { } gate && product.Inputs.Span.Contains(gate.Input(0)) && gate.Input(0) != gate.Output
                && draft.OnlyReader(gate) == product && MathF.Abs(gate.Real("alpha", 0.2f) - 1 / 6f) < 1e-6f && gate.Real("beta", 0.5f) == 0.5f)
                Write(draft, [gate], product, [new(product.Name, "HardSwish", [gate.Input(0)], product.Output)]);
    }

    private static Operation[] HardSigmoid(Operation at, string x) => [new(at.Name, "HardSigmoid", [x], at.Output, ("alpha", new AttributeValue.Real(1 / 6f)), ("beta", new AttributeValue.Real(0.5f)))];

    private static void Write(Rewriting draft, Operation[] gone, Operation last, Operation[] instead)
    {
        foreach (var operation in gone) draft.Remove(operation);
        draft.Replace(last, instead);
    }

    private static bool IsClip(Rewriting draft, Operation o, float low, float high) => o is { Op: "Clip", Domain: "" } && draft.Number(o.Input(1)) == low && draft.Number(o.Input(2)) == high;

    /// <summary>The input of an operation of two whose other input is a certain number; none where it is no such operation.</summary>
    private static string? OtherThan(Rewriting draft, Operation o, string op, float number)
    {
        if (o.Op != op || o.Domain.Length > 0 || o.Inputs.Length != 2) return null;
        bool Is(string name) => draft.Number(name) is { } value && MathF.Abs(value - number) <= 1e-5f * number; // exporters round 1/6
        return Is(o.Input(1)) ? o.Input(0) : Is(o.Input(0)) ? o.Input(1) : null;
    }
}
