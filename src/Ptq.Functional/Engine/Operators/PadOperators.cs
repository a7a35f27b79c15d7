using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Padding. Negative pads take elements away, before the others add some.</summary>
internal static class PadOperators
{
    public static IEnumerable<(string, Prepare)> All => [("Pad", Pad)];

    private static Prepared Pad(Site site)
    {
        var (x, pads) = (site.ShapeOf(0), site.IntegersOf(1, "pads"));
        var axes = site.Has(3) ? site.Axes(site.IntegersOf(3, "axes"), x.Rank) : [.. Enumerable.Range(0, x.Rank)];
        if (pads.Length != 2 * axes.Length) throw site.Bad("pads", $"{pads.Length} numbers", $"{2 * axes.Length}, two an axis");
        if (pads.Any(pad => pad is <= int.MinValue or > int.MaxValue)) throw site.Bad("pads", $"[{string.Join(", ", pads)}]", "numbers of 32 bits");

        var (before, behind, lengths) = (new int[x.Rank], new int[x.Rank], new long[x.Rank]);
        for (var i = 0; i < axes.Length; i++) (before[axes[i]], behind[axes[i]]) = ((int)pads[i], (int)pads[axes.Length + i]);
        for (var i = 0; i < x.Rank; i++) lengths[i] = (long)x[i] + before[i] + behind[i];
        var shape = site.Fits(lengths);
        if (site.Text("mode", "constant") is var mode && mode == "constant") return Constant(site, x, shape, before, behind);

        if (shape.Count == 0) return Movement.Prepare(site, shape, new StridedCopy([0], [0], [0]));
        var places = new int[]?[x.Rank];
        for (var i = 0; i < x.Rank; i++)
        {
            if ((before[i], behind[i]) == (0, 0)) continue;
            var (first, kept) = (Math.Max(0, -before[i]), x[i] + Math.Min(0, before[i]) + Math.Min(0, behind[i]));
            if (kept <= 0 && shape[i] > 0) throw site.Bad("input", $"{x}", $"an element along axis {i} for the padding to repeat");
            var start = Math.Max(0, before[i]);
            places[i] = [.. Enumerable.Range(0, shape[i]).Select(place => first + mode switch
            {
                "edge" => Math.Clamp(place - start, 0, kept - 1),
                "reflect" => Reflected(place - start, kept),
                "wrap" => Modulo(place - start, kept),
                _ => throw site.Bad("mode", mode, "constant, reflect, edge or wrap"),
            })];
        }
        return Movement.Prepare(site, shape, new TableCopy(x, places));
    }

    /// <summary>The ends are mirrors and are not repeated; reflections of reflections go on.</summary>
    private static int Reflected(int place, int length)
    {
        if (length == 1) return 0;
        var there = Modulo(place, 2 * (length - 1));
        return there < length ? there : 2 * (length - 1) - there;
    }

    private static int Modulo(int place, int length) => place % length is var rest && rest < 0 ? rest + length : rest;

    private static Prepared Constant(Site site, Shape x, Shape shape, int[] before, int[] behind)
    {
        if (site.Has(2) && (site.TypeOf(2) != site.TypeOf(0) || site.ShapeOf(2).Count != 1)) throw site.Bad("constant_value", $"{site.Types[2]}", $"one {site.TypeOf(0).Name}");
        var (from, to, kept, first, start) = (StridedCopy.StridesOf(x), StridedCopy.StridesOf(shape), new int[x.Rank], 0L, 0L);
        for (var i = 0; i < x.Rank; i++)
        {
            kept[i] = Math.Max(0, x[i] + Math.Min(0, before[i]) + Math.Min(0, behind[i]));
            first += Math.Max(0, -before[i]) * from[i];
            start += Math.Max(0, before[i]) * to[i];
        }
        var copy = new StridedCopy(kept, from, to, first, start);
        return copy.IsWhole && x == shape ? Prepared.Reshaped(site, x) : Movement.Prepare(site.TypeOf(0), shape, new Framed(copy));
    }

    private sealed record Framed(StridedCopy Copy) : IMovement
    {
        public void Run<T>(Operand?[] inputs, Span<T> y) where T : unmanaged, System.Numerics.INumber<T>
        {
            if (inputs.At(2) is { } value) y.Fill(value.Elements<T>()[0]);
            Copy.Copy(inputs[0]!.Elements<T>(), y);
        }
    }
}
