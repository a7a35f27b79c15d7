using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>Every pair of an output position and an input position under its window, within a channel [H, W].</summary>
internal static class PoolWalk
{
    public static (int Output, int Input)[] Of(Window window, Shape input, Shape output)
    {
        var (height, width, columns) = (input[1], input[2], output[2]);
        return
        [
            .. from i in Enumerable.Range(0, output[1])
               from j in Enumerable.Range(0, columns)
               from r in Enumerable.Range(0, window.Rows.Kernel)
               from s in Enumerable.Range(0, window.Columns.Kernel)
               let row = window.Rows.At(i, r)
               let column = window.Columns.At(j, s)
               where row >= 0 && row < height && column >= 0 && column < width
               select (i * columns + j, row * width + column),
        ];
    }
}
