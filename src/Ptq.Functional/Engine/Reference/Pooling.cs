using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Engine.Reference;

/// <summary>The walk that every pool of the reference shares: for each output, the inputs under its window.</summary>
internal static class Pooling
{
    /// <summary>[N, C, rows, columns] of a pool over [N, C, H, W].</summary>
    public static Shape OutputOf(Window window, Shape x) => Shape.Of(x[0], x[1], window.Rows.Outputs(x[2]), window.Columns.Outputs(x[3]));

    /// <summary>Indices into the input's data of what lies under the window of output <paramref name="at"/>, padding left out.</summary>
    public static IEnumerable<int> Under(Window window, Shape x, int at)
    {
        var y = OutputOf(window, x);
        var (image, i, j) = (at / y.Stride(1), at / y[3] % y[2], at % y[3]);
        for (var r = 0; r < window.Rows.Kernel; r++)
            for (var s = 0; s < window.Columns.Kernel; s++)
                if ((window.Rows.At(i, r), window.Columns.At(j, s)) is var (row, column) && row >= 0 && row < x[2] && column >= 0 && column < x[3])
                    yield return (image * x[2] + row) * x[3] + column;
    }
}
