using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Convolutions of floats along any number of axes.</summary>
internal static class ConvolutionOperators
{
    /// <summary>Images that share a run where each has few positions.</summary>
    public const int Block = 16;

    private const int Packed = 1 << 20; // weights that are packed together where they are packed for one run
    private const int Lanes = 32; // a multiple of the outputs of any panel

    public static IEnumerable<(string, Prepare)> All =>
    [
        ("Conv", Conv),
        ("ConvTranspose", ConvTranspose),
    ];

    private static Prepared Conv(Site site)
    {
        var (lengths, x, w) = (SlidingWindow.Spatial(site), site.ShapeOf(0), site.ShapeOf(1));
        Floats(site);
        var (layout, y, groups) = Layout(site, x, w, lengths, channelsLast: false);
        var bias = Bias(site, w[0]);
        if (site.Known[1] is null && groups == 1 && w.Count > Packed)
            return Prepared.Floats(site.TypeOf(0), y, (inputs, to) => InBlocks(layout, w, inputs[0]!.Floats.Span, x[0], inputs[1]!.Floats.Span, bias ? inputs[2]!.Floats.Span : [], to));
        return Prepared.Floats(site.TypeOf(0), y, Weighted(site,
            (weight, start) => new FloatConvolution(layout, w, groups, Math.Min(Block, x[0]), weight, start),
            (convolution, images, to) => convolution.Run(images, x[0], to), bias), whole: true);
    }

    /// <summary>The layout of a convolution's input, its output and its number of groups.</summary>
    /// <param name="site">The operation.</param>
    /// <param name="x">[N, C, …].</param>
    /// <param name="w">[O, C / groups, …].</param>
    /// <param name="lengths">The axes behind the channels.</param>
    /// <param name="channelsLast">The layout wanted.</param>
    public static (PaddedImage Layout, Shape Y, int Groups) Layout(Site site, Shape x, Shape w, int[] lengths, bool channelsLast)
    {
        var groups = site.Whole("group", 1, 1, int.MaxValue);
        if (w.Rank != x.Rank || w.Count == 0 || x[1] % groups != 0 || w[1] != x[1] / groups || w[0] % groups != 0)
            throw site.Bad("filters", $"{w}", $"[a multiple of {groups}, {x[1]} / {groups}, …] with {x.Rank} axes, for an input {x}");
        var axes = SlidingWindow.Of(site, lengths, SlidingWindow.Kernel(site, w));
        site.Fits([x[1], .. axes.Select((axis, i) => axis.Padded(lengths[i]))]);
        var y = site.Fits([x[0], w[0], .. axes.Select((axis, i) => (long)SlidingWindow.Outputs(site, axis, lengths[i]))]);
        site.Affordable(y.Count, w.Stride(0));
        return (new(x.Inner, [.. axes], channelsLast), y, groups);
    }

    private static Prepared ConvTranspose(Site site)
    {
        var (lengths, x, w) = (SlidingWindow.Spatial(site), site.ShapeOf(0), site.ShapeOf(1));
        Floats(site);
        var groups = site.Whole("group", 1, 1, int.MaxValue);
        if (w.Rank != x.Rank || w.Count == 0 || w[0] != x[1] || x[1] % groups != 0 || (long)w[1] * groups > int.MaxValue)
            throw site.Bad("filters", $"{w}", $"[{x[1]}, …] with {x.Rank} axes and a number of groups that divides {x[1]}, for an input {x} and {groups} groups");
        if (lengths.Contains(0)) throw site.Bad("input 0", $"{x}", "an input with elements along every axis");
        var (axes, outputs) = Transposed(site, lengths, SlidingWindow.Kernel(site, w));
        var y = site.Fits([x[0], (long)w[1] * groups, .. outputs]);
        site.Affordable(x.Count, w.Stride(0));
        // A tap reaches at most its distance from the first one beyond the input, and the last output.
        site.Fits([x[1], .. axes.Select((axis, i) => lengths[i] + (axis.Span + axis.Stride) / axis.Stride + (outputs[i] + axis.Before) / axis.Stride)]);
        var layout = PhaseLayout.Of(axes, lengths, Array.ConvertAll(outputs, n => (int)n));
        var bias = Bias(site, w[1] * groups);
        return Prepared.Floats(site.TypeOf(0), y, Weighted(site,
            (weight, start) => new TransposedConvolution(layout, x.Inner, w, groups, weight, start),
            (convolution, images, to) => convolution.Run(images, x[0], to), bias));
    }

