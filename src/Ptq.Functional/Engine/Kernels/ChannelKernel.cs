using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Ptq.Quantization;
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

    /// <summary>The accumulators in the order of the channels, plus what they begin with; of a single channel in the first.</summary>
    static abstract (TSums First, TSums Second) Ordered(TSums low, TSums high, ref int start);

    /// <summary>Writes Count accumulators.</summary>
    static abstract void Store(TSums first, TSums second, ref int to);
}

/// <summary>
/// Depthwise convolutions with channels last, as kernels that take the place of a dot product: a panel is a vector of channels, and its inputs lie that
/// far from the position on. Where <see cref="DotKernel"/> would have one lane at work, here all are.
/// </summary>
internal static class ChannelKernel
{
    private const int Tile = 4; // positions

    /// <summary>The kernels there are, narrowest first.</summary>
    public static ImmutableArray<DotKernel<short, int>> All { get; } =
    [
        Of<Scalar, int, int>(VectorWidth.Scalar),
        Of<Wide128, Vector128<short>, Vector128<int>>(VectorWidth.Bits128),
        Of<Wide256, Vector256<short>, Vector256<int>>(VectorWidth.Bits256) with { Codes = Codes },
    ];

    private static DotKernel<short, int> Of<TChannels, TCodes, TSums>(VectorWidth width) where TChannels : IChannels<TCodes, TSums> where TSums : struct =>
        new(width, TChannels.Count, Depth: 1, Reach: TChannels.Count, TChannels.IsSupported, (x, positions, steps, weights, starts, sums) =>
        {
            Check(x, positions, steps, weights, starts, TChannels.Count);
            if (sums.Length < positions.Length * starts.Length) throw new ArgumentException("The buffers do not fit together.");
            Run<TChannels, TCodes, TSums, ChannelSums<TChannels, TCodes, TSums>, int>(x, positions, steps, weights, starts, default, sums, starts.Length);
        }, (_, _) => (Tile, TChannels.Count));

    private static void Codes(ReadOnlySpan<short> x, ReadOnlySpan<int> positions, ReadOnlySpan<int> steps, ReadOnlySpan<short> weights, ReadOnlySpan<int> starts, Requantizer.Float32 requantizer, int channel, Span<short> codes, int stride, bool pooled)
    {
        Check(x, positions, steps, weights, starts, Wide256.Count);
        if (!positions.IsEmpty) _ = codes.Slice(0, (positions.Length - 1) * stride + starts.Length);
        if (pooled || !CodeFinish.Takes(requantizer) || stride < starts.Length || requantizer.Multipliers.Length < channel + starts.Length) throw new ArgumentException("The requantizer does not fit.");
        Run<Wide256, Vector256<short>, Vector256<int>, CodeFinish.Wide256, short>(x, positions, steps, weights, starts, CodeFinish.Wide256.Of(requantizer, channel), codes, stride);
    }

    private static void Check(ReadOnlySpan<short> x, ReadOnlySpan<int> positions, ReadOnlySpan<int> steps, ReadOnlySpan<short> weights, ReadOnlySpan<int> starts, int channels)
    {
        if (starts.Length % channels != 0 || weights.Length < starts.Length * steps.Length) throw new ArgumentException("The buffers do not fit together.");
        if (!positions.IsEmpty && DotKernel.LastRead(positions, steps) + starts.Length > x.Length) throw new ArgumentException("A position reads past the inputs.");
    }

