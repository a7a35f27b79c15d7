using System.Globalization;
using System.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Puts what a MaxPool took back to where it was, with zeros elsewhere.</summary>
internal static class MaxUnpoolOperator
{
    public static IEnumerable<(string, Prepare)> All => [("MaxUnpool", MaxUnpool)];

    private static Prepared MaxUnpool(Site site)
    {
        var (x, lengths) = (site.ShapeOf(0), SlidingWindow.Spatial(site));
        if (site.TypeOf(1) != ElementType.Int64 || site.ShapeOf(1) != x) throw site.Bad("indices", $"{site.Types[1]}", $"int64 {x}");
        var (kernel, strides, pads) = (SlidingWindow.Kernel(site, lengths.Length), SlidingWindow.Each(site, "strides", lengths.Length, 1, 1), SlidingWindow.Each(site, "pads", 2 * lengths.Length, 0, 0));
        // The indices count in the smallest tensor that the pool can have read, whatever shape is asked for.
        var read = site.Fits([x[0], x[1], .. lengths.Select((n, i) => (n - 1L) * strides[i] + kernel[i] - pads[i] - pads[lengths.Length + i])]);
        var y = site.Has(2) ? site.Fits(site.IntegersOf(2, "output_shape")) : read;
        if (y.Rank != x.Rank || Enumerable.Range(0, x.Rank).Any(i => i < 2 ? y[i] != x[i] : y[i] < read[i])) throw site.Bad("output_shape", $"{y}", $"at least {read}, of the same batch and channels");
        return Movement.Prepare(site.TypeOf(0), y, new Placed(site, read, StridedCopy.StridesOf(y)));
    }

    private sealed record Placed(Site Site, Shape Read, long[] Strides) : IMovement
    {
        public void Run<T>(Operand?[] inputs, Span<T> y) where T : unmanaged, INumber<T>
        {
            var x = inputs[0]!.Elements<T>();
            var indices = inputs[1]!.Integers.Span;
            for (var i = 0; i < indices.Length; i++)
            {
                var (index, to) = (indices[i], 0L);
                if (index < 0 || index >= Read.Count) throw Site.Bad("indices", index.ToString(CultureInfo.InvariantCulture), $"places in {Read}");
                for (var axis = Read.Rank - 1; axis >= 0; index /= Read[axis--]) to += index % Read[axis] * Strides[axis];
                y[(int)to] = x[i];
            }
        }
    }
}
