using System.Globalization;
using System.Runtime.InteropServices;
using Ptq.Engine.Kernels;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Resize, along any axes.</summary>
internal static class ResizeOperators
{
    public static IEnumerable<(string, Prepare)> All => [("Resize", Resize)];

    private static Prepared Resize(Site site)
    {
        var (type, x) = (site.TypeOf(0), site.ShapeOf(0));
        var coordinates = OneOf(site, "coordinate_transformation_mode", "half_pixel", ResizedAxis.Modes);
        var mode = OneOf(site, "mode", "nearest", ["nearest", "linear", "cubic"]);
        var rounding = OneOf(site, "nearest_mode", "round_prefer_floor", ResizedAxis.NearestModes);
        var axes = Axes(site, x, coordinates);
        var shape = site.Fits([.. axes.Select(axis => (long)axis.To)]);
        if (x.Count == 0 && shape.Count > 0) throw site.Bad("input", $"{x}", "elements, of which the output is made");
        // Where no length changes ONNX Runtime copies, whatever scales and region say.
        if (shape.Count == 0 || shape == x) return Movement.Prepare(site, shape, StridedCopy.To(shape, StridedCopy.StridesOf(shape)));

        IMovement movement;
        if (mode == "nearest") movement = new TableCopy(x, [.. axes.Select(axis => axis.IsUnchanged ? null : axis.Nearest(rounding))]);
        else
        {
            var (isCubic, a, exclude, smooth) = (mode == "cubic", site.Real("cubic_coeff_a", -0.75f), site.Flag("exclude_outside"), site.Flag("antialias"));
            var taps = Array.ConvertAll(axes, axis => axis.IsUnchanged ? default : smooth ? axis.Antialiased(isCubic, a, exclude) : isCubic ? axis.Cubic(a, exclude) : axis.Linear());
            for (var i = 0; i < taps.Length; i++)
                if (taps[i].Weights is []) throw site.Bad("scales", axes[i].Scale.ToString(CultureInfo.InvariantCulture), "a filter of fewer elements");
            movement = new Filtered(type, x, axes, taps);
        }
        return Movement.Prepare(type, shape, coordinates == "tf_crop_and_resize"
            ? new Bordered(movement, shape, Array.ConvertAll(axes, axis => axis.Outside), site.Real("extrapolation_value", 0))
            : movement);
    }

    private static string OneOf(Site site, string attribute, string otherwise, string[] values) => site.Text(attribute, otherwise) is var value && values.Contains(value)
        ? value : throw site.Bad(attribute, value, string.Join(", ", values));

    /// <summary>Every axis of the input, from scales or sizes of all or of those that <c>axes</c> names.</summary>
    private static ResizedAxis[] Axes(Site site, Shape x, string coordinates)
    {
        bool Given(int place) => site.Has(place) && site.ShapeOf(place).Count > 0;
        var chosen = site.Wholes("axes") is { } named ? site.Axes(named, x.Rank) : [.. Enumerable.Range(0, x.Rank)];
        if (Given(2) == Given(3)) throw site.Bad("scales and sizes", Given(2) ? "both" : "neither", "one of them");
        var scales = Given(2) ? site.ValueOf(2, "scales") is { Type.IsFloat: true } value ? value.Floats.Span.ToArray() : throw site.Bad("scales", site.TypeOf(2).Name, "floating-point numbers") : null;
        var sizes = scales is null ? site.IntegersOf(3, "sizes") : null;
        if ((scales?.Length ?? sizes!.Length) != chosen.Length) throw site.Bad(scales is null ? "sizes" : "scales", $"{scales?.Length ?? sizes!.Length} numbers", $"{chosen.Length}, one an axis");
        if (scales is not null && !scales.All(scale => scale > 0 && float.IsFinite(scale))) throw site.Bad("scales", $"[{string.Join(", ", scales)}]", "positive numbers");

        float[]? region = null;
        if (coordinates == "tf_crop_and_resize")
        {
            region = site.ValueOf(1, "roi") is { Type.IsFloat: true } roi ? roi.Floats.Span.ToArray() : throw site.Bad("roi", site.TypeOf(1).Name, "floating-point numbers");
            if (region.Length != 2 * chosen.Length) throw site.Bad("roi", $"{region.Length} numbers", $"{2 * chosen.Length}: where each axis starts, and where each ends");
        }

        var lengths = Array.ConvertAll(chosen, axis => x[axis]);
        var factors = scales ?? [.. sizes!.Select((size, i) => lengths[i] == 0 ? 1 : (float)size / lengths[i])];
        var policy = OneOf(site, "keep_aspect_ratio_policy", "stretch", ["stretch", "not_larger", "not_smaller"]);
        if (sizes is not null && policy != "stretch" && factors.Length > 0)
        {
            var common = policy == "not_larger" ? factors.Min() : factors.Max();
            factors = [.. factors.Select(_ => common)];
            sizes = [.. lengths.Select(length => (long)MathF.Round(common * length, MidpointRounding.AwayFromZero))];
        }
        var to = site.Fits([.. sizes ?? [.. factors.Select((factor, i) => (long)MathF.Floor(factor * lengths[i]))]]);
        var axes = Enumerable.Range(0, x.Rank).Select(axis => new ResizedAxis(x[axis], x[axis], 1, 0, 1, coordinates)).ToArray();
        for (var i = 0; i < chosen.Length; i++)
            axes[chosen[i]] = new(lengths[i], to[i], factors[i], region?[i] ?? 0, region?[chosen.Length + i] ?? 1, coordinates);
        return axes;
    }

