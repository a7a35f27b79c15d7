using System.Numerics;
using Ptq.Engine.Kernels;
using Ptq.Tensors;

namespace Ptq.Engine.Stages;

/// <summary>Between [C, H, W] and [H, W, C]. A vector [K] is the same in both.</summary>
internal static class ChannelOrder
{
    public static void ToLast<T>(ReadOnlySpan<T> first, Shape shape, Span<T> last) where T : unmanaged, INumber<T>
    {
        var (channels, area) = Split(shape);
        Elementwise.Transpose(first, channels, area, last);
    }

    public static void ToFirst<T, TTo>(ReadOnlySpan<T> last, Shape shape, Span<TTo> first) where T : unmanaged, INumber<T> where TTo : unmanaged, INumber<TTo>
    {
        var (channels, area) = Split(shape);
        Elementwise.Transpose(last, area, channels, first);
    }

    private static (int Channels, int Area) Split(Shape shape) => shape.Rank == 1 ? (shape[0], 1) : (shape[0], shape[1] * shape[2]);
}