    // Four positions share the weights of a pair of taps: eight chains, two weights, two inputs fit sixteen registers. The last tile overlaps the one before, or repeats its last position: it writes the same again.
    [MethodImpl(AggressiveOptimization)]
    private static void Run<TChannels, TCodes, TSums, TFinish, TTo>(ReadOnlySpan<short> x, ReadOnlySpan<int> positions, ReadOnlySpan<int> steps, ReadOnlySpan<short> weights, ReadOnlySpan<int> starts, TFinish finish, Span<TTo> to, int stride)
        where TChannels : IChannels<TCodes, TSums> where TSums : struct where TFinish : IFinish<TFinish, TSums, TTo> where TTo : unmanaged
    {
        if (positions.IsEmpty) return;
        var last = positions.Length - 1;
        var (i1, i2, i3) = (Math.Min(1, last), Math.Min(2, last), Math.Min(3, last));
        for (var channel = 0; channel < starts.Length; channel += TChannels.Count)
        {
            var ended = finish.For(channel);
            ref var input = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), channel);
            ref var start = ref Unsafe.Add(ref MemoryMarshal.GetReference(starts), channel);
            for (var p = 0; p <= last; p += Tile)
            {
                p = Math.Min(p, last - i3);
                ref var at = ref Unsafe.Add(ref MemoryMarshal.GetReference(positions), p);
                ref var x0 = ref Unsafe.Add(ref input, at);
                ref var x1 = ref Unsafe.Add(ref input, Unsafe.Add(ref at, i1));
                ref var x2 = ref Unsafe.Add(ref input, Unsafe.Add(ref at, i2));
                ref var x3 = ref Unsafe.Add(ref input, Unsafe.Add(ref at, i3));
                TSums low0 = default, low1 = default, low2 = default, low3 = default, high0 = default, high1 = default, high2 = default, high3 = default;

                ref var w = ref Unsafe.Add(ref MemoryMarshal.GetReference(weights), channel * steps.Length);
                ref var step = ref MemoryMarshal.GetReference(steps);
                for (var left = steps.Length; left > 0; left -= 2)
                {
                    // A last tap that is alone is paired with itself and no weight.
                    nint a = step, b = a;
                    TCodes weightA = TChannels.Load(ref w), weightB = default!;
                    if (left > 1)
                    {
                        b = Unsafe.Add(ref step, 1);
                        weightB = TChannels.Load(ref Unsafe.Add(ref w, TChannels.Count));
                    }
                    var (weightLow, weightHigh) = TChannels.Deal(weightA, weightB);
                    var (xLow, xHigh) = TChannels.Deal(TChannels.Load(ref Unsafe.Add(ref x0, a)), TChannels.Load(ref Unsafe.Add(ref x0, b)));
                    (low0, high0) = (TChannels.Add(low0, xLow, weightLow), TChannels.Add(high0, xHigh, weightHigh));
                    (xLow, xHigh) = TChannels.Deal(TChannels.Load(ref Unsafe.Add(ref x1, a)), TChannels.Load(ref Unsafe.Add(ref x1, b)));
                    (low1, high1) = (TChannels.Add(low1, xLow, weightLow), TChannels.Add(high1, xHigh, weightHigh));
                    (xLow, xHigh) = TChannels.Deal(TChannels.Load(ref Unsafe.Add(ref x2, a)), TChannels.Load(ref Unsafe.Add(ref x2, b)));
                    (low2, high2) = (TChannels.Add(low2, xLow, weightLow), TChannels.Add(high2, xHigh, weightHigh));
                    (xLow, xHigh) = TChannels.Deal(TChannels.Load(ref Unsafe.Add(ref x3, a)), TChannels.Load(ref Unsafe.Add(ref x3, b)));
                    (low3, high3) = (TChannels.Add(low3, xLow, weightLow), TChannels.Add(high3, xHigh, weightHigh));
                    w = ref Unsafe.Add(ref w, 2 * TChannels.Count);
                    step = ref Unsafe.Add(ref step, 2);
                }

                ref var row = ref Unsafe.Add(ref MemoryMarshal.GetReference(to), (nint)p * stride + channel);
                var (first, second) = TChannels.Ordered(low0, high0, ref start);
                ended.Store(first, second, ref row);
                (first, second) = TChannels.Ordered(low1, high1, ref start);
                ended.Store(first, second, ref Unsafe.Add(ref row, i1 * stride));
                (first, second) = TChannels.Ordered(low2, high2, ref start);
                ended.Store(first, second, ref Unsafe.Add(ref row, i2 * stride));
                (first, second) = TChannels.Ordered(low3, high3, ref start);
                ended.Store(first, second, ref Unsafe.Add(ref row, i3 * stride));
            }
        }
    }

    /// <summary>The sums as they are.</summary>
    private readonly struct ChannelSums<TChannels, TCodes, TSums> : IFinish<ChannelSums<TChannels, TCodes, TSums>, TSums, int> where TChannels : IChannels<TCodes, TSums>
    {
        public ChannelSums<TChannels, TCodes, TSums> For(int output) => this;

        [MethodImpl(AggressiveInlining)]
        public void Store(TSums first, TSums second, ref int to) => TChannels.Store(first, second, ref to);

        [MethodImpl(AggressiveInlining)]
        public void Store(TSums sums, ref int to) => throw new UnreachableException();
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
        public static (int First, int Second) Ordered(int low, int high, ref int start) => (start + low + high, 0);

        [MethodImpl(AggressiveInlining)]
        public static void Store(int first, int second, ref int to) => to = first;
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
        public static (Vector128<int> First, Vector128<int> Second) Ordered(Vector128<int> low, Vector128<int> high, ref int start) => (low + Vector128.LoadUnsafe(ref start), high + Vector128.LoadUnsafe(ref start, 4));

        [MethodImpl(AggressiveInlining)]
        public static void Store(Vector128<int> first, Vector128<int> second, ref int to)
        {
            first.StoreUnsafe(ref to);
            second.StoreUnsafe(ref to, 4);
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
        public static (Vector256<int> First, Vector256<int> Second) Ordered(Vector256<int> low, Vector256<int> high, ref int start) =>
            (Avx2.Permute2x128(low, high, 0x20) + Vector256.LoadUnsafe(ref start), Avx2.Permute2x128(low, high, 0x31) + Vector256.LoadUnsafe(ref start, 8));

        [MethodImpl(AggressiveInlining)]
        public static void Store(Vector256<int> first, Vector256<int> second, ref int to)
        {
            first.StoreUnsafe(ref to);
            second.StoreUnsafe(ref to, 8);
        }
    }
}
