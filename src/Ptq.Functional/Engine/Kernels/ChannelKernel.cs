using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>
/// Neighbouring channels, each with a filter of its own: what a depthwise convolution needs of an instruction set. Two taps at a time
/// are dealt into pairs, channel by channel, so that one instruction multiplies and adds both.
/// </summary>
/// <typeparam name="TCodes">One input, or one weight, of every channel.</typeparam>
/// <typeparam name="TSums">The accumulators of half the channels.</typeparam>
internal interface IChannels<TCodes, TSums>
{
    /// <summary>How many channels.</summary>
    static abstract int Count { get; }

    /// <summary>Whether this machine, as configured, can run it.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>Count neighbouring inputs or weights.</summary>
    static abstract TCodes Load(ref short from);

    /// <summary>The pairs of two taps for the one half of the channels, and for the other.</summary>
    static abstract (TCodes Low, TCodes High) Deal(TCodes first, TCodes second);

    /// <summary>sums + the products of both members of every pair.</summary>
    static abstract TSums Add(TSums sums, TCodes pairs, TCodes weights);

    /// <summary>Writes Count accumulators, plus what they begin with, in the order of the channels.</summary>
    static abstract void Store(TSums low, TSums high, ref int start, ref int to);
}

/// <summary>
/// Depthwise convolutions with channels last, as kernels that take the place of a dot product: a panel is a vector of channels, and its inputs lie that
/// far from the position on. Where <see cref="DotKernel"/> would have one lane at work, here all are.
/// </summary>
internal static class ChannelKernel
{
    /// <summary>The kernels there are, narrowest first.</summary>
    public static ImmutableArray<DotKernel<short, int>> All { get; } =
    [
        Of<Scalar, int, int>(VectorWidth.Scalar),
        Of<Wide128, Vector128<short>, Vector128<int>>(VectorWidth.Bits128),
        Of<Wide256, Vector256<short>, Vector256<int>>(VectorWidth.Bits256),
    ];

    private static DotKernel<short, int> Of<TChannels, TCodes, TSums>(VectorWidth width) where TChannels : IChannels<TCodes, TSums> where TSums : struct =>
        new(width, TChannels.Count, Depth: 1, Reach: TChannels.Count, TChannels.IsSupported, Run<TChannels, TCodes, TSums>, (_, _) => (4, TChannels.Count));

