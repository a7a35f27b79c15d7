using Ptq.Tensors;

namespace Ptq.Model;

/// <summary>One axis of a sliding window, as in ONNX Conv and the pools.</summary>
/// <param name="Kernel">Taps, at least 1.</param>
/// <param name="Stride">Distance of neighbouring outputs, at least 1.</param>
/// <param name="Before">Padding in front of the axis, from 0.</param>
/// <param name="After">Padding behind it, from 0.</param>
/// <param name="Dilation">Distance of neighbouring taps, at least 1.</param>
public readonly record struct WindowAxis(int Kernel, int Stride = 1, int Before = 0, int After = 0, int Dilation = 1)
{
    /// <summary>How many inputs lie between the first tap and the last, both included.</summary>
    public long Span => (Kernel - 1L) * Dilation + 1;

    /// <summary>⌊(length + padding − span) / stride⌋ + 1: how many outputs an axis of this length has (ONNX Conv, pads given); 0 where none fits.</summary>
    public int Outputs(int length) => Padded(length) < Span ? 0 : (int)Math.Min(int.MaxValue, (Padded(length) - Span) / Stride + 1);

    /// <summary>The length with its padding.</summary>
    public long Padded(int length) => (long)length + Before + After;

    /// <summary>The input that a tap of an output reads; outside [0, length) it is padding.</summary>
    public int At(int output, int tap) => output * Stride + tap * Dilation - Before;

    /// <summary>Whether the window is the whole of an axis of this length, without padding.</summary>
    internal bool Covers(int length) => (Kernel, Before, After) == (length, 0, 0);

    /// <summary>Whether every number is in its range.</summary>
    internal bool IsValid => Kernel >= 1 && Stride >= 1 && Before >= 0 && After >= 0 && Dilation >= 1;

    /// <summary>Whether every output has a tap on an axis of this length that is not padding.</summary>
    internal bool AlwaysSees(int length)
    {
        for (var output = 0; output < Outputs(length); output++)
        {
            var sees = false;
            for (var tap = 0; tap < Kernel && !sees; tap++) sees = At(output, tap) >= 0 && At(output, tap) < length;
            if (!sees) return false;
        }
        return true;
    }
}

/// <summary>A sliding window over rows and columns.</summary>
/// <param name="Rows">Along the height.</param>
/// <param name="Columns">Along the width.</param>
public readonly record struct Window(WindowAxis Rows, WindowAxis Columns)
{
    /// <summary>How many taps there are.</summary>
    public int Area => Rows.Kernel * Columns.Kernel;

    /// <summary>A square window with the same padding on all sides.</summary>
    public static Window Square(int kernel, int stride = 1, int padding = 0, int dilation = 1)
    {
        var axis = new WindowAxis(kernel, stride, padding, padding, dilation);
        return new(axis, axis);
    }

    /// <summary>A window over a whole image [C, H, W].</summary>
    public static Window Whole(Shape image) => new(new(image[1]), new(image[2]));

    /// <summary>Kernel, stride, padding and dilation of both axes.</summary>
    public override string ToString() =>
        $"{Rows.Kernel}×{Columns.Kernel} stride {Rows.Stride}×{Columns.Stride} padding {Rows.Before},{Columns.Before},{Rows.After},{Columns.After} dilation {Rows.Dilation}×{Columns.Dilation}";
}
