using Ptq.Engine.Kernels;
using Ptq.Tensors;

namespace Ptq.Engine.Stages;

/// <summary>Between [C, H, W] and [H, W, C]. A vector [K] is the same in both.</summary>
internal static class ChannelOrder
{
    public static void ToLast(ReadOnlySpan<short> first, Shape shape, Span<short> last)
    {
        var (channels, area) = Split(shape);
        Elementwise.Transpose(first, channels, area, last);
    }

    public static void ToFirst(ReadOnlySpan<short> last, Shape shape, Span<short> first)
    {
        var (channels, area) = Split(shape);
        Elementwise.Transpose(last, area, channels, first);
    }

    private static (int Channels, int Area) Split(Shape shape) => shape.Rank == 1 ? (shape[0], 1) : (shape[0], shape[1] * shape[2]);
}
