using System.Globalization;
using Ptq.Engine.Stages;
using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>One operation of a compiled network, as it will run.</summary>
/// <param name="Output">The tensor that it writes.</param>
/// <param name="Operation">What it computes: kind, window, channels.</param>
/// <param name="Shape">One image of the output.</param>
/// <param name="Kernel">The integers that it multiplies, the vectors it takes, and the algorithm unless it is direct; of a pool, whether it is one pass with the convolution before it; else empty.</param>
/// <param name="Tile">Positions × output channels that are summed at once; empty where nothing is summed.</param>
/// <param name="Macs">Multiplications with an addition for one image.</param>
/// <param name="Bytes">Of packed weights and biases.</param>
/// <param name="Proof">What a sum that must not saturate or wrap can be at most; sums over all inputs wrap modulo 2³², as the reference's do. Empty where nothing is summed.</param>
public sealed record PlanStep(string Output, string Operation, Shape Shape, string Kernel, string Tile, long Macs, long Bytes, string Proof)
{
    internal static PlanStep Of(QOp op, StagePlan stage) => new(op.Output, NameOf(op), op.OutputShape, stage.Kernel, stage.Tile, MacsOf(op), stage.Bytes, stage.Proof);

    /// <summary>The same as text, a column after the other.</summary>
    internal IReadOnlyList<string> Columns => [Output, Operation, $"{Shape}", Kernel, Tile, Macs.ToString("n0", CultureInfo.InvariantCulture), Bytes.ToString("n0", CultureInfo.InvariantCulture), Proof];

    internal static IReadOnlyList<string> Headings => ["tensor", "operation", "shape", "kernel", "tile", "MACs", "bytes", "proof"];

    private static long MacsOf(QOp op) => op is QOp.Dot d ? (long)d.OutputShape.Count * d.Weights.Shape.Stride(0) : 0;

    private static string NameOf(QOp op) => op switch
    {
        QOp.Dot { OutputShape.Rank: 1 } d => $"linear {d.InputShape.Count} to {d.OutputShape[0]}",
        QOp.Dot d => $"conv {Name(d.Window)}, {d.InputShape[0]} to {d.OutputShape[0]}{(d.Groups > 1 ? $" in {d.Groups} groups" : "")}",
        QOp.MaxPool p => $"max pool {Name(p.Window)}",
        QOp.AveragePool p => $"average pool {Name(p.Window)}",
        QOp.Add => "add",
        QOp.Table => "table of 256 codes",
        QOp.Flatten => "flatten",
        QOp.Softmax => "softmax",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Name(Window w) => $"{w.Rows.Kernel}x{w.Columns.Kernel}{((w.Rows.Stride, w.Columns.Stride) == (1, 1) ? "" : $"/{w.Rows.Stride}")}";
}
