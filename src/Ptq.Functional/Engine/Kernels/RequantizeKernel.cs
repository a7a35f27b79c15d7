using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Ptq.Quantization;

namespace Ptq.Engine.Kernels;

/// <summary><see cref="Requantizer.Apply"/> for the sums of many positions.</summary>
internal static class RequantizeKernel
{
    /// <summary>The codes of the first <paramref name="channels"/> sums of every position.</summary>
    /// <param name="requantizer">The arithmetic.</param>
    /// <param name="firstChannel">The channel of a position's first sum.</param>
    /// <param name="channels">How many channels.</param>
    /// <param name="sums">[position][stride].</param>
    /// <param name="stride">From position to position in the sums.</param>
    /// <param name="codes">[position][codeStride], written.</param>
    /// <param name="codeStride">From position to position in the codes.</param>
    /// <param name="widest">The widest vectors to use.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(Requantizer requantizer, int firstChannel, int channels, ReadOnlySpan<int> sums, int stride, Span<short> codes, int codeStride, VectorWidth widest)
    {
        var positions = sums.Length / stride;
        var c = 0;
        if (requantizer is Requantizer.Float32 r && Vector256.IsHardwareAccelerated && widest >= VectorWidth.Bits256)
            for (; c <= channels - Vector256<int>.Count; c += Vector256<int>.Count)
                EightChannels(r, firstChannel + c, sums[c..], stride, codes[c..], codeStride, positions);
        for (; c < channels; c++)
            for (var p = 0; p < positions; p++) codes[p * codeStride + c] = (short)requantizer.Apply(sums[p * stride + c], firstChannel + c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightChannels(Requantizer.Float32 r, int firstChannel, ReadOnlySpan<int> sums, int stride, Span<short> codes, int codeStride, int positions)
    {
        if (positions == 0) return;
        _ = sums[(positions - 1) * stride + Vector256<int>.Count - 1];
        _ = codes[(positions - 1) * codeStride + Vector256<int>.Count - 1];
        var multipliers = Vector256.Create(r.Multipliers.Span.Slice(firstChannel, Vector256<float>.Count));
        var (low, high) = (Vector256.Create((float)(r.Low - r.ZeroPoint)), Vector256.Create((float)(r.High - r.ZeroPoint)));
        var zero = Vector256.Create(r.ZeroPoint);
        ref var from = ref MemoryMarshal.GetReference(sums);
        ref var to = ref MemoryMarshal.GetReference(codes);
        for (var p = 0; p < positions; p++)
        {
            var product = Vector256.ConvertToSingle(Vector256.LoadUnsafe(ref from, (nuint)(p * stride))) * multipliers;
            var clamped = Vector256.MinNative(Vector256.MaxNative(product, low), high); // as floats: the native conversion does not saturate; no product is NaN
            QuantizeKernel.Narrow(Vector256.ConvertToInt32Native(Vector256.Round(clamped)) + zero).StoreUnsafe(ref to, (nuint)(p * codeStride));
        }
    }
}
