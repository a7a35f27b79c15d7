using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>
/// Kernels over float32 images with channels last, a lane a channel: y[position][c] is made of x[position + step + c] for every step, in the order
/// of the steps. Each lane does what the scalar rest does, so that any width gives the same bits.
/// </summary>
internal static class FloatChannels
{
    /// <summary>A filter of its own for every channel: start + Σ x · w, every step fused.</summary>
    /// <param name="x">The inputs.</param>
    /// <param name="positions">Where each output position begins.</param>
    /// <param name="steps">Where each tap reads, from the position on.</param>
    /// <param name="weights">[step][channel].</param>
    /// <param name="starts">What the sum of every channel begins with.</param>
    /// <param name="y">[position][channel], written.</param>
    /// <param name="widest">The widest vectors to use.</param>
    [MethodImpl(AggressiveOptimization)]
    public static void Depthwise(ReadOnlySpan<float> x, ReadOnlySpan<int> positions, ReadOnlySpan<int> steps, ReadOnlySpan<float> weights, ReadOnlySpan<float> starts, Span<float> y, VectorWidth widest)
    {
        var channels = starts.Length;
        Check(x.Length, positions, steps, channels, y.Length);
        if (weights.Length < steps.Length * channels) throw new ArgumentException("The buffers do not fit together.");
        var c = 0;
        if (Fma.IsSupported && Avx2.IsSupported && widest >= VectorWidth.Bits256)
        {
            for (; c <= channels - 2 * Vector256<float>.Count; c += 2 * Vector256<float>.Count) Two(x, positions, steps, weights, starts, c, y);
            for (; c <= channels - Vector256<float>.Count; c += Vector256<float>.Count) One(x, positions, steps, weights, starts, c, y);
        }
        for (; c < channels; c++)
            for (var p = 0; p < positions.Length; p++)
            {
                var sum = starts[c];
                for (var s = 0; s < steps.Length; s++) sum = MathF.FusedMultiplyAdd(x[positions[p] + steps[s] + c], weights[s * channels + c], sum);
                y[p * channels + c] = sum;
            }
    }

