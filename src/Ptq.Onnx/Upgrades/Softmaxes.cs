using Ptq.Model;
using Ptq.Numerics;

namespace Ptq.Onnx.Upgrades;

/// <summary>Before operator set 13 these saw a matrix: all axes before <c>axis</c> as one, and those from it on as the other.</summary>
internal static class Softmaxes
{
    public static IEnumerable<(string Op, int Until, Rewrite Rewrite)> All => ((string[])["Softmax", "LogSoftmax", "Hardmax"]).Select(op => (op, 13, (Rewrite)Matrix));

    private static IEnumerable<Operation> Matrix(Operation operation, Older older)
    {
        var (x, axis) = (operation.Input(0), operation.Whole("axis", 1));
        var rank = older.Rank(x);
        if (rank is { } r && (axis < -r || axis >= Math.Max(r, 1))) throw older.Bad(operation, "axis", $"{axis}", $"one of {r} axes");
        if (axis == -1 || rank is { } known && (axis < 0 ? axis + known : axis) == known - 1) return [operation.With("axis", new AttributeValue.Whole(-1))];
        var (matrix, scores, shape) = (older.Tensor(operation, "matrix"), older.Tensor(operation, "scores"), older.Tensor(operation, "shape"));
        return
        [
            older.Before(operation, "Flatten", [x], matrix, ("axis", new AttributeValue.Whole(axis))),
            older.Before(operation, operation.Op, [matrix], scores, ("axis", new AttributeValue.Whole(-1))),
            older.Before(operation, "Shape", [x], shape),
            new(operation.Name, "Reshape", [scores, shape], operation.Output),
        ];
    }
}