    /// <summary>One axis after another. What shrinks comes first, so that nothing in between is larger than input and output, and of those the last.</summary>
    private sealed record Filtered(ElementType Type, Shape X, ResizedAxis[] Axes, ResizedAxis.Taps[] Taps) : IMovement
    {
        public void Run<T>(Operand?[] inputs, Span<T> y) where T : unmanaged, System.Numerics.INumber<T>
        {
            var values = Type.IsFloat ? inputs[0]!.Floats.Span : Array.ConvertAll(inputs[0]!.Integers.Span.ToArray(), i => (float)i);
            var lengths = X.Lengths.Span.ToArray();
            foreach (var axis in Enumerable.Range(0, Axes.Length).Where(i => Taps[i].Weights is not null).OrderBy(i => Axes[i].To >= Axes[i].From).ThenByDescending(i => i))
            {
                var (from, inner) = (lengths[axis], Shape.Of(lengths).Stride(axis));
                lengths[axis] = Axes[axis].To;
                var resized = new float[Shape.Of(lengths).Count];
                Along(Taps[axis], from, lengths[axis], inner, values, resized);
                values = resized;
            }
            if (typeof(T) == typeof(float)) MemoryMarshal.Cast<float, T>(values).CopyTo(y);
            else
                for (var (i, (least, greatest)) = (0, Type.Range); i < y.Length; i++) y[i] = T.CreateTruncating(Math.Clamp((long)values[i], least, greatest));
        }

        private static void Along(ResizedAxis.Taps taps, int from, int to, int inner, ReadOnlySpan<float> x, Span<float> y)
        {
            var each = taps.Places.Length / to;
            for (var (start, written) = (0, 0); written < y.Length; start += from * inner, written += to * inner)
                if (inner == 1) Resample.Line(x.Slice(start, from), taps.Places, taps.Weights, y.Slice(written, to));
                else
                    for (var i = 0; i < to; i++)
                        Resample.Row(x.Slice(start, from * inner), taps.Places.AsSpan(i * each, each), taps.Weights.AsSpan(i * each, each), y.Slice(written + i * inner, inner));
        }
    }

    /// <summary>One value wherever an axis lies outside the input.</summary>
    private sealed record Bordered(IMovement Inner, Shape Shape, bool[][] Outside, float Value) : IMovement
    {
        public void Run<T>(Operand?[] inputs, Span<T> y) where T : unmanaged, System.Numerics.INumber<T>
        {
            Inner.Run(inputs, y);
            for (var axis = 0; axis < Shape.Rank; axis++)
                for (var (row, stride) = (0, Shape.Stride(axis)); row < y.Length / stride; row++)
                    if (Outside[axis][row % Shape[axis]]) y.Slice(row * stride, stride).Fill(T.CreateTruncating(Value));
        }
    }
}
