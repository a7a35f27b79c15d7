using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Ptq.Quantization;

namespace Ptq.Engine.Kernels;

/// <summary><see cref="Affine.Quantize(AffineRule, AffineParams, float)"/> for many values at once.</summary>
internal static class QuantizeKernel
{
    /// <summary>The codes of the values, which int16 must hold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(AffineRule rule, AffineParams p, ReadOnlySpan<float> values, Span<short> codes, VectorWidth widest)
    {
        if (codes.Length < values.Length || p.Grid.Max > short.MaxValue) throw new ArgumentException($"{values.Length} codes of {p.Grid} do not fit into {codes.Length} of 16 bits.", nameof(codes));
        var i = 0;
        if (Vector256.IsHardwareAccelerated && widest >= VectorWidth.Bits256)
        {
            var (scale, zero) = (Vector256.Create((float)p.Scale), Vector256.Create((float)p.ZeroPoint));
            var (min, max) = (Vector256.Create((float)p.Grid.Min), Vector256.Create((float)p.Grid.Max));
            for (; i <= values.Length - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                var q = Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(values), (nuint)i) / scale;
                var code = rule == AffineRule.Thesis ? Vector256.Round(q + zero) : Vector256.Round(q) + zero;
                code = Vector256.ConditionalSelect(Vector256.Equals(code, code), code, zero); // NaN
                code = Vector256.Min(Vector256.Max(code, min), max);
                Narrow(Vector256.ConvertToInt32Native(code)).StoreUnsafe(ref MemoryMarshal.GetReference(codes), (nuint)i);
            }
        }
        for (; i < values.Length; i++) codes[i] = (short)Affine.Quantize(rule, p, values[i]);
    }

    internal static Vector128<short> Narrow(Vector256<int> codes) => Vector128.Narrow(codes.GetLower(), codes.GetUpper());
}
