using System.Globalization;
using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>The attributes that convolutions and pools share: kernel_shape, strides, dilations, pads and auto_pad.</summary>
internal static class SlidingWindow
{
    /// <summary>The axes behind batch and channels.</summary>
    public static int[] Spatial(Site site, int place = 0) => site.ShapeOf(place) is { Rank: >= 3 } shape
        ? shape.Lengths.Span[2..].ToArray()
        : throw site.Bad($"input {place}", $"{site.ShapeOf(place)}", "[N, C, …] with at least one axis behind the channels");

    /// <summary>The window along every axis, its padding decided.</summary>
    /// <param name="site">The operation.</param>
    /// <param name="lengths">The axes behind the channels.</param>
    /// <param name="kernel">The taps along each.</param>
    public static WindowAxis[] Of(Site site, int[] lengths, int[] kernel)
    {
        var (strides, dilations) = (Each(site, "strides", lengths.Length, 1, 1), Each(site, "dilations", lengths.Length, 1, 1));
        var pads = Each(site, "pads", 2 * lengths.Length, 0, 0);
        var auto = site.Text("auto_pad", "NOTSET");
        var axes = new WindowAxis[lengths.Length];
        for (var i = 0; i < axes.Length; i++)
        {
            var axis = new WindowAxis(kernel[i], strides[i], 0, 0, dilations[i]);
            axes[i] = auto switch
            {
                "NOTSET" or "" => axis with { Before = pads[i], After = pads[lengths.Length + i] },
                "VALID" => axis,
                "SAME_UPPER" or "SAME_LOWER" => Same(site, axis, lengths[i], auto == "SAME_UPPER"),
                _ => throw site.Bad("auto_pad", auto, "NOTSET, VALID, SAME_UPPER or SAME_LOWER"),
            };
        }
        return axes;
    }

    /// <summary>The taps that a pool's kernel_shape gives.</summary>
    public static int[] Kernel(Site site, int axes) => site.Wholes("kernel_shape") is null
        ? throw site.Bad("kernel_shape", "none", $"{axes} lengths")
        : Each(site, "kernel_shape", axes, 1, 1);

    /// <summary>The taps of filters [·, ·, …], with which a kernel_shape must agree.</summary>
    public static int[] Kernel(Site site, Shape filters)
    {
        var kernel = filters.Lengths.Span[2..].ToArray();
        if (site.Wholes("kernel_shape") is { } said && !said.SequenceEqual(kernel.Select(n => (long)n)))
            throw site.Bad("kernel_shape", $"[{string.Join(", ", said)}]", $"[{string.Join(", ", kernel)}], as the filters {filters}");
        return kernel;
    }

    /// <summary>A list with an entry an axis.</summary>
    /// <param name="site">The operation.</param>
    /// <param name="attribute">Its name.</param>
    /// <param name="count">How many entries.</param>
    /// <param name="otherwise">Every entry where the attribute is not there.</param>
    /// <param name="low">The least an entry may be.</param>
    public static int[] Each(Site site, string attribute, int count, int otherwise, int low)
    {
        if (site.Wholes(attribute) is not { } each) return [.. Enumerable.Repeat(otherwise, count)];
        if (each.Length != count) throw site.Bad(attribute, $"[{string.Join(", ", each)}]", $"{count} numbers");
        foreach (var number in each)
            if (number < low || number > int.MaxValue) throw site.Bad(attribute, number.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"{low} to {int.MaxValue}"));
        return Array.ConvertAll(each, n => (int)n);
    }

    /// <summary>How many outputs an axis has, at least 1.</summary>
    public static int Outputs(Site site, WindowAxis axis, int length) => axis.Outputs(length) is >= 1 and var outputs
        ? outputs
        : throw site.Bad("window", $"a span of {axis.Span} on an axis of {axis.Padded(length)}, padding included", "one that fits at least once");

    private static WindowAxis Same(Site site, WindowAxis axis, int length, bool upper)
    {
        var outputs = (length + axis.Stride - 1L) / axis.Stride;
        var padding = Math.Max(0, (outputs - 1) * axis.Stride + axis.Span - length);
        if (padding > Site.MostElements) throw site.Bad("auto_pad", $"padding of {padding}", $"at most {Site.MostElements}");
        var (less, more) = ((int)(padding / 2), (int)(padding - padding / 2));
        return upper ? axis with { Before = less, After = more } : axis with { Before = more, After = less };
    }
}
