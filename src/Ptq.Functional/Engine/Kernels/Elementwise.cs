using System.Numerics;

namespace Ptq.Engine.Kernels;

/// <summary>Kernels without a reduction: any vector gives the same bits, so they take whatever the machine has.</summary>
internal static class Elementwise
{
    /// <summary>codes − zero.</summary>
    public static void Centre(ReadOnlySpan<short> codes, short zero, Span<short> centred)
    {
        var i = 0;
        if (Vector.IsHardwareAccelerated)
            for (var z = new Vector<short>(zero); i <= codes.Length - Vector<short>.Count; i += Vector<short>.Count)
                (new Vector<short>(codes[i..]) - z).CopyTo(centred[i..]);
        for (; i < codes.Length; i++) centred[i] = (short)(codes[i] - zero);
    }

    /// <summary>The larger of two codes, in place of the first.</summary>
    public static void Max(Span<short> codes, ReadOnlySpan<short> others)
    {
        var i = 0;
        if (Vector.IsHardwareAccelerated)
            for (; i <= codes.Length - Vector<short>.Count; i += Vector<short>.Count)
                Vector.Max(new Vector<short>(codes[i..]), new Vector<short>(others[i..])).CopyTo(codes[i..]);
        for (; i < codes.Length; i++) codes[i] = Math.Max(codes[i], others[i]);
    }

    /// <summary>float32 values as doubles.</summary>
    public static void Widen(ReadOnlySpan<float> values, Span<double> doubles)
    {
        var i = 0;
        if (Vector.IsHardwareAccelerated)
            for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector.Widen(new Vector<float>(values[i..]), out var low, out var high);
                low.CopyTo(doubles[i..]);
                high.CopyTo(doubles[(i + Vector<double>.Count)..]);
            }
        for (; i < values.Length; i++) doubles[i] = values[i];
    }

    /// <summary>min(max(x, min), max) by IEEE 754's minimum and maximum: NaN stays, −0 lies below 0.</summary>
    public static void Clip(ReadOnlySpan<float> values, float min, float max, Span<float> clipped)
    {
        var i = 0;
        if (Vector.IsHardwareAccelerated)
            for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
                Vector.Min(Vector.Max(new Vector<float>(values[i..]), new(min)), new(max)).CopyTo(clipped[i..]);
        for (; i < values.Length; i++) clipped[i] = MathF.Min(MathF.Max(values[i], min), max);
    }
}
