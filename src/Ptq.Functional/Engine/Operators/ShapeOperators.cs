using System.Globalization;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Operators that give the elements of their first input another shape, or tell its shape.</summary>
internal static class ShapeOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("Identity", site => Prepared.Reshaped(site, site.ShapeOf(0))),
        ("Reshape", Reshape),
        ("Flatten", Flatten),
        ("Squeeze", Squeeze),
        ("Unsqueeze", Unsqueeze),
        ("Shape", TheShape),
        ("Size", site => Prepared.Constant(Operand.Of(ElementType.Int64, Shape.Of(), Values.Of<long>([site.ShapeOf(0).Count])))),
        ("Dropout", Dropout),
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

    /// <summary>Two axes: all before <c>axis</c> together, and all from it on.</summary>
    private static Prepared Flatten(Site site)
    {
        var x = site.ShapeOf(0);
        var axis = site.Whole("axis", 1) == x.Rank ? x.Rank : site.Axis(site.Whole("axis", 1), x.Rank);
        var (rows, columns) = (1L, 1L);
        for (var i = 0; i < x.Rank; i++) (rows, columns) = i < axis ? (rows * x[i], columns) : (rows, columns * x[i]);
        return Prepared.Reshaped(site, site.Fits(rows, columns));
    }

    private static Prepared Squeeze(Site site)
    {
        var x = site.ShapeOf(0);
        int[] gone = site.WholesOrInput("axes", 1) is { } axes ? site.Axes(axes, x.Rank) : [.. Enumerable.Range(0, x.Rank).Where(i => x[i] == 1)];
        foreach (var axis in gone)
            if (x[axis] != 1) throw site.Bad("axes", string.Create(CultureInfo.InvariantCulture, $"axis {axis} of {x}"), "axes of length 1");
        return Prepared.Reshaped(site, Shape.Of([.. Enumerable.Range(0, x.Rank).Except(gone).Select(i => x[i])]));
    }

    /// <summary>The axes are those of the output.</summary>
    private static Prepared Unsqueeze(Site site)
    {
        var x = site.ShapeOf(0);
        var added = site.WholesOrInput("axes", 1) ?? throw site.Bad("axes", "none", "axes to be added");
        var rank = x.Rank + added.Length;
        var isNew = new bool[rank];
        foreach (var axis in site.Axes(added, rank)) isNew[axis] = true;
        var lengths = new int[rank];
        for (var (i, from) = (0, 0); i < rank; i++) lengths[i] = isNew[i] ? 1 : x[from++];
        return Prepared.Reshaped(site, Shape.Of(lengths));
    }

    private static Prepared TheShape(Site site)
    {
        var x = site.ShapeOf(0);
        int Clamped(long end) => (int)Math.Clamp(end < 0 ? end + x.Rank : end, 0, x.Rank);
        var (start, end) = (Clamped(site.Whole("start", 0)), Clamped(site.Whole("end", x.Rank)));
        long[] lengths = [.. Enumerable.Range(start, Math.Max(0, end - start)).Select(axis => (long)x[axis])];
        return Prepared.Constant(Operand.Of(ElementType.Int64, Shape.Of(lengths.Length), Values.Of<long>(lengths)));
    }

    /// <summary>Does nothing outside training; the mask, where it is wanted, is true everywhere.</summary>
    private static Prepared Dropout(Site site)
    {
        var x = site.ShapeOf(0);
        var never = site.Has(1) && site.Known[1] is { Type.IsFloat: true } ratio && ratio.Floats.AsEnumerable().All(r => r == 0);
        if (!never && site.Has(2) && site.IntegersOf(2, "training_mode").Any(mode => mode != 0)) throw site.Bad("training_mode", "true", "false: this engine infers only");
        if (site.Operation.Outputs.Length < 2) return Prepared.Reshaped(site, x);
        var mask = new long[x.Count];
        Array.Fill(mask, 1);
        var kept = Operand.Of(ElementType.Bool, x, Values.Freeze(mask));
        return new([new(site.TypeOf(0), x), kept.Signature], inputs => [inputs[0]!, kept]);
    }
}
