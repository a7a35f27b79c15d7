using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
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
        if (requantizer is Requantizer.Float32 r && Avx2.IsSupported && widest >= VectorWidth.Bits256 && r.High - r.ZeroPoint <= short.MaxValue)
        {
            for (; c <= channels - 16; c += 16) SixteenChannels(r, firstChannel + c, sums[c..], stride, codes[c..], codeStride, positions);
            for (; c <= channels - 8; c += 8) EightChannels(r, firstChannel + c, sums[c..], stride, codes[c..], codeStride, positions);
        }
        for (; c < channels; c++)
            for (var p = 0; p < positions; p++) codes[p * codeStride + c] = (short)requantizer.Apply(sums[p * stride + c], firstChannel + c);
    }

    // A code is at most High because the product is; it is at least Low because a code below it is raised, whether or not it fitted INT32. No product is NaN.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SixteenChannels(Requantizer.Float32 r, int firstChannel, ReadOnlySpan<int> sums, int stride, Span<short> codes, int codeStride, int positions)
    {
        if (positions == 0) return;
        _ = sums[(positions - 1) * stride + 15];
        _ = codes[(positions - 1) * codeStride + 15];
        var (multipliers0, multipliers1) = (Vector256.Create(r.Multipliers.Span.Slice(firstChannel, 8)), Vector256.Create(r.Multipliers.Span.Slice(firstChannel + 8, 8)));
        var (high, low, zero) = (Vector256.Create((float)(r.High - r.ZeroPoint)), Vector256.Create((short)r.Low), Vector256.Create((short)r.ZeroPoint));
        ref var from = ref MemoryMarshal.GetReference(sums);
        ref var to = ref MemoryMarshal.GetReference(codes);
        for (var p = 0; p < positions; p++)
        {
            var first = Avx.Min(Avx.ConvertToVector256Single(Vector256.LoadUnsafe(ref from)) * multipliers0, high);
            var second = Avx.Min(Avx.ConvertToVector256Single(Vector256.LoadUnsafe(ref from, 8)) * multipliers1, high);
            Avx2.Max(Avx2.AddSaturate(Narrowing.Rounded(first, second), zero), low).StoreUnsafe(ref to);
            from = ref Unsafe.Add(ref from, stride);
            to = ref Unsafe.Add(ref to, codeStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightChannels(Requantizer.Float32 r, int firstChannel, ReadOnlySpan<int> sums, int stride, Span<short> codes, int codeStride, int positions)
    {
        if (positions == 0) return;
        _ = sums[(positions - 1) * stride + 7];
        _ = codes[(positions - 1) * codeStride + 7];
        var multipliers = Vector256.Create(r.Multipliers.Span.Slice(firstChannel, 8));
        var (high, low, zero) = (Vector256.Create((float)(r.High - r.ZeroPoint)), Vector128.Create((short)r.Low), Vector128.Create((short)r.ZeroPoint));
        ref var from = ref MemoryMarshal.GetReference(sums);
        ref var to = ref MemoryMarshal.GetReference(codes);
        for (var p = 0; p < positions; p++)
        {
            var product = Avx.Min(Avx.ConvertToVector256Single(Vector256.LoadUnsafe(ref from, (nuint)(p * stride))) * multipliers, high);
            Sse2.Max(Sse2.AddSaturate(Narrowing.Rounded(product), zero), low).StoreUnsafe(ref to, (nuint)(p * codeStride));
        }
    }
}
