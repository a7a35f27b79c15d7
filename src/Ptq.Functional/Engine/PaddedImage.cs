using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>One image [C, …] of any number of axes in a buffer with its padding around it, so that a window never needs a bounds test.</summary>
internal sealed class PaddedImage
{
    private readonly int[] strides;

    /// <summary>The layout of an image [C, H, W] under a window.</summary>
    public PaddedImage(Shape image, Window window, bool channelsLast) : this(image, [window.Rows, window.Columns], channelsLast) { }

    /// <summary>The layout of an image.</summary>
    /// <param name="image">[C, …], with at least one axis behind the channels.</param>
    /// <param name="axes">Whose padding it is, an axis behind the channels each.</param>
    /// <param name="channelsLast">Channels behind the axes; else in front of them.</param>
    public PaddedImage(Shape image, Values<WindowAxis> axes, bool channelsLast)
    {
        (Image, Axes) = (image, axes);
        ColumnStride = channelsLast ? image[0] : 1;
        int[] lengths = [.. axes.AsEnumerable().Select((axis, i) => (int)axis.Padded(image[i + 1]))];
        strides = Lattice.Strides(lengths, ColumnStride);
        var area = lengths.Aggregate(1, (area, length) => area * length);
        (Length, ChannelStride) = (image[0] * area, channelsLast ? 1 : area);
        LineLength = image[image.Rank - 1] * ColumnStride;
        Lines = LineLength == 0 ? 0 : image.Count / LineLength;
    }

    /// <summary>[C, …].</summary>
    public Shape Image { get; }

    /// <summary>The window along each axis behind the channels.</summary>
    public Values<WindowAxis> Axes { get; }

    public int Length { get; }

    public int ChannelStride { get; }

    public int ColumnStride { get; }

    /// <summary>From index to index along each axis behind the channels.</summary>
    public ReadOnlySpan<int> Strides => strides;

    /// <summary>Whether the buffer is the image.</summary>
    public bool IsImage => ColumnStride == 1 && Length == Image.Count;

    /// <summary>How many contiguous pieces the image consists of: rows, or rows of every channel.</summary>
    public int Lines { get; }

    /// <summary>The length of a piece.</summary>
    public int LineLength { get; }

    /// <summary>Where a piece lies in the buffer.</summary>
    public int LineStart(int line)
    {
        var start = Axes[Axes.Length - 1].Before * ColumnStride;
        for (var axis = Axes.Length - 2; axis >= 0; axis--)
        {
            start += (line % Image[axis + 1] + Axes[axis].Before) * strides[axis];
            line /= Image[axis + 1];
        }
        return start + line * ChannelStride; // channels last: no channel is left
    }
}