    // Four positions share the weights of a pair of taps: eight chains, two weights, two inputs fit sixteen registers.
    [MethodImpl(AggressiveOptimization)]
    private static void Run<TChannels, TCodes, TSums>(ReadOnlySpan<short> x, ReadOnlySpan<int> positions, ReadOnlySpan<int> steps, ReadOnlySpan<short> weights, ReadOnlySpan<int> starts, Span<int> sums)
        where TChannels : IChannels<TCodes, TSums> where TSums : struct
    {
        if (positions.IsEmpty) return;
        if (weights.Length < starts.Length * steps.Length || sums.Length < positions.Length * starts.Length) throw new ArgumentException("The buffers do not fit together.");
        if (DotKernel.LastRead(positions, steps) + starts.Length > x.Length) throw new ArgumentException("A position reads past the inputs.");

        for (var channel = 0; channel < starts.Length; channel += TChannels.Count)
        {
            ref var input = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), channel);
            ref var start = ref Unsafe.Add(ref MemoryMarshal.GetReference(starts), channel);
            ref var output = ref Unsafe.Add(ref MemoryMarshal.GetReference(sums), channel);
            for (var p = 0; p < positions.Length; p += 4)
            {
                // The last tile repeats its last position: it writes the same sums again.
                var last = positions.Length - 1 - p;
                var (i1, i2, i3) = (Math.Min(1, last), Math.Min(2, last), Math.Min(3, last));
                ref var x0 = ref Unsafe.Add(ref input, positions[p]);
                ref var x1 = ref Unsafe.Add(ref input, positions[p + i1]);
                ref var x2 = ref Unsafe.Add(ref input, positions[p + i2]);
                ref var x3 = ref Unsafe.Add(ref input, positions[p + i3]);
                TSums low0 = default, low1 = default, low2 = default, low3 = default, high0 = default, high1 = default, high2 = default, high3 = default;

                ref var w = ref Unsafe.Add(ref MemoryMarshal.GetReference(weights), channel * steps.Length);
                for (var s = 0; s < steps.Length; s += 2)
                {
                    // A last tap that is alone is paired with itself and no weight.
                    var paired = s + 1 < steps.Length;
                    var (a, b) = (steps[s], steps[paired ? s + 1 : s]);
                    var (weightLow, weightHigh) = TChannels.Deal(TChannels.Load(ref w), paired ? TChannels.Load(ref Unsafe.Add(ref w, TChannels.Count)) : default!);
                    var (xLow, xHigh) = TChannels.Deal(TChannels.Load(ref Unsafe.Add(ref x0, a)), TChannels.Load(ref Unsafe.Add(ref x0, b)));
                    (low0, high0) = (TChannels.Add(low0, xLow, weightLow), TChannels.Add(high0, xHigh, weightHigh));
                    (xLow, xHigh) = TChannels.Deal(TChannels.Load(ref Unsafe.Add(ref x1, a)), TChannels.Load(ref Unsafe.Add(ref x1, b)));
                    (low1, high1) = (TChannels.Add(low1, xLow, weightLow), TChannels.Add(high1, xHigh, weightHigh));
                    (xLow, xHigh) = TChannels.Deal(TChannels.Load(ref Unsafe.Add(ref x2, a)), TChannels.Load(ref Unsafe.Add(ref x2, b)));
                    (low2, high2) = (TChannels.Add(low2, xLow, weightLow), TChannels.Add(high2, xHigh, weightHigh));
                    (xLow, xHigh) = TChannels.Deal(TChannels.Load(ref Unsafe.Add(ref x3, a)), TChannels.Load(ref Unsafe.Add(ref x3, b)));
                    (low3, high3) = (TChannels.Add(low3, xLow, weightLow), TChannels.Add(high3, xHigh, weightHigh));
                    w = ref Unsafe.Add(ref w, 2 * TChannels.Count);
                }

                ref var to = ref Unsafe.Add(ref output, p * starts.Length);
                TChannels.Store(low0, high0, ref start, ref to);
                TChannels.Store(low1, high1, ref start, ref Unsafe.Add(ref to, i1 * starts.Length));
                TChannels.Store(low2, high2, ref start, ref Unsafe.Add(ref to, i2 * starts.Length));
                TChannels.Store(low3, high3, ref start, ref Unsafe.Add(ref to, i3 * starts.Length));
            }
        }
    }

    /// <summary>One channel: both halves have one tap each.</summary>
    private readonly struct Scalar : IChannels<int, int>
    {
        public static int Count => 1;
        public static bool IsSupported => true;

        [MethodImpl(AggressiveInlining)]
        public static int Load(ref short from) => from;

        [MethodImpl(AggressiveInlining)]
        public static (int Low, int High) Deal(int first, int second) => (first, second);

        [MethodImpl(AggressiveInlining)]
        public static int Add(int sums, int pairs, int weights) => sums + pairs * weights;

        [MethodImpl(AggressiveInlining)]
        public static void Store(int low, int high, ref int start, ref int to) => to = start + low + high;
    }

    private readonly struct Wide128 : IChannels<Vector128<short>, Vector128<int>>
    {
        public static int Count => 8;
        public static bool IsSupported => Sse2.IsSupported && Vector128.IsHardwareAccelerated;

        [MethodImpl(AggressiveInlining)]
        public static Vector128<short> Load(ref short from) => Vector128.LoadUnsafe(ref from);

        [MethodImpl(AggressiveInlining)]
        public static (Vector128<short> Low, Vector128<short> High) Deal(Vector128<short> first, Vector128<short> second) => (Sse2.UnpackLow(first, second), Sse2.UnpackHigh(first, second));

        [MethodImpl(AggressiveInlining)]
        public static Vector128<int> Add(Vector128<int> sums, Vector128<short> pairs, Vector128<short> weights) => sums + Sse2.MultiplyAddAdjacent(pairs, weights);

        [MethodImpl(AggressiveInlining)]
        public static void Store(Vector128<int> low, Vector128<int> high, ref int start, ref int to)
        {
            (low + Vector128.LoadUnsafe(ref start)).StoreUnsafe(ref to);
            (high + Vector128.LoadUnsafe(ref start, 4)).StoreUnsafe(ref to, 4);
        }
    }

    /// <summary>Unpacking stays within halves of a vector: the low pairs are those of the channels 0 to 3 and 8 to 11.</summary>
    private readonly struct Wide256 : IChannels<Vector256<short>, Vector256<int>>
    {
        public static int Count => 16;
        public static bool IsSupported => Avx2.IsSupported;

        [MethodImpl(AggressiveInlining)]
        public static Vector256<short> Load(ref short from) => Vector256.LoadUnsafe(ref from);

        [MethodImpl(AggressiveInlining)]
        public static (Vector256<short> Low, Vector256<short> High) Deal(Vector256<short> first, Vector256<short> second) => (Avx2.UnpackLow(first, second), Avx2.UnpackHigh(first, second));

        [MethodImpl(AggressiveInlining)]
        public static Vector256<int> Add(Vector256<int> sums, Vector256<short> pairs, Vector256<short> weights) => sums + Avx2.MultiplyAddAdjacent(pairs, weights);

        [MethodImpl(AggressiveInlining)]
        public static void Store(Vector256<int> low, Vector256<int> high, ref int start, ref int to)
        {
            (Avx2.Permute2x128(low, high, 0x20) + Vector256.LoadUnsafe(ref start)).StoreUnsafe(ref to);
            (Avx2.Permute2x128(low, high, 0x31) + Vector256.LoadUnsafe(ref start, 8)).StoreUnsafe(ref to, 8);
        }
    }
}
