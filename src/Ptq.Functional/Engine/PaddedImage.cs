using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>One image [C, H, W] in a buffer with its padding around it, so that a window never needs a bounds test.</summary>
/// <param name="Image">[C, H, W].</param>
/// <param name="Window">Whose padding it is.</param>
/// <param name="ChannelsLast">Rows, columns, channels; else channels, rows, columns.</param>
internal readonly record struct PaddedImage(Shape Image, Window Window, bool ChannelsLast)
{
    private int Height => Image[1] + Window.Rows.Before + Window.Rows.After;

    private int Width => Image[2] + Window.Columns.Before + Window.Columns.After;

    public int Length => Image[0] * Height * Width;

    public int ChannelStride => ChannelsLast ? 1 : Height * Width;

    public int ColumnStride => ChannelsLast ? Image[0] : 1;

    public int RowStride => Width * ColumnStride;

    /// <summary>How many contiguous pieces the image consists of: rows, or rows of every channel.</summary>
    public int Lines => ChannelsLast ? Image[1] : Image[0] * Image[1];

    /// <summary>The length of a piece.</summary>
    public int LineLength => Image[2] * ColumnStride;

    /// <summary>Where a piece lies in the buffer.</summary>
    public int LineStart(int line) =>
        (ChannelsLast ? 0 : line / Image[1] * ChannelStride) + (line % Image[1] + Window.Rows.Before) * RowStride + Window.Columns.Before * ColumnStride;
}
