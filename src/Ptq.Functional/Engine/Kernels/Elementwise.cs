using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
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

    /// <summary>The largest number under each window of an image with channels last, channel by channel; a window's pairs are neighbours.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void MaxPool<T>(ReadOnlySpan<(int Output, int Input)> pairs, int channels, ReadOnlySpan<T> image, Span<T> largest) where T : unmanaged, INumber<T>
    {
        for (var (first, end) = (0, 0); first < pairs.Length; first = end)
        {
            var output = pairs[first].Output;
            while (end < pairs.Length && pairs[end].Output == output) end++;
            var to = largest.Slice(output * channels, channels);
            var c = 0;
            if (Vector.IsHardwareAccelerated)
                for (; c <= channels - Vector<T>.Count; c += Vector<T>.Count)
                {
                    var max = new Vector<T>(image[(pairs[first].Input * channels + c)..]);
                    for (var i = first + 1; i < end; i++) max = Vector.Max(max, new Vector<T>(image[(pairs[i].Input * channels + c)..]));
                    max.CopyTo(to[c..]);
                }
            if (Vector128.IsHardwareAccelerated)
                for (; c <= channels - Vector128<T>.Count; c += Vector128<T>.Count) // eight channels are common
                {
                    var max = Vector128.Create(image[(pairs[first].Input * channels + c)..]);
                    for (var i = first + 1; i < end; i++) max = Vector128.Max(max, Vector128.Create(image[(pairs[i].Input * channels + c)..]));
                    max.CopyTo(to[c..]);
                }
            for (; c < channels; c++)
            {
                var max = image[pairs[first].Input * channels + c];
                for (var i = first + 1; i < end; i++) max = T.Max(max, image[pairs[i].Input * channels + c]);
                to[c] = max;
            }
        }
    }

    /// <summary>Adds codes to sums.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Accumulate(ReadOnlySpan<short> codes, Span<int> sums)
    {
        var i = 0;
        if (Vector.IsHardwareAccelerated)
            for (; i <= codes.Length - Vector<short>.Count; i += Vector<short>.Count)
            {
                Vector.Widen(new Vector<short>(codes[i..]), out var low, out var high);
                var to = sums[i..];
                var next = to[Vector<int>.Count..];
                (new Vector<int>((ReadOnlySpan<int>)to) + low).CopyTo(to);
                (new Vector<int>((ReadOnlySpan<int>)next) + high).CopyTo(next);
            }
        for (; i < codes.Length; i++) sums[i] += codes[i];
    }

    /// <summary>The largest of <paramref name="count"/> rows that lie <paramref name="apart"/>, place by place, by IEEE 754's maximum: NaN stays.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Largest<T>(ReadOnlySpan<T> rows, int apart, int count, Span<T> largest) where T : unmanaged, INumber<T>
    {
        rows[..largest.Length].CopyTo(largest);
        for (var row = 1; row < count; row++)
        {
            var others = rows.Slice(row * apart, largest.Length);
            var i = 0;
            if (Vector.IsHardwareAccelerated)
                for (; i <= largest.Length - Vector<T>.Count; i += Vector<T>.Count) Vector.Max(new Vector<T>(largest[i..]), new Vector<T>(others[i..])).CopyTo(largest[i..]);
            for (; i < largest.Length; i++) largest[i] = T.Max(largest[i], others[i]);
        }
    }

    /// <summary>The largest of each window of a line, by IEEE 754's maximum; <paramref name="lowest"/> where a window is empty.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Largest<T>(ReadOnlySpan<T> line, ReadOnlySpan<(int From, int Count)> windows, int apart, T lowest, Span<T> largest) where T : unmanaged, INumber<T>
    {
        for (var i = 0; i < windows.Length; i++)
        {
            var (from, count) = windows[i];
            var max = lowest;
            for (; count > 0; count--, from += apart) max = T.Max(max, line[from]);
            largest[i] = max;
        }
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
        if (Vector256.IsHardwareAccelerated && !float.IsNaN(min) && max > 0 && (min != 0 || !float.IsNegative(min)))
        {
            // With a lower end that is not −0 and an upper end above 0, a choice by comparison has the same bits: what equals an end becomes it, NaN equals none.
            ref var from = ref MemoryMarshal.GetReference(values);
            ref var to = ref MemoryMarshal.GetReference(clipped[..values.Length]);
            var (low, high) = (Vector256.Create(min), Vector256.Create(max));
            if (min == 0 && float.IsPositiveInfinity(max))
                for (; i <= values.Length - Vector256<float>.Count; i += Vector256<float>.Count)
                {
                    var x = Vector256.LoadUnsafe(ref from, (nuint)i);
                    Vector256.AndNot(x, Vector256.LessThanOrEqual(x, low)).StoreUnsafe(ref to, (nuint)i);
                }
            else
                for (; i <= values.Length - Vector256<float>.Count; i += Vector256<float>.Count)
                {
                    var x = Vector256.LoadUnsafe(ref from, (nuint)i);
                    x = Vector256.ConditionalSelect(Vector256.LessThanOrEqual(x, low), low, x);
                    Vector256.ConditionalSelect(Vector256.GreaterThan(x, high), high, x).StoreUnsafe(ref to, (nuint)i);
                }
        }
        else if (Vector.IsHardwareAccelerated)
            for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
                Vector.Min(Vector.Max(new Vector<float>(values[i..]), new(min)), new(max)).CopyTo(clipped[i..]);
        for (; i < values.Length; i++) clipped[i] = MathF.Min(MathF.Max(values[i], min), max);
    }

    /// <summary>Sums of two tensors.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Add(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> sums)
    {
        var i = 0;
        if (Vector.IsHardwareAccelerated)
            for (; i <= sums.Length - Vector<float>.Count; i += Vector<float>.Count) (new Vector<float>(a[i..]) + new Vector<float>(b[i..])).CopyTo(sums[i..]);
        for (; i < sums.Length; i++) sums[i] = a[i] + b[i];
    }

    /// <summary>The mean of every plane, summed in double in index order and rounded once.</summary>
    public static void Means(ReadOnlySpan<float> planes, int plane, Span<float> means)
    {
        for (var i = 0; i < means.Length; i++)
        {
            var sum = 0.0;
            foreach (var x in planes.Slice(i * plane, plane)) sum += x;
            means[i] = (float)(sum / plane);
        }
    }

    /// <summary>Sums [position][stride] of some channels as planes: [channel][plane].</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Planes(ReadOnlySpan<float> sums, int stride, int channels, Span<float> planes, int plane)
    {
        var (positions, c) = (sums.Length / stride, 0);
        if (Sse.IsSupported)
            for (; c <= channels - 4; c += 4)
                FourPlanes(sums[c..], stride, planes.Slice(c * plane, positions), planes.Slice((c + 1) * plane, positions), planes.Slice((c + 2) * plane, positions), planes.Slice((c + 3) * plane, positions));
        for (; c < channels; c++)
            for (var p = 0; p < positions; p++) planes[c * plane + p] = sums[p * stride + c];
    }

    [MethodImpl(AggressiveOptimization)]
    private static void FourPlanes(ReadOnlySpan<float> sums, int stride, Span<float> y0, Span<float> y1, Span<float> y2, Span<float> y3)
    {
        var p = 0;
        for (; p <= y0.Length - 4; p += 4)
        {
            var (a, b) = (Vector128.Create(sums[(p * stride)..]), Vector128.Create(sums[((p + 1) * stride)..]));
            var (c, d) = (Vector128.Create(sums[((p + 2) * stride)..]), Vector128.Create(sums[((p + 3) * stride)..]));
            var (ab, cd) = (Sse.UnpackLow(a, b), Sse.UnpackLow(c, d));
            Sse.MoveLowToHigh(ab, cd).CopyTo(y0[p..]);
            Sse.MoveHighToLow(cd, ab).CopyTo(y1[p..]);
            (ab, cd) = (Sse.UnpackHigh(a, b), Sse.UnpackHigh(c, d));
            Sse.MoveLowToHigh(ab, cd).CopyTo(y2[p..]);
            Sse.MoveHighToLow(cd, ab).CopyTo(y3[p..]);
        }
        for (; p < y0.Length; p++) (y0[p], y1[p], y2[p], y3[p]) = (sums[p * stride], sums[p * stride + 1], sums[p * stride + 2], sums[p * stride + 3]);
    }

    /// <summary>Sums [position][stride] of some channels as planes: [channel][plane], each rounded to float32, plus its channel's bias.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Planes(ReadOnlySpan<double> sums, int stride, ReadOnlySpan<float> bias, Span<float> planes, int plane)
    {
        var positions = sums.Length / stride;
        for (var c = 0; c < bias.Length; c++)
            for (var p = 0; p < positions; p++) planes[c * plane + p] = (float)sums[p * stride + c] + bias[c];
    }

    /// <summary>Sums [position][stride] of some channels into planes [channel][plane], each position to its target.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Scatter(ReadOnlySpan<float> sums, int stride, int channels, ReadOnlySpan<int> targets, Span<float> planes, int plane)
    {
        for (var c = 0; c < channels; c++)
        {
            var to = planes.Slice(c * plane, plane);
            for (var p = 0; p < targets.Length; p++) to[targets[p]] = sums[p * stride + c];
        }
    }

    /// <summary>Deals a line out to hands that lie <paramref name="apart"/>: item i goes to hand (i + first) mod hands, as its (i + first) ÷ hands-th.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Deal(ReadOnlySpan<float> line, int hands, int first, int apart, Span<float> dealt)
    {
        if (hands == 1)
        {
            line.CopyTo(dealt[first..]);
            return;
        }
        var (hand, at) = (first % hands, first / hands);
        if (hands == 2 && Avx.IsSupported)
            for (; line.Length >= 2 * Vector256<float>.Count; line = line[(2 * Vector256<float>.Count)..], at += Vector256<float>.Count)
            {
                var (a, b) = (Vector256.Create(line), Vector256.Create(line[Vector256<float>.Count..]));
                var (low, high) = (Avx.Permute2x128(a, b, 0x20), Avx.Permute2x128(a, b, 0x31));
                Avx.Shuffle(low, high, 0x88).CopyTo(dealt[(hand * apart + at)..]); // items 0, 2, 4, …
                Avx.Shuffle(low, high, 0xDD).CopyTo(dealt[((1 - hand) * apart + at + hand)..]);
            }
        foreach (var item in line)
        {
            dealt[hand * apart + at] = item;
            if (++hand == hands) (hand, at) = (0, at + 1);
        }
    }

    /// <summary>The table's entry at code − lowest.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Lookup(ReadOnlySpan<short> table, int lowest, ReadOnlySpan<short> codes, Span<short> found)
    {
        for (var i = 0; i < codes.Length; i++) found[i] = table[codes[i] - lowest];
    }

    /// <summary>Moves channels behind rows and columns, or back: [a, b] becomes [b, a], of a type that holds every number.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Transpose<T, TTo>(ReadOnlySpan<T> from, int a, int b, Span<TTo> to) where T : unmanaged, INumber<T> where TTo : unmanaged, INumber<TTo>
    {
        const int Some = 32; // as many lines of the source stay in the first-level cache
        if (from.Length < a * b || to.Length < a * b) throw new ArgumentException("The buffers do not fit together.");
        if (a == 1 || b == 1)
        {
            if (typeof(T) == typeof(TTo)) MemoryMarshal.Cast<T, TTo>(from[..(a * b)]).CopyTo(to);
            else
                for (var i = 0; i < a * b; i++) to[i] = TTo.CreateTruncating(from[i]);
            return;
        }
        for (var first = 0; first < a; first += Some)
        {
            var count = Math.Min(Some, a - first);
            for (var j = 0; j < b; j++)
            {
                ref var source = ref Unsafe.Add(ref MemoryMarshal.GetReference(from), first * b + j);
                ref var target = ref Unsafe.Add(ref MemoryMarshal.GetReference(to), j * a + first);
                for (nint i = 0; i < count; i++) Unsafe.Add(ref target, i) = TTo.CreateTruncating(Unsafe.Add(ref source, i * b));
            }
        }
    }

    /// <summary>The largest value under each window of a plane, by pairs of output and input positions.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void MaxPool(ReadOnlySpan<(int Output, int Input)> pairs, ReadOnlySpan<float> plane, Span<float> largest)
    {
        largest.Fill(float.NegativeInfinity);
        foreach (var (output, input) in pairs) largest[output] = MathF.Max(largest[output], plane[input]);
    }
}
