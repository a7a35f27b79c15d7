using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Operators that write the elements of their first input in another order, or repeat them.</summary>
internal static class TransposeOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("Transpose", Transpose),
        ("DepthToSpace", DepthToSpace),
        ("SpaceToDepth", SpaceToDepth),
        ("Expand", Expand),
        ("Tile", Tile),
    ];

    private static Prepared Transpose(Site site)
    {
        var x = site.ShapeOf(0);
        var axes = site.Wholes("perm") ?? [.. Enumerable.Range(0, x.Rank).Reverse().Select(axis => (long)axis)];
        return axes.Length == x.Rank ? Permuted(site, x, site.Axes(axes, x.Rank, "perm"), null) : throw site.Bad("perm", $"[{string.Join(", ", axes)}]", $"the {x.Rank} axes of {x}");
    }

    /// <summary>Channels become squares: [N, b, b, C/b², H, W] (DCR) or [N, C/b², b, b, H, W] (CRD) becomes [N, C/b², H·b, W·b].</summary>
    private static Prepared DepthToSpace(Site site)
    {
        var (x, b) = Blocks(site);
        var channels = x[1] % (b * b) == 0 ? (int)(x[1] / (b * b)) : throw site.Bad("input", $"{x}", $"a multiple of {b * b} channels");
        var mode = site.Text("mode", "DCR");
        var shape = site.Fits(x[0], channels, x[2] * b, x[3] * b);
        var (s, n, c) = ((int)b, x[0], channels);
        return mode switch
        {
            _ when x.Count == 0 => Prepared.Reshaped(site, shape),
            "DCR" => Permuted(site, Shape.Of(n, s, s, c, x[2], x[3]), [0, 3, 4, 1, 5, 2], shape),
            "CRD" => Permuted(site, Shape.Of(n, c, s, s, x[2], x[3]), [0, 1, 4, 2, 5, 3], shape),
            _ => throw site.Bad("mode", mode, "DCR or CRD"),
        };
    }

    /// <summary>Squares become channels: [N, C, H/b, b, W/b, b] becomes [N, b·b·C, H/b, W/b].</summary>
    private static Prepared SpaceToDepth(Site site)
    {
        var (x, b) = Blocks(site);
        if (x[2] % b != 0 || x[3] % b != 0) throw site.Bad("input", $"{x}", $"height and width that are multiples of {b}");
        var shape = site.Fits(x[0], x[1] * b * b, x[2] / b, x[3] / b);
        return x.Count == 0 ? Prepared.Reshaped(site, shape) : Permuted(site, Shape.Of(x[0], x[1], shape[2], (int)b, shape[3], (int)b), [0, 3, 5, 1, 2, 4], shape);
    }

    private static (Shape, long) Blocks(Site site)
    {
        var x = site.ShapeOf(0);
        return x.Rank == 4 ? (x, site.Whole("blocksize", 0, 1, 1 << 15)) : throw site.Bad("input", $"{x}", "[N, C, H, W]");
    }

    private static Prepared Permuted(Site site, Shape x, int[] axes, Shape? written)
    {
        var strides = StridedCopy.StridesOf(x);
        var shape = Shape.Of([.. axes.Select(axis => x[axis])]);
        return Movement.Prepare(site, written ?? shape, StridedCopy.To(shape, [.. axes.Select(axis => strides[axis])]));
    }

    /// <summary>Axes of length 1 are stretched, and axes in front are added, to the longer of both shapes.</summary>
    private static Prepared Expand(Site site)
    {
        var (x, to) = (site.ShapeOf(0), site.IntegersOf(1, "shape"));
        var rank = Math.Max(x.Rank, to.Length);
        var (lengths, from, strides) = (new long[rank], new long[rank], StridedCopy.StridesOf(x));
        for (var i = 0; i < rank; i++)
        {
            var (own, wanted) = (i - rank + x.Rank, i - rank + to.Length);
            var (length, other) = (own < 0 ? 1 : x[own], wanted < 0 ? 1 : to[wanted]);
            lengths[i] = other == 1 || other == length ? length : length == 1 ? other : throw site.Bad("shape", $"[{string.Join(", ", to)}]", $"one that {x} can be stretched to");
            from[i] = length == 1 ? 0 : strides[own];
        }
        var shape = site.Fits(lengths);
        return Movement.Prepare(site, shape, StridedCopy.To(shape, from));
    }

    private static Prepared Tile(Site site)
    {
        var (x, repeats) = (site.ShapeOf(0), site.IntegersOf(1, "repeats"));
        if (repeats.Length != x.Rank || repeats.Any(r => r < 0)) throw site.Bad("repeats", $"[{string.Join(", ", repeats)}]", $"a count for each axis of {x}");
        var shape = site.Fits([.. repeats.Select((r, i) => Math.Min(r, int.MaxValue + 1L) * x[i])]);
        var strides = StridedCopy.StridesOf(x);
        if (shape.Count == 0) return Movement.Prepare(site, shape, StridedCopy.To(shape, strides));
        // each axis is two: which repetition, and the place in it
        var walked = Shape.Of([.. Enumerable.Range(0, 2 * x.Rank).Select(i => i % 2 == 0 ? (int)repeats[i / 2] : x[i / 2])]);
        return Movement.Prepare(site, shape, StridedCopy.To(walked, [.. Enumerable.Range(0, 2 * x.Rank).Select(i => i % 2 == 0 ? 0 : strides[i / 2])]));
    }
}
