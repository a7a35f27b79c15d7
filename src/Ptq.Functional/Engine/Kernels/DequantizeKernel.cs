using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ptq.Engine.Kernels;

/// <summary>(code − zero point) · scale: the difference as a 32-bit integer, the product in float32 (ONNX DequantizeLinear).</summary>
internal static class DequantizeKernel
{
    /// <summary>The real values of many codes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(ReadOnlySpan<long> codes, float scale, long zero, Span<float> values)
    {
        values = values[..codes.Length];
        var i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            var (scales, zeros) = (Vector256.Create(scale), Vector256.Create((int)zero));
            for (; i <= codes.Length - Vector256<int>.Count; i += Vector256<int>.Count)
            {
                var code = Vector256.Narrow(
                    Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(codes), (nuint)i), Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(codes), (nuint)(i + Vector256<long>.Count)));
                (Vector256.ConvertToSingle(code - zeros) * scales).StoreUnsafe(ref MemoryMarshal.GetReference(values), (nuint)i);
            }
        }
        for (; i < codes.Length; i++) values[i] = Value(codes[i], scale, zero);
    }

    /// <summary>As the other, with parameters for every code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(ReadOnlySpan<long> codes, ReadOnlySpan<float> scales, ReadOnlySpan<long> zeros, Span<float> values)
    {
        for (var i = 0; i < codes.Length; i++) values[i] = Value(codes[i], scales[i], zeros.IsEmpty ? 0 : zeros[i]);
    }

    private static float Value(long code, float scale, long zero) => unchecked((int)code - (int)zero) * scale;
}
