using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
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
        if (Avx2.IsSupported && Fma.IsSupported && widest >= VectorWidth.Bits256)
        {
            var (ratioA, ratioB, start) = (Vector256.Create(sum.A), Vector256.Create(sum.B), Vector256.Create(sum.Start));
            var (low, high) = (Vector256.Create((short)sum.Low), Vector256.Create((short)sum.High));
            for (; i <= a.Length - Vector256<short>.Count; i += Vector256<short>.Count)
            {
                var (a0, a1) = Reals(a, i);
                var (b0, b1) = Reals(b, i);
                var codes16 = Narrowing.Rounded(Fma.MultiplyAdd(a0, ratioA, Fma.MultiplyAdd(b0, ratioB, start)), Fma.MultiplyAdd(a1, ratioA, Fma.MultiplyAdd(b1, ratioB, start)));
                Avx2.Max(Avx2.Min(codes16, high), low).StoreUnsafe(ref MemoryMarshal.GetReference(codes), (nuint)i);
            }
        }
        for (; i < a.Length; i++) codes[i] = (short)sum.Of(a[i], b[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float>, Vector256<float>) Reals(ReadOnlySpan<short> codes, int at)
    {
        ref var from = ref Unsafe.Add(ref MemoryMarshal.GetReference(codes), at);
        return (Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(Vector128.LoadUnsafe(ref from))), Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(Vector128.LoadUnsafe(ref from, 8))));
    }
}
