using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ptq.Engine.Kernels;

/// <summary>
/// Dot products of packed weights with inputs found at position + step, for every position: convolutions and linear layers
/// alike. Strides, dilations and groups are in the positions and steps, so the kernel knows none of them.
/// </summary>
/// <param name="x">The inputs.</param>
/// <param name="positions">Where each output position begins in <paramref name="x"/>.</param>
/// <param name="steps">Where each step reads, from the position on.</param>
/// <param name="weights">[panel][step][lane][depth].</param>
/// <param name="starts">What the sums begin with: [panel][lane].</param>
/// <param name="sums">[position][panel][lane], written.</param>
internal delegate void Dot<TIn, TOut>(ReadOnlySpan<TIn> x, ReadOnlySpan<int> positions, ReadOnlySpan<int> steps, ReadOnlySpan<TIn> weights, ReadOnlySpan<TOut> starts, Span<TOut> sums);

/// <summary>A dot-product kernel on one kind of vector: a path, as a value.</summary>
/// <param name="Width">The vectors it takes.</param>
/// <param name="Lanes">Outputs a panel.</param>
/// <param name="Depth">Inputs a step.</param>
/// <param name="Reach">How many neighbouring inputs a step may read.</param>
/// <param name="IsSupported">Whether this machine can run it.</param>
/// <param name="Run">The kernel.</param>
/// <param name="Tile">Of so many positions and panels: how many positions and outputs are summed at once.</param>
internal sealed record DotKernel<TIn, TOut>(VectorWidth Width, int Lanes, int Depth, int Reach, bool IsSupported, Dot<TIn, TOut> Run, Func<int, int, (int Positions, int Outputs)> Tile)
{
    /// <summary>The instructions, where the width does not say which.</summary>
    public string Instruction { get; init; } = "";
}

/// <summary>The one body that all kernels share.</summary>
internal static class DotKernel
{
    /// <summary>Positions a tile: eight chains of dependent additions hide a latency of four cycles on two units.</summary>
    public const int Rows = 8;

    /// <summary>So many positions are whole tiles of every kernel: of eight, of six where two panels share the inputs, or of four.</summary>
    public const int Tiles = 24;

    // So many positions leave a tile empty for the most part.
    private const int Few = 2;

    public static DotKernel<TIn, TOut> Of<TLanes, TIn, TOut, TWeights, TSums>(VectorWidth width) where TLanes : ILanes<TIn, TOut, TWeights, TSums> where TIn : unmanaged where TOut : unmanaged =>
        new(width, TLanes.Count, TLanes.Depth, TLanes.Depth, TLanes.IsSupported, Run<TLanes, TIn, TOut, TWeights, TSums>,
            (positions, panels) => positions <= Few && panels >= 4 ? (1, 4 * TLanes.Count) : panels >= 2 ? (6, 2 * TLanes.Count) : (Rows, TLanes.Count));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TLanes, TIn, TOut, TWeights, TSums>(ReadOnlySpan<TIn> x, ReadOnlySpan<int> positions, ReadOnlySpan<int> steps, ReadOnlySpan<TIn> weights, ReadOnlySpan<TOut> starts, Span<TOut> sums)
        where TLanes : ILanes<TIn, TOut, TWeights, TSums> where TIn : unmanaged where TOut : unmanaged
    {
        if (positions.IsEmpty) return;
        var stepLength = TLanes.Count * TLanes.Depth;
        var panels = starts.Length / TLanes.Count;
        if (weights.Length < panels * steps.Length * stepLength || sums.Length < positions.Length * starts.Length) throw new ArgumentException("The buffers do not fit together.");
        if (LastRead(positions, steps) + TLanes.Depth > x.Length) throw new ArgumentException("A position reads past the inputs.");

        var panel = 0;
        if (positions.Length <= Few)
            for (; panel + 4 <= panels; panel += 4)
                Four<TLanes, TIn, TOut, TWeights, TSums>(x, positions, steps, weights[(panel * steps.Length * stepLength)..], starts[(panel * TLanes.Count)..], starts.Length, sums[(panel * TLanes.Count)..]);
        for (; panel + 2 <= panels; panel += 2)
            Pair<TLanes, TIn, TOut, TWeights, TSums>(x, positions, steps, weights[(panel * steps.Length * stepLength)..], starts[(panel * TLanes.Count)..], starts.Length, sums[(panel * TLanes.Count)..]);
        if (panel < panels)
            Single<TLanes, TIn, TOut, TWeights, TSums>(x, positions, steps, weights[(panel * steps.Length * stepLength)..], starts[(panel * TLanes.Count)..], starts.Length, sums[(panel * TLanes.Count)..]);
    }

