using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Onnx.Upgrades;

/// <summary>Operators that older sets trained with, as what they are when nothing is trained; and one that has another name.</summary>
internal static class Inference
{
    public static IEnumerable<(string Op, int Until, Rewrite Rewrite)> All =>
    [
        ("Dropout", 12, Dropout),
        ("BatchNormalization", 13, BatchNormalization),
        ("Scatter", 13, (operation, _) => [operation with { Op = "ScatterElements" }]),
    ];

    private static IEnumerable<Operation> Dropout(Operation operation, Older older)
    {
        var x = operation.Input(0);
        if (operation.Outputs.Length > 1 && operation.Outputs[1] is { Length: > 0 } mask && older.IsRead(mask))
        {
            var shape = older.Tensor(operation, "shape");
            var (kept, one) = (older.Opset < 10 ? older.Type(x) : ElementType.Bool, Shape.Of(1));
            yield return older.Before(operation, "Shape", [x], shape);
            yield return older.Before(operation, "ConstantOfShape", [shape], mask, ("value", new AttributeValue.Data(kept.IsFloat ? Constant.Of(Operand.Of(kept, one, [1f])) : Constant.Of(kept, one, 1))));
        }
        if (operation.Output.Length > 0) yield return new(operation.Name, "Identity", [x], operation.Output);
    }

    private static IEnumerable<Operation> BatchNormalization(Operation operation, Older older)
    {
        if (operation.Whole("spatial", 1) == 0) throw older.Bad(operation, "spatial", "0: statistics of every position", "1: statistics of every channel");
        if (operation.Outputs.AsEnumerable().Skip(1).FirstOrDefault(older.IsRead) is { } statistics) throw older.Bad(operation, $"output {Errors.Quoted.Text(statistics)}", "statistics that are read", "the first output alone: no training");
        yield return operation.Without("spatial", "is_test", "consumed_inputs") with { Outputs = [operation.Output] };
    }
}