    // Four positions share the weights of sixteen channels: eight chains and two weights. The last tile repeats its last position.
    [MethodImpl(AggressiveOptimization)]
    private static void Two(ReadOnlySpan<float> x, ReadOnlySpan<int> positions, ReadOnlySpan<int> steps, ReadOnlySpan<float> weights, ReadOnlySpan<float> starts, int c, Span<float> y)
    {
        var channels = starts.Length;
        ref var input = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), c);
        ref var output = ref Unsafe.Add(ref MemoryMarshal.GetReference(y), c);
        var (startA, startB) = (Vector256.Create(starts[c..]), Vector256.Create(starts[(c + Vector256<float>.Count)..]));
        for (var p = 0; p < positions.Length; p += 4)
        {
            var last = positions.Length - 1 - p;
            var (i1, i2, i3) = (Math.Min(1, last), Math.Min(2, last), Math.Min(3, last));
            ref var x0 = ref Unsafe.Add(ref input, positions[p]);
            ref var x1 = ref Unsafe.Add(ref input, positions[p + i1]);
            ref var x2 = ref Unsafe.Add(ref input, positions[p + i2]);
            ref var x3 = ref Unsafe.Add(ref input, positions[p + i3]);
            var (a0, a1, a2, a3) = (startA, startA, startA, startA);
            var (b0, b1, b2, b3) = (startB, startB, startB, startB);
            ref var w = ref Unsafe.Add(ref MemoryMarshal.GetReference(weights), c);
            foreach (var at in steps)
            {
                nint step = at;
                var (weightA, weightB) = (Vector256.LoadUnsafe(ref w), Vector256.LoadUnsafe(ref w, (nuint)Vector256<float>.Count));
                a0 = Fma.MultiplyAdd(weightA, Vector256.LoadUnsafe(ref Unsafe.Add(ref x0, step)), a0);
                b0 = Fma.MultiplyAdd(weightB, Vector256.LoadUnsafe(ref Unsafe.Add(ref x0, step + Vector256<float>.Count)), b0);
                a1 = Fma.MultiplyAdd(weightA, Vector256.LoadUnsafe(ref Unsafe.Add(ref x1, step)), a1);
                b1 = Fma.MultiplyAdd(weightB, Vector256.LoadUnsafe(ref Unsafe.Add(ref x1, step + Vector256<float>.Count)), b1);
                a2 = Fma.MultiplyAdd(weightA, Vector256.LoadUnsafe(ref Unsafe.Add(ref x2, step)), a2);
                b2 = Fma.MultiplyAdd(weightB, Vector256.LoadUnsafe(ref Unsafe.Add(ref x2, step + Vector256<float>.Count)), b2);
                a3 = Fma.MultiplyAdd(weightA, Vector256.LoadUnsafe(ref Unsafe.Add(ref x3, step)), a3);
                b3 = Fma.MultiplyAdd(weightB, Vector256.LoadUnsafe(ref Unsafe.Add(ref x3, step + Vector256<float>.Count)), b3);
                w = ref Unsafe.Add(ref w, channels);
            }
            Store(a0, b0, ref Unsafe.Add(ref output, p * channels));
            Store(a1, b1, ref Unsafe.Add(ref output, (p + i1) * channels));
            Store(a2, b2, ref Unsafe.Add(ref output, (p + i2) * channels));
            Store(a3, b3, ref Unsafe.Add(ref output, (p + i3) * channels));
        }
    }

    [MethodImpl(AggressiveInlining)]
    private static void Store(Vector256<float> a, Vector256<float> b, ref float to)
    {
        a.StoreUnsafe(ref to);
        b.StoreUnsafe(ref to, (nuint)Vector256<float>.Count);
    }

    [MethodImpl(AggressiveOptimization)]
    private static void One(ReadOnlySpan<float> x, ReadOnlySpan<int> positions, ReadOnlySpan<int> steps, ReadOnlySpan<float> weights, ReadOnlySpan<float> starts, int c, Span<float> y)
    {
        var channels = starts.Length;
        ref var input = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), c);
        ref var output = ref Unsafe.Add(ref MemoryMarshal.GetReference(y), c);
        var start = Vector256.Create(starts[c..]);
        for (var p = 0; p < positions.Length; p += 4)
        {
            var last = positions.Length - 1 - p;
            var (i1, i2, i3) = (Math.Min(1, last), Math.Min(2, last), Math.Min(3, last));
            ref var x0 = ref Unsafe.Add(ref input, positions[p]);
            ref var x1 = ref Unsafe.Add(ref input, positions[p + i1]);
            ref var x2 = ref Unsafe.Add(ref input, positions[p + i2]);
            ref var x3 = ref Unsafe.Add(ref input, positions[p + i3]);
            var (a0, a1, a2, a3) = (start, start, start, start);
            ref var w = ref Unsafe.Add(ref MemoryMarshal.GetReference(weights), c);
            foreach (var at in steps)
            {
                nint step = at;
                var weight = Vector256.LoadUnsafe(ref w);
                a0 = Fma.MultiplyAdd(weight, Vector256.LoadUnsafe(ref Unsafe.Add(ref x0, step)), a0);
                a1 = Fma.MultiplyAdd(weight, Vector256.LoadUnsafe(ref Unsafe.Add(ref x1, step)), a1);
                a2 = Fma.MultiplyAdd(weight, Vector256.LoadUnsafe(ref Unsafe.Add(ref x2, step)), a2);
                a3 = Fma.MultiplyAdd(weight, Vector256.LoadUnsafe(ref Unsafe.Add(ref x3, step)), a3);
                w = ref Unsafe.Add(ref w, channels);
            }
            a0.StoreUnsafe(ref Unsafe.Add(ref output, p * channels));
            a1.StoreUnsafe(ref Unsafe.Add(ref output, (p + i1) * channels));
            a2.StoreUnsafe(ref Unsafe.Add(ref output, (p + i2) * channels));
            a3.StoreUnsafe(ref Unsafe.Add(ref output, (p + i3) * channels));
        }
    }

    /// <summary>
    /// The largest value under windows that all have the same taps. None of the values may have a sign: as unsigned integers they have the order of their values then, and NaN
    /// lies above all, which is the maximum of IEEE 754.
    /// </summary>
    /// <param name="x">The inputs, none of them negative or −0.</param>
    /// <param name="positions">Where each window begins.</param>
    /// <param name="steps">Where each tap reads, from the position on.</param>
    /// <param name="channels">How many channels.</param>
    /// <param name="y">[position][channel], written.</param>
    [MethodImpl(AggressiveOptimization)]
    public static void LargestUnsigned(ReadOnlySpan<float> x, ReadOnlySpan<int> positions, ReadOnlySpan<int> steps, int channels, Span<float> y)
    {
        Check(x.Length, positions, steps, channels, y.Length);
        ref var input = ref Unsafe.As<float, uint>(ref MemoryMarshal.GetReference(x));
        ref var output = ref Unsafe.As<float, uint>(ref MemoryMarshal.GetReference(y));
        for (var p = 0; p < positions.Length; p++)
        {
            ref var from = ref Unsafe.Add(ref input, positions[p]);
            ref var to = ref Unsafe.Add(ref output, p * channels);
            var c = 0;
            if (Vector256.IsHardwareAccelerated)
                for (; c <= channels - Vector256<uint>.Count; c += Vector256<uint>.Count)
                {
                    var largest = Vector256<uint>.Zero;
                    foreach (var step in steps) largest = Vector256.Max(largest, Vector256.LoadUnsafe(ref Unsafe.Add(ref from, step + c)));
                    largest.StoreUnsafe(ref Unsafe.Add(ref to, c));
                }
            for (; c < channels; c++)
            {
                var largest = 0u;
                foreach (var step in steps) largest = Math.Max(largest, Unsafe.Add(ref from, step + c));
                Unsafe.Add(ref to, c) = largest;
            }
        }
    }

    /// <summary>The mean of every channel over all positions, summed in double in index order and rounded once.</summary>
    /// <param name="x">[position][channel].</param>
    /// <param name="means">[channel], written.</param>
    [MethodImpl(AggressiveOptimization)]
    public static void Means(ReadOnlySpan<float> x, Span<float> means)
    {
        var (channels, positions, c) = (means.Length, x.Length / means.Length, 0);
        if (Vector256.IsHardwareAccelerated)
            for (; c <= channels - Vector256<float>.Count; c += Vector256<float>.Count)
            {
                var (low, high) = (Vector256<double>.Zero, Vector256<double>.Zero);
                for (var at = c; at < x.Length; at += channels)
                {
                    var (a, b) = Vector256.Widen(Vector256.Create(x[at..]));
                    (low, high) = (low + a, high + b);
                }
                Vector256.Narrow(low / Vector256.Create((double)positions), high / Vector256.Create((double)positions)).CopyTo(means[c..]);
            }
        for (; c < channels; c++)
        {
            var sum = 0.0;
            for (var at = c; at < x.Length; at += channels) sum += x[at];
            means[c] = (float)(sum / positions);
        }
    }

    private static void Check(int inputs, ReadOnlySpan<int> positions, ReadOnlySpan<int> steps, int channels, int outputs)
    {
        if (outputs < positions.Length * channels) throw new ArgumentException("The buffers do not fit together.");
        if (!positions.IsEmpty && DotKernel.LastRead(positions, steps) + channels > inputs) throw new ArgumentException("A position reads past the inputs.");
    }
}
