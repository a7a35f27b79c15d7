using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Onnx.Upgrades;

/// <summary>Operators whose attributes became inputs.</summary>
internal static class AttributesAsInputs
{
    public static IEnumerable<(string Op, int Until, Rewrite Rewrite)> All =>
    [
        ("Clip", 11, Clip),
        ("Slice", 10, Slice),
        ("Pad", 11, Pad),
        ("Squeeze", 13, Axes),
        ("Unsqueeze", 13, Axes),
        ("ReduceSum", 13, Axes),
        ("Split", 13, Split),
        ("TopK", 10, TopK),
    ];

    private static IEnumerable<Operation> Clip(Operation operation, Older older)
    {
        var bare = operation.Without("min", "max");
        if (operation.Attributes.Has("min")) bare = bare.WithInput(1, older.Add(operation, "min", older.Type(operation.Input(0)), operation.Real("min", float.MinValue)));
        if (operation.Attributes.Has("max")) bare = bare.WithInput(2, older.Add(operation, "max", older.Type(operation.Input(0)), operation.Real("max", float.MaxValue)));
        yield return bare;
    }

    private static IEnumerable<Operation> Slice(Operation operation, Older older)
    {
        var bare = operation.Without("starts", "ends", "axes")
            .WithInput(1, older.Add(operation, "starts", operation.Wholes("starts", [])))
            .WithInput(2, older.Add(operation, "ends", operation.Wholes("ends", [])));
        yield return operation.Attributes.Has("axes") ? bare.WithInput(3, older.Add(operation, "axes", operation.Wholes("axes", []))) : bare;
    }

    private static IEnumerable<Operation> Pad(Operation operation, Older older)
    {
        var bare = operation.Without("pads", "value").WithInput(1, older.Add(operation, "pads", operation.Wholes("pads", [])));
        yield return operation.Attributes.Has("value") ? bare.WithInput(2, older.Add(operation, "value", older.Type(operation.Input(0)), operation.Real("value", 0))) : bare;
    }

    private static IEnumerable<Operation> Axes(Operation operation, Older older)
    {
        yield return operation.Attributes.Has("axes") ? operation.Without("axes").WithInput(1, older.Add(operation, "axes", operation.Wholes("axes", []))) : operation;
    }

    private static IEnumerable<Operation> Split(Operation operation, Older older)
    {
        yield return operation.Attributes.Has("split") ? operation.Without("split").WithInput(1, older.Add(operation, "split", operation.Wholes("split", []))) : operation;
    }

    private static IEnumerable<Operation> TopK(Operation operation, Older older)
    {
        yield return operation.Without("k").WithInput(1, older.Add(operation, "k", (Values<long>)[operation.Whole("k", 0)]));
    }
}