    /// <summary>The windows of a transposed convolution (their padding cuts outputs off) and the lengths of its output.</summary>
    private static (WindowAxis[] Axes, long[] Outputs) Transposed(Site site, int[] lengths, int[] kernel)
    {
        var (count, auto) = (lengths.Length, site.Text("auto_pad", "NOTSET"));
        var (strides, dilations) = (SlidingWindow.Each(site, "strides", count, 1, 1), SlidingWindow.Each(site, "dilations", count, 1, 1));
        var (pads, more) = (SlidingWindow.Each(site, "pads", 2 * count, 0, 0), SlidingWindow.Each(site, "output_padding", count, 0, 0));
        var wanted = site.Wholes("output_shape") is { } shape ? shape.Length == count + 2 ? shape[2..] : shape : null; // some give batch and channels too
        if (wanted is not null && wanted.Length != count) throw site.Bad("output_shape", $"[{string.Join(", ", wanted)}]", $"{count} lengths");
        var (axes, outputs) = (new WindowAxis[count], new long[count]);
        for (var i = 0; i < count; i++)
        {
            var axis = new WindowAxis(kernel[i], strides[i], pads[i], pads[count + i], dilations[i]);
            var whole = (lengths[i] - 1L) * axis.Stride + axis.Span + more[i]; // before anything is cut off
            outputs[i] = wanted?[i] ?? auto switch
            {
                "NOTSET" or "" => whole - axis.Before - axis.After,
                "VALID" => whole,
                "SAME_UPPER" or "SAME_LOWER" => Math.Min((long)lengths[i] * axis.Stride, whole), // as the ONNX Runtime, which adds nothing
                _ => throw site.Bad("auto_pad", auto, "NOTSET, VALID, SAME_UPPER or SAME_LOWER"),
            };
            if (outputs[i] is < 1 or > Site.MostElements) throw site.Bad("output", $"a length of {outputs[i]}", $"1 to {Site.MostElements}");
            if (wanted is not null || auto is "SAME_UPPER" or "SAME_LOWER")
            {
                var cut = Math.Max(0, whole - outputs[i]);
                if (cut > int.MaxValue) throw site.Bad("output", $"{cut} outputs cut off", $"at most {int.MaxValue}");
                var (less, rest) = ((int)(cut / 2), (int)(cut - cut / 2));
                axis = auto == "SAME_UPPER" ? axis with { Before = less, After = rest } : axis with { Before = rest, After = less };
            }
            else if (auto == "VALID") axis = axis with { Before = 0, After = 0 };
            axes[i] = axis;
        }
        return (axes, outputs);
    }

    /// <summary>A convolution with filters that are there for it alone: packed some outputs at a time, so that no more than those are there twice.</summary>
    private static void InBlocks(PaddedImage layout, Shape w, ReadOnlySpan<float> x, int images, ReadOnlySpan<float> weight, ReadOnlySpan<float> start, Span<float> y)
    {
        if (y.Length == 0) return;
        var plane = y.Length / (images * w[0]);
        var block = (int)Math.Max(1, Packed / ((long)w.Stride(0) * Lanes)) * Lanes;
        var some = new float[images * Math.Min(block, w[0]) * plane];
        for (var first = 0; first < w[0]; first += block)
        {
            var count = Math.Min(block, w[0] - first);
            new FloatConvolution(layout, w.Inner.Batch(count), 1, Math.Min(Block, images), weight.Slice(first * w.Stride(0), count * w.Stride(0)), start.IsEmpty ? start : start.Slice(first, count)).Run(x, images, some.AsSpan(0, images * count * plane));
            for (var image = 0; image < images; image++) some.AsSpan(image * count * plane, count * plane).CopyTo(y[((image * w[0] + first) * plane)..]);
        }
    }

    private delegate T Make<T>(ReadOnlySpan<float> weight, ReadOnlySpan<float> start);

    private delegate void Convolve<T>(T convolution, ReadOnlySpan<float> x, Span<float> y);

    /// <summary>Packs the weights once where they are known, else in every run.</summary>
    private static Action<Operand?[], float[]> Weighted<T>(Site site, Make<T> make, Convolve<T> run, bool bias)
    {
        T Made(Operand?[] inputs) => make(inputs[1]!.Floats.Span, bias ? inputs[2]!.Floats.Span : []);
        if (site.Known[1] is null || bias && site.Known[2] is null) return (inputs, y) => run(Made(inputs), inputs[0]!.Floats.Span, y);
        var made = Made(site.Known);
        return (inputs, y) => run(made, inputs[0]!.Floats.Span, y);
    }

    private static void Floats(Site site)
    {
        if (site.TypeOf(1) != site.FloatTypeOf(0)) throw site.Bad("filters", site.TypeOf(1).Name, site.TypeOf(0).Name);
    }

    private static bool Bias(Site site, int channels) => !site.Has(2) ? false
        : site.TypeOf(2) == site.TypeOf(0) && site.ShapeOf(2) == Shape.Of(channels) ? true
        : throw site.Bad("bias", $"{site.Types[2]}", $"{site.TypeOf(0).Name} [{channels}]");
}
