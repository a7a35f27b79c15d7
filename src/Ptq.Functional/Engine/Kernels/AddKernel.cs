using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Ptq.Quantization;

namespace Ptq.Engine.Kernels;

/// <summary><see cref="CodeSum.Of"/> for many pairs of codes at once.</summary>
internal static class AddKernel
{
    /// <summary>The codes of the sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(CodeSum sum, ReadOnlySpan<short> a, ReadOnlySpan<short> b, Span<short> codes, VectorWidth widest)
    {
        if (b.Length < a.Length || codes.Length < a.Length) throw new ArgumentException("The buffers do not fit together.");
        var i = 0;
        if (Vector256.IsHardwareAccelerated && widest >= VectorWidth.Bits256)
        {
            var (ratioA, ratioB, start) = (Vector256.Create(sum.A), Vector256.Create(sum.B), Vector256.Create(sum.Start));
            var (low, high) = (Vector256.Create((float)sum.Low), Vector256.Create((float)sum.High));
            var (least, beyond) = (Vector256.Create((float)int.MinValue), Vector256.Create(-(float)int.MinValue));
            for (; i <= a.Length - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                var real = Vector256.FusedMultiplyAdd(Reals(a, i), ratioA, Vector256.FusedMultiplyAdd(Reals(b, i), ratioB, start));
                var code = Vector256.Round(real);
                code = Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(code, least) & Vector256.LessThan(code, beyond), code, low); // what INT32 does not hold, and NaN
                code = Vector256.MinNative(Vector256.MaxNative(code, low), high);
                QuantizeKernel.Narrow(Vector256.ConvertToInt32Native(code)).StoreUnsafe(ref MemoryMarshal.GetReference(codes), (nuint)i);
            }
        }
        for (; i < a.Length; i++) codes[i] = (short)sum.Of(a[i], b[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Reals(ReadOnlySpan<short> codes, int at) =>
        Vector256.ConvertToSingle(Vector256.WidenLower(Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(codes), (nuint)at).ToVector256Unsafe()));
}
