using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>Kernels that move, convert or compare: any vector gives the same bits, so they take whatever the machine has.</summary>
internal static class Elementwise
{
    /// <summary>codes − zero.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Centre(ReadOnlySpan<short> codes, short zero, Span<short> centred)
    {
        var i = 0;
        if (Vector.IsHardwareAccelerated)
            for (var z = new Vector<short>(zero); i <= codes.Length - Vector<short>.Count; i += Vector<short>.Count)
                (new Vector<short>(codes[i..]) - z).CopyTo(centred[i..]);
        for (; i < codes.Length; i++) centred[i] = (short)(codes[i] - zero);
    }

    /// <summary>The larger of two codes, in place of the first.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Max(Span<short> codes, ReadOnlySpan<short> others)
    {
        var i = 0;
        if (Vector.IsHardwareAccelerated)
            for (; i <= codes.Length - Vector<short>.Count; i += Vector<short>.Count)
                Vector.Max(new Vector<short>(codes[i..]), new Vector<short>(others[i..])).CopyTo(codes[i..]);
        if (Vector128.IsHardwareAccelerated)
            for (; i <= codes.Length - Vector128<short>.Count; i += Vector128<short>.Count) // eight channels are common
                Vector128.Max(Vector128.Create((ReadOnlySpan<short>)codes[i..]), Vector128.Create(others[i..])).CopyTo(codes[i..]);
        for (; i < codes.Length; i++) codes[i] = Math.Max(codes[i], others[i]);
    }

    /// <summary>float32 values as doubles.</summary>
    [MethodImpl(AggressiveOptimization)]
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
    [MethodImpl(AggressiveOptimization)]
    public static void Clip(ReadOnlySpan<float> values, float min, float max, Span<float> clipped)
    {
        var i = 0;
        if (Vector.IsHardwareAccelerated)
            for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
                Vector.Min(Vector.Max(new Vector<float>(values[i..]), new(min)), new(max)).CopyTo(clipped[i..]);
        for (; i < values.Length; i++) clipped[i] = MathF.Min(MathF.Max(values[i], min), max);
    }

    /// <summary>Every <paramref name="stride"/>-th sum.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Gather(ReadOnlySpan<float> sums, int stride, Span<float> plane)
    {
        for (var i = 0; i < plane.Length; i++) plane[i] = sums[i * stride];
    }

    /// <summary>Every <paramref name="stride"/>-th sum, rounded to float32, plus the bias.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Gather(ReadOnlySpan<double> sums, int stride, float bias, Span<float> plane)
    {
        for (var i = 0; i < plane.Length; i++) plane[i] = (float)sums[i * stride] + bias;
    }

    /// <summary>The table's entry at code − lowest.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Lookup(ReadOnlySpan<short> table, int lowest, ReadOnlySpan<short> codes, Span<short> found)
    {
        for (var i = 0; i < codes.Length; i++) found[i] = table[codes[i] - lowest];
    }

    /// <summary>Moves channels behind rows and columns, or back: [a, b] becomes [b, a].</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Transpose(ReadOnlySpan<short> from, int a, int b, Span<short> to)
    {
        if (a == 1 || b == 1)
        {
            from[..(a * b)].CopyTo(to);
            return;
        }
        for (var i = 0; i < a; i++)
            for (var j = 0; j < b; j++) to[j * a + i] = from[i * b + j];
    }

    /// <summary>The largest value under each window of a plane, by pairs of output and input positions.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void MaxPool(ReadOnlySpan<(int Output, int Input)> pairs, ReadOnlySpan<float> plane, Span<float> largest)
    {
        largest.Fill(float.NegativeInfinity);
        foreach (var (output, input) in pairs) largest[output] = MathF.Max(largest[output], plane[input]);
    }
}
