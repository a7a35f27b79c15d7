using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Ptq.Numerics;
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

    /// <summary>saturate(rne(x / scale) + zero) of many values, the quotient in float32; NaN becomes the zero point (ONNX QuantizeLinear).</summary>
    /// <param name="values">The values.</param>
    /// <param name="scale">Their scale.</param>
    /// <param name="zero">The zero point.</param>
    /// <param name="low">The lowest code.</param>
    /// <param name="high">The highest code; float32 must hold codes exactly.</param>
    /// <param name="codes">Written.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(ReadOnlySpan<float> values, float scale, int zero, int low, int high, Span<long> codes)
    {
        codes = codes[..values.Length];
        var i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            var (scales, zeros, lows, highs) = (Vector256.Create(scale), Vector256.Create((float)zero), Vector256.Create((float)low), Vector256.Create((float)high));
            for (; i <= values.Length - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                var code = Vector256.Round(Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(values), (nuint)i) / scales) + zeros;
                code = Vector256.ConditionalSelect(Vector256.Equals(code, code), code, zeros); // NaN
                var (lower, upper) = Vector256.Widen(Vector256.ConvertToInt32Native(Vector256.Min(Vector256.Max(code, lows), highs)));
                lower.StoreUnsafe(ref MemoryMarshal.GetReference(codes), (nuint)i);
                upper.StoreUnsafe(ref MemoryMarshal.GetReference(codes), (nuint)(i + Vector256<long>.Count));
            }
        }
        for (; i < values.Length; i++) codes[i] = Code(values[i], scale, zero, low, high);
    }

    /// <summary>As the other, with parameters for every value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(ReadOnlySpan<float> values, ReadOnlySpan<float> scales, ReadOnlySpan<long> zeros, int low, int high, Span<long> codes)
    {
        for (var i = 0; i < values.Length; i++) codes[i] = Code(values[i], scales[i], zeros.IsEmpty ? 0 : (int)zeros[i], low, high);
    }

    /// <summary>The code of one value.</summary>
    public static int Code(float value, float scale, int zero, int low, int high)
    {
        var code = Rounding.HalfToEven(value / scale) + zero;
        return float.IsNaN(code) ? zero : (int)Math.Clamp(code, low, high);
    }

    /// <summary>Codes that int16 holds.</summary>
    internal static Vector128<short> Narrow(Vector256<int> codes) => Vector128.NarrowWithSaturation(codes.GetLower(), codes.GetUpper()); // one instruction, where cutting off bits takes several
}
