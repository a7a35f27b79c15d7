using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Onnx.Upgrades;

/// <summary>Operators that broadcast by attributes before operator set 7, where shapes came to be aligned at their ends.</summary>
internal static class Broadcasts
{
    public static IEnumerable<(string Op, int Until, Rewrite Rewrite)> All =>
    [
        .. ((string[])["Add", "Sub", "Mul", "Div", "Pow", "And", "Or", "Xor", "Equal", "Less", "Greater"]).Select(op => (op, 7, (Rewrite)Aligned)),
        ("Gemm", 7, (operation, _) => [operation.Without("broadcast")]),
        ("PRelu", 7, Slopes),
    ];

    /// <summary>With an axis, the second operand begins at that axis of the first: what is right of it becomes axes of length 1.</summary>
    private static IEnumerable<Operation> Aligned(Operation operation, Older older)
    {
        var bare = operation.Without("broadcast", "axis");
        if (operation.Whole("broadcast", 0) == 0 || !operation.Attributes.Has("axis")) return [bare];
        var axis = operation.Whole("axis", 0);
        if (older.Rank(operation.Input(0)) is not { } a || older.Rank(operation.Input(1)) is not { } b) throw older.Bad(operation, "axis", $"{axis}, for tensors whose number of axes is not known", "axes at the ends, or tensors whose axes are known");
        if (axis < 0) axis += a;
        return axis >= 0 && axis <= a - b ? Widened(operation, bare, (int)(a - axis - b), older) : throw older.Bad(operation, "axis", $"{axis}, for {a} and {b} axes", "an axis from which the second operand's fit into the first's");
    }

    /// <summary>One slope a channel, the second axis; one slope for all needs no axes.</summary>
    private static IEnumerable<Operation> Slopes(Operation operation, Older older)
    {
        var slope = operation.Input(1);
        if (older.Rank(slope) is 0 || older.ValueOf(slope) is { Shape.Count: 1 }) return [operation];
        if (older.Rank(slope) is not 1 || older.Rank(operation.Input(0)) is not { } rank) throw older.Bad(operation, "slope", "tensors whose number of axes is not known", "a slope a channel, and a tensor whose axes are known");
        return Widened(operation, operation, rank - 2, older);
    }

    private static IEnumerable<Operation> Widened(Operation operation, Operation bare, int ones, Older older)
    {
        if (ones <= 0) return [bare];
        var (second, rank) = (operation.Input(1), older.Rank(operation.Input(1)) ?? 0);
        if (older.ValueOf(second) is { } value)
            return [bare.WithInput(1, older.Add(operation, "aligned", value.Reshape(Shape.Of([.. value.Shape.Lengths.Span, .. Enumerable.Repeat(1, ones)]))))];
        var axes = older.Add(operation, "axes", Values.From(Enumerable.Range(rank, ones).Select(i => (long)i)));
        var aligned = older.Tensor(operation, "aligned");
        return [older.Before(operation, "Unsqueeze", [second, axes], aligned), bare.WithInput(1, aligned)];
    }
}
