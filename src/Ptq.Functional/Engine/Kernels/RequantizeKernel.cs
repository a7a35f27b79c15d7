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
    public static void Run(Requantizer requantizer, int firstChannel, int channels, ReadOnlySpan<int> sums, int stride, Span<short> codes, int codeStride, VectorWidth widest)
    {
        var vectorChannels = requantizer is Requantizer.Float32 && Vector256.IsHardwareAccelerated && widest >= VectorWidth.Bits256 ? channels & -Vector256<int>.Count : 0;
        for (; !sums.IsEmpty; sums = sums[stride..], codes = codes[Math.Min(codeStride, codes.Length)..])
        {
            if (vectorChannels > 0) Vectors((Requantizer.Float32)requantizer, firstChannel, sums[..vectorChannels], codes);
            for (var c = vectorChannels; c < channels; c++) codes[c] = (short)requantizer.Apply(sums[c], firstChannel + c);
        }
    }

    private static void Vectors(Requantizer.Float32 r, int firstChannel, ReadOnlySpan<int> sums, Span<short> codes)
    {
        var (low, high) = (Vector256.Create((float)(r.Low - r.ZeroPoint)), Vector256.Create((float)(r.High - r.ZeroPoint)));
        var zero = Vector256.Create(r.ZeroPoint);
        ref var multipliers = ref MemoryMarshal.GetReference(r.Multipliers.Span[firstChannel..]);
        for (var c = 0; c < sums.Length; c += Vector256<int>.Count)
        {
            var product = Vector256.ConvertToSingle(Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(sums), (nuint)c)) * Vector256.LoadUnsafe(ref multipliers, (nuint)c);
            var clamped = Vector256.Min(Vector256.Max(product, low), high); // as floats: converting a large one is undefined
            QuantizeKernel.Narrow(Vector256.ConvertToInt32Native(Vector256.Round(clamped)) + zero).StoreUnsafe(ref MemoryMarshal.GetReference(codes), (nuint)c);
        }
    }
}
