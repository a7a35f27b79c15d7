using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>Codes that lie as 64-bit integers on their way into the kernels and out of them.</summary>
internal static class Codes
{
    /// <summary>codes − zero, which must fit 16 bits.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Centre(ReadOnlySpan<long> codes, long zero, Span<short> centred)
    {
        for (var i = 0; i < codes.Length; i++) centred[i] = unchecked((short)(codes[i] - zero));
    }

    /// <summary>codes − zero, <paramref name="stride"/> places apart.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Deal(ReadOnlySpan<long> codes, long zero, int stride, Span<short> centred)
    {
        for (var i = 0; i < codes.Length; i++) centred[i * stride] = unchecked((short)(codes[i] - zero));
    }

    /// <summary>Sums [position][stride] of some channels as planes: [channel][plane].</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Planes(ReadOnlySpan<int> sums, int stride, int channels, Span<long> planes, int plane)
    {
        var positions = sums.Length / stride;
        for (var c = 0; c < channels; c++)
            for (var p = 0; p < positions; p++) planes[c * plane + p] = sums[p * stride + c];
    }

    /// <summary>Every <paramref name="stride"/>-th sum as a code: clamp(f32(sum) · M to [low − zero, high − zero]), rounded half to even, + zero (<see cref="Quantization.Contract.MlasFloat32"/>); NaN, which 0 · ∞ is, becomes the lowest code.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Requantize(ReadOnlySpan<int> sums, int stride, float factor, int zero, int low, int high, Span<long> codes)
    {
        var (least, most) = ((float)(low - zero), (float)(high - zero));
        for (var i = 0; i < codes.Length; i++)
        {
            var product = sums[i * stride] * factor;
            codes[i] = product >= least ? product <= most ? (int)MathF.Round(product) + zero : high : low;
        }
    }
}