    // Four panels share each input of a single position: the weights, read once, are the work.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four<TLanes, TIn, TOut, TWeights, TSums>(ReadOnlySpan<TIn> x, ReadOnlySpan<int> positions, ReadOnlySpan<int> steps, ReadOnlySpan<TIn> weights, ReadOnlySpan<TOut> starts, int stride, Span<TOut> sums)
        where TLanes : ILanes<TIn, TOut, TWeights, TSums> where TIn : unmanaged where TOut : unmanaged
    {
        var stepLength = TLanes.Count * TLanes.Depth;
        var panelLength = steps.Length * stepLength;
        ref var start = ref MemoryMarshal.GetReference(starts);
        for (var p = 0; p < positions.Length; p++)
        {
            var a = TLanes.LoadSums(ref start);
            var b = TLanes.LoadSums(ref Unsafe.Add(ref start, TLanes.Count));
            var c = TLanes.LoadSums(ref Unsafe.Add(ref start, 2 * TLanes.Count));
            var d = TLanes.LoadSums(ref Unsafe.Add(ref start, 3 * TLanes.Count));
            ref var from = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), positions[p]);
            ref var weightA = ref MemoryMarshal.GetReference(weights);
            ref var weightB = ref Unsafe.Add(ref weightA, panelLength);
            ref var weightC = ref Unsafe.Add(ref weightB, panelLength);
            ref var weightD = ref Unsafe.Add(ref weightC, panelLength);
            nint w = 0;
            foreach (var step in steps)
            {
                ref var at = ref Unsafe.Add(ref from, step);
                a = TLanes.Add(a, TLanes.LoadWeights(ref Unsafe.Add(ref weightA, w)), ref at);
                b = TLanes.Add(b, TLanes.LoadWeights(ref Unsafe.Add(ref weightB, w)), ref at);
                c = TLanes.Add(c, TLanes.LoadWeights(ref Unsafe.Add(ref weightC, w)), ref at);
                d = TLanes.Add(d, TLanes.LoadWeights(ref Unsafe.Add(ref weightD, w)), ref at);
                w += stepLength;
            }
            ref var to = ref Unsafe.Add(ref MemoryMarshal.GetReference(sums), p * stride);
            TLanes.Store(a, ref to);
            TLanes.Store(b, ref Unsafe.Add(ref to, TLanes.Count));
            TLanes.Store(c, ref Unsafe.Add(ref to, 2 * TLanes.Count));
            TLanes.Store(d, ref Unsafe.Add(ref to, 3 * TLanes.Count));
        }
    }

    // Two panels share each input that is loaded: six positions give twelve chains, which with the weights and an input just fit sixteen registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pair<TLanes, TIn, TOut, TWeights, TSums>(ReadOnlySpan<TIn> x, ReadOnlySpan<int> positions, ReadOnlySpan<int> steps, ReadOnlySpan<TIn> weights, ReadOnlySpan<TOut> starts, int stride, Span<TOut> sums)
        where TLanes : ILanes<TIn, TOut, TWeights, TSums> where TIn : unmanaged where TOut : unmanaged
    {
        var stepLength = TLanes.Count * TLanes.Depth;
        var panelLength = (nint)steps.Length * stepLength;
        ref var input = ref MemoryMarshal.GetReference(x);
        ref var output = ref MemoryMarshal.GetReference(sums);
        var startA = TLanes.LoadSums(ref MemoryMarshal.GetReference(starts));
        var startB = TLanes.LoadSums(ref Unsafe.Add(ref MemoryMarshal.GetReference(starts), TLanes.Count));
        for (var p = 0; p < positions.Length; p += 6)
        {
            // The last tile repeats its last position: it writes the same sums again.
            var last = positions.Length - 1 - p;
            var (i1, i2, i3, i4, i5) = (Math.Min(1, last), Math.Min(2, last), Math.Min(3, last), Math.Min(4, last), Math.Min(5, last));
            ref var x0 = ref Unsafe.Add(ref input, positions[p]);
            ref var x1 = ref Unsafe.Add(ref input, positions[p + i1]);
            ref var x2 = ref Unsafe.Add(ref input, positions[p + i2]);
            ref var x3 = ref Unsafe.Add(ref input, positions[p + i3]);
            ref var x4 = ref Unsafe.Add(ref input, positions[p + i4]);
            ref var x5 = ref Unsafe.Add(ref input, positions[p + i5]);
            var (a0, a1, a2, a3, a4, a5) = (startA, startA, startA, startA, startA, startA);
            var (b0, b1, b2, b3, b4, b5) = (startB, startB, startB, startB, startB, startB);

            // Without an index: the loop has no register to spare.
            ref var w = ref MemoryMarshal.GetReference(weights);
            ref var end = ref Unsafe.Add(ref MemoryMarshal.GetReference(steps), steps.Length);
            for (ref var at = ref MemoryMarshal.GetReference(steps); Unsafe.IsAddressLessThan(ref at, ref end); at = ref Unsafe.Add(ref at, 1))
            {
                nint step = at;
                var weightA = TLanes.LoadWeights(ref w);
                var weightB = TLanes.LoadWeights(ref Unsafe.Add(ref w, panelLength));
                a0 = TLanes.Add(a0, weightA, ref Unsafe.Add(ref x0, step));
                b0 = TLanes.Add(b0, weightB, ref Unsafe.Add(ref x0, step));
                a1 = TLanes.Add(a1, weightA, ref Unsafe.Add(ref x1, step));
                b1 = TLanes.Add(b1, weightB, ref Unsafe.Add(ref x1, step));
                a2 = TLanes.Add(a2, weightA, ref Unsafe.Add(ref x2, step));
                b2 = TLanes.Add(b2, weightB, ref Unsafe.Add(ref x2, step));
                a3 = TLanes.Add(a3, weightA, ref Unsafe.Add(ref x3, step));
                b3 = TLanes.Add(b3, weightB, ref Unsafe.Add(ref x3, step));
                a4 = TLanes.Add(a4, weightA, ref Unsafe.Add(ref x4, step));
                b4 = TLanes.Add(b4, weightB, ref Unsafe.Add(ref x4, step));
                a5 = TLanes.Add(a5, weightA, ref Unsafe.Add(ref x5, step));
                b5 = TLanes.Add(b5, weightB, ref Unsafe.Add(ref x5, step));
                w = ref Unsafe.Add(ref w, stepLength);
            }

            ref var toA = ref Unsafe.Add(ref output, p * stride);
            ref var toB = ref Unsafe.Add(ref toA, TLanes.Count);
            TLanes.Store(a0, ref toA);
            TLanes.Store(b0, ref toB);
            TLanes.Store(a1, ref Unsafe.Add(ref toA, i1 * stride));
            TLanes.Store(b1, ref Unsafe.Add(ref toB, i1 * stride));
            TLanes.Store(a2, ref Unsafe.Add(ref toA, i2 * stride));
            TLanes.Store(b2, ref Unsafe.Add(ref toB, i2 * stride));
            TLanes.Store(a3, ref Unsafe.Add(ref toA, i3 * stride));
            TLanes.Store(b3, ref Unsafe.Add(ref toB, i3 * stride));
            TLanes.Store(a4, ref Unsafe.Add(ref toA, i4 * stride));
            TLanes.Store(b4, ref Unsafe.Add(ref toB, i4 * stride));
            TLanes.Store(a5, ref Unsafe.Add(ref toA, i5 * stride));
            TLanes.Store(b5, ref Unsafe.Add(ref toB, i5 * stride));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Single<TLanes, TIn, TOut, TWeights, TSums>(ReadOnlySpan<TIn> x, ReadOnlySpan<int> positions, ReadOnlySpan<int> steps, ReadOnlySpan<TIn> weights, ReadOnlySpan<TOut> starts, int stride, Span<TOut> sums)
        where TLanes : ILanes<TIn, TOut, TWeights, TSums> where TIn : unmanaged where TOut : unmanaged
    {
        var stepLength = TLanes.Count * TLanes.Depth;
        ref var input = ref MemoryMarshal.GetReference(x);
        ref var output = ref MemoryMarshal.GetReference(sums);
        var start = TLanes.LoadSums(ref MemoryMarshal.GetReference(starts));
        for (var p = 0; p < positions.Length; p += Rows)
        {
            // The last tile repeats its last position: it writes the same sums again.
            var last = positions.Length - 1 - p;
            var (i1, i2, i3, i4, i5, i6, i7) = (Math.Min(1, last), Math.Min(2, last), Math.Min(3, last), Math.Min(4, last), Math.Min(5, last), Math.Min(6, last), Math.Min(7, last));
            ref var x0 = ref Unsafe.Add(ref input, positions[p]);
            ref var x1 = ref Unsafe.Add(ref input, positions[p + i1]);
            ref var x2 = ref Unsafe.Add(ref input, positions[p + i2]);
            ref var x3 = ref Unsafe.Add(ref input, positions[p + i3]);
            ref var x4 = ref Unsafe.Add(ref input, positions[p + i4]);
            ref var x5 = ref Unsafe.Add(ref input, positions[p + i5]);
            ref var x6 = ref Unsafe.Add(ref input, positions[p + i6]);
            ref var x7 = ref Unsafe.Add(ref input, positions[p + i7]);
            var (s0, s1, s2, s3, s4, s5, s6, s7) = (start, start, start, start, start, start, start, start);

            ref var w = ref MemoryMarshal.GetReference(weights);
            foreach (var step in steps)
            {
                var weight = TLanes.LoadWeights(ref w);
                s0 = TLanes.Add(s0, weight, ref Unsafe.Add(ref x0, step));
                s1 = TLanes.Add(s1, weight, ref Unsafe.Add(ref x1, step));
                s2 = TLanes.Add(s2, weight, ref Unsafe.Add(ref x2, step));
                s3 = TLanes.Add(s3, weight, ref Unsafe.Add(ref x3, step));
                s4 = TLanes.Add(s4, weight, ref Unsafe.Add(ref x4, step));
                s5 = TLanes.Add(s5, weight, ref Unsafe.Add(ref x5, step));
                s6 = TLanes.Add(s6, weight, ref Unsafe.Add(ref x6, step));
                s7 = TLanes.Add(s7, weight, ref Unsafe.Add(ref x7, step));
                w = ref Unsafe.Add(ref w, stepLength);
            }

            ref var to = ref Unsafe.Add(ref output, p * stride);
            TLanes.Store(s0, ref to);
            TLanes.Store(s1, ref Unsafe.Add(ref to, i1 * stride));
            TLanes.Store(s2, ref Unsafe.Add(ref to, i2 * stride));
            TLanes.Store(s3, ref Unsafe.Add(ref to, i3 * stride));
            TLanes.Store(s4, ref Unsafe.Add(ref to, i4 * stride));
            TLanes.Store(s5, ref Unsafe.Add(ref to, i5 * stride));
            TLanes.Store(s6, ref Unsafe.Add(ref to, i6 * stride));
            TLanes.Store(s7, ref Unsafe.Add(ref to, i7 * stride));
        }
    }

    /// <summary>The last place at which a step begins.</summary>
    internal static int LastRead(ReadOnlySpan<int> positions, ReadOnlySpan<int> steps)
    {
        var (position, step) = (Largest(positions), Largest(steps));
        if (position < 0) throw new ArgumentException("A position lies before the inputs.");
        if (step < 0) throw new ArgumentException("A step goes backwards.");
        return position + step;
    }

    /// <summary>The largest, 0 where there is none; below 0 where one is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Largest(ReadOnlySpan<int> places)
    {
        // As unsigned integers, negative ones lie above all others: one comparison finds both.
        var (i, largest) = (0, 0u);
        if (Vector256.IsHardwareAccelerated && places.Length >= Vector256<int>.Count)
        {
            var all = Vector256<uint>.Zero;
            for (; i <= places.Length - Vector256<int>.Count; i += Vector256<int>.Count) all = Vector256.Max(all, Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(places), (nuint)i).AsUInt32());
            for (var lane = 0; lane < Vector256<int>.Count; lane++) largest = Math.Max(largest, all[lane]);
        }
        for (; i < places.Length; i++) largest = Math.Max(largest, (uint)places[i]);
        return (int)largest;
    }
}
