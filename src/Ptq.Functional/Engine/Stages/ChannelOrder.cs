using Ptq.Tensors;

namespace Ptq.Engine.Stages;

/// <summary>Between [C, H, W] and [H, W, C]. A vector [K] is the same in both.</summary>
internal static class ChannelOrder
{
    public static void ToLast(ReadOnlySpan<short> first, Shape shape, Span<short> last)
    {
        var (channels, area) = Split(shape);
        for (var c = 0; c < channels; c++)
            for (var i = 0; i < area; i++) last[i * channels + c] = first[c * area + i];
    }

    public static void ToFirst(ReadOnlySpan<short> last, Shape shape, Span<short> first)
    {
        var (channels, area) = Split(shape);
        for (var c = 0; c < channels; c++)
            for (var i = 0; i < area; i++) first[c * area + i] = last[i * channels + c];
    }

    private static (int Channels, int Area) Split(Shape shape) => shape.Rank == 1 ? (shape[0], 1) : (shape[0], shape[1] * shape[2]);
}
