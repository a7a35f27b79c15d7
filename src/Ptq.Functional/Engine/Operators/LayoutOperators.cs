using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Operators that give the elements of their first input another shape, or tell its shape.</summary>
internal static class LayoutOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("Identity", site => Prepared.Reshaped(site, site.ShapeOf(0))),
        ("Reshape", Reshape),
        ("Shape", TheShape),
    ];

    /// <summary>0 keeps an axis (unless allowzero), −1 takes what is left.</summary>
    private static Prepared Reshape(Site site)
    {
        var (x, to) = (site.ShapeOf(0), site.IntegersOf(1, "shape"));
        for (var i = 0; i < to.Length; i++)
            if (to[i] == 0 && !site.Flag("allowzero")) to[i] = i < x.Rank ? x[i] : throw site.Bad("shape", $"0 for axis {i}", $"one of the {x.Rank} axes of {x}");
        if (Array.IndexOf(to, -1) is >= 0 and var free)
        {
            to[free] = 1;
            var others = site.Fits(to).Count;
            to[free] = others > 0 && x.Count % others == 0 ? x.Count / others : throw site.Bad("shape", $"[{string.Join(", ", to)}] with axis {free} free", $"lengths that divide the {x.Count} elements of {x}");
        }
        var shape = site.Fits(to);
        return shape.Count == x.Count ? Prepared.Reshaped(site, shape) : throw site.Bad("shape", $"{shape}", $"{x.Count} elements, as {x}");
    }

    private static Prepared TheShape(Site site)
    {
        var x = site.ShapeOf(0);
        int Clamped(long end) => (int)Math.Clamp(end < 0 ? end + x.Rank : end, 0, x.Rank);
        var (start, end) = (Clamped(site.Whole("start", 0)), Clamped(site.Whole("end", x.Rank)));
        long[] lengths = [.. Enumerable.Range(start, Math.Max(0, end - start)).Select(axis => (long)x[axis])];
        return Prepared.Constant(Operand.Of(ElementType.Int64, Shape.Of(lengths.Length), Values.Of<long>(lengths)));
    }
}
