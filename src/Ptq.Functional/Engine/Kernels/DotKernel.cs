using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Ptq.Quantization;

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

/// <summary>The same, requantized while the sums are in registers (<see cref="Requantizer.Float32"/>); every lane of the panels is an output.</summary>
/// <param name="x">The inputs.</param>
/// <param name="positions">Where each output position begins in <paramref name="x"/>.</param>
/// <param name="steps">Where each step reads, from the position on.</param>
/// <param name="weights">[panel][step][lane][depth].</param>
/// <param name="starts">What the sums begin with: [panel][lane].</param>
/// <param name="requantizer">The arithmetic.</param>
/// <param name="channel">The channel of the first output.</param>
/// <param name="codes">[position][stride], the first panels · lanes of each written; where windows are pooled, of four positions one, the largest.</param>
/// <param name="stride">From position to position in the codes.</param>
/// <param name="pooled">Whether windows of four positions are pooled: then the panels are even in number.</param>
internal delegate void DotCodes<TIn>(ReadOnlySpan<TIn> x, ReadOnlySpan<int> positions, ReadOnlySpan<int> steps, ReadOnlySpan<TIn> weights, ReadOnlySpan<int> starts, Requantizer.Float32 requantizer, int channel, Span<short> codes, int stride, bool pooled);

/// <summary>A dot-product kernel on one kind of vector: a path, as a value.</summary>
/// <param name="Width">The vectors it takes.</param>
/// <param name="Lanes">Outputs a panel.</param>
/// <param name="Depth">Inputs a step.</param>
/// <param name="Reach">How many neighbouring inputs a step may read.</param>
/// <param name="IsSupported">Whether this machine can run it.</param>
/// <param name="Run">The kernel.</param>
/// <param name="Tile">Of so many positions and panels: how many positions and outputs are summed at once.</param>
/// <param name="Codes">The kernel that requantizes; none where the vectors are too narrow, or the sums are not integers.</param>
internal sealed record DotKernel<TIn, TOut>(VectorWidth Width, int Lanes, int Depth, int Reach, bool IsSupported, Dot<TIn, TOut> Run, Func<int, int, (int Positions, int Outputs)> Tile, DotCodes<TIn>? Codes = null)
{
    /// <summary>The instructions, where the width does not say which.</summary>
    public string Instruction { get; init; } = "";
}

/// <summary>The one body that all kernels share.</summary>
internal static class DotKernel
{
    /// <summary>The most positions of a tile.</summary>
    public const int Rows = 8;

    /// <summary>So many positions are whole tiles of every kernel: of eight, of six where two panels share the inputs, or of four.</summary>
    public const int Tiles = 24;

    // So many positions leave a tile empty for the most part.
    private const int Few = 2;

    /// <summary>A kernel whose sums are wanted.</summary>
    public static DotKernel<TIn, TOut> Of<TLanes, TIn, TOut, TWeights, TSums>(VectorWidth width) where TLanes : ILanes<TIn, TOut, TWeights, TSums> where TIn : unmanaged where TOut : unmanaged =>
        new(width, TLanes.Count, TLanes.Depth, TLanes.Depth, TLanes.IsSupported, (x, positions, steps, weights, starts, sums) =>
        {
            Check<TLanes, TIn, TOut, TWeights, TSums>(x, positions, steps, weights, starts);
            if (sums.Length < positions.Length * starts.Length) throw new ArgumentException("The buffers do not fit together.");
            Walk<TLanes, TIn, TOut, TWeights, TSums, SumFinish<TLanes, TIn, TOut, TWeights, TSums>, TOut>(x, positions, steps, weights, starts, default, sums, starts.Length);
        },
            (positions, panels) => positions <= Few && panels >= 4 ? (1, 4 * TLanes.Count) : panels >= 2 ? (6, 2 * TLanes.Count) : (Rows, TLanes.Count));

    /// <summary>A kernel whose sums or codes are wanted.</summary>
    public static DotKernel<TIn, int> WithCodes<TLanes, TIn, TWeights, TSums, TFinish>(VectorWidth width) where TLanes : ILanes<TIn, int, TWeights, TSums> where TIn : unmanaged where TFinish : ICodeFinish<TFinish, TSums> =>
        Of<TLanes, TIn, int, TWeights, TSums>(width) with
        {
            Codes = (x, positions, steps, weights, starts, requantizer, channel, codes, stride, pooled) =>
            {
                Check<TLanes, TIn, int, TWeights, TSums>(x, positions, steps, weights, starts);
                var rows = pooled ? positions.Length / DotTiles<TLanes, TIn, int, TWeights, TSums>.Window : positions.Length;
                if (rows > 0) _ = codes.Slice(0, (rows - 1) * stride + starts.Length);
                if (!CodeFinish.Takes(requantizer) || stride < starts.Length || requantizer.Multipliers.Length < channel + starts.Length) throw new ArgumentException("The requantizer does not fit.");
                var finish = TFinish.Of(requantizer, channel);
                if (pooled) Windows<TLanes, TIn, TWeights, TSums, TFinish>(x, positions, steps, weights, starts, finish, codes, stride);
                else Walk<TLanes, TIn, int, TWeights, TSums, TFinish, short>(x, positions, steps, weights, starts, finish, codes, stride);
            },
        };

    private static void Check<TLanes, TIn, TOut, TWeights, TSums>(ReadOnlySpan<TIn> x, ReadOnlySpan<int> positions, ReadOnlySpan<int> steps, ReadOnlySpan<TIn> weights, ReadOnlySpan<TOut> starts) where TLanes : ILanes<TIn, TOut, TWeights, TSums>
    {
        if (starts.Length % TLanes.Count != 0 || weights.Length < starts.Length * steps.Length * TLanes.Depth) throw new ArgumentException("The buffers do not fit together.");
        if (!positions.IsEmpty && LastRead(positions, steps) + TLanes.Depth > x.Length) throw new ArgumentException("A position reads past the inputs.");
    }

    // Panels two by two, or four by four for few positions; fewer positions than a tile has are filled up with the last one, on the stack.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Walk<TLanes, TIn, TOut, TWeights, TSums, TFinish, TTo>(ReadOnlySpan<TIn> x, ReadOnlySpan<int> positions, ReadOnlySpan<int> steps, ReadOnlySpan<TIn> weights, ReadOnlySpan<TOut> starts, TFinish finish, Span<TTo> to, int stride)
        where TLanes : ILanes<TIn, TOut, TWeights, TSums> where TIn : unmanaged where TOut : unmanaged where TFinish : IFinish<TFinish, TSums, TTo> where TTo : unmanaged
    {
        if (positions.IsEmpty) return;
        var (panelLength, panels) = (steps.Length * TLanes.Count * TLanes.Depth, starts.Length / TLanes.Count);
        Span<int> filled = stackalloc int[Rows];
        Span<TTo> rows = stackalloc TTo[Rows * 2 * TLanes.Count];
        for (var i = 0; i < Rows; i++) filled[i] = positions[Math.Min(i, positions.Length - 1)];
        ref var input = ref MemoryMarshal.GetReference(x);
        ref var step = ref MemoryMarshal.GetReference(steps);
        ref var from = ref MemoryMarshal.GetReference(positions);
        for (var panel = 0; panel < panels;)
        {
            var width = positions.Length <= Few && panels - panel >= 4 ? 4 : panels - panel >= 2 ? 2 : 1;
            ref var weight = ref Unsafe.Add(ref MemoryMarshal.GetReference(weights), (nint)panel * panelLength);
            ref var start = ref Unsafe.Add(ref MemoryMarshal.GetReference(starts), panel * TLanes.Count);
            ref var output = ref Unsafe.Add(ref MemoryMarshal.GetReference(to), panel * TLanes.Count);
            var ended = finish.For(panel * TLanes.Count);
            var tile = width == 2 ? DotTiles<TLanes, TIn, TOut, TWeights, TSums>.Six : DotTiles<TLanes, TIn, TOut, TWeights, TSums>.Eight;
            if (width == 4) DotTiles<TLanes, TIn, TOut, TWeights, TSums>.Four(ref input, ref from, positions.Length, ref step, steps.Length, ref weight, ref start, ended, finish.For((panel + 2) * TLanes.Count), ref output, stride);
            else if (positions.Length >= tile && width == 2) DotTiles<TLanes, TIn, TOut, TWeights, TSums>.Pair(ref input, ref from, positions.Length, ref step, steps.Length, ref weight, ref start, ended, ref output, stride);
            else if (positions.Length >= tile) DotTiles<TLanes, TIn, TOut, TWeights, TSums>.Single(ref input, ref from, positions.Length, ref step, steps.Length, ref weight, ref start, ended, ref output, stride);
            else
            {
                var length = width * TLanes.Count;
                if (width == 2) DotTiles<TLanes, TIn, TOut, TWeights, TSums>.Pair(ref input, ref MemoryMarshal.GetReference(filled), tile, ref step, steps.Length, ref weight, ref start, ended, ref MemoryMarshal.GetReference(rows), length);
                else DotTiles<TLanes, TIn, TOut, TWeights, TSums>.Single(ref input, ref MemoryMarshal.GetReference(filled), tile, ref step, steps.Length, ref weight, ref start, ended, ref MemoryMarshal.GetReference(rows), length);
                for (var i = 0; i < positions.Length; i++) rows.Slice(i * length, length).CopyTo(to[(i * stride + panel * TLanes.Count)..]);
            }
            panel += width;
        }
    }

    private static void Windows<TLanes, TIn, TWeights, TSums, TFinish>(ReadOnlySpan<TIn> x, ReadOnlySpan<int> positions, ReadOnlySpan<int> steps, ReadOnlySpan<TIn> weights, ReadOnlySpan<int> starts, TFinish finish, Span<short> codes, int stride)
        where TLanes : ILanes<TIn, int, TWeights, TSums> where TIn : unmanaged where TFinish : ICodeFinish<TFinish, TSums>
    {
        var outputs = 2 * TLanes.Count;
        if (starts.Length % outputs != 0 || positions.Length % DotTiles<TLanes, TIn, int, TWeights, TSums>.Window != 0) throw new ArgumentException("Windows of four positions and two panels.");
        for (var output = 0; output < starts.Length; output += outputs)
            DotTiles<TLanes, TIn, int, TWeights, TSums>.Windows(ref MemoryMarshal.GetReference(x), ref MemoryMarshal.GetReference(positions), positions.Length, ref MemoryMarshal.GetReference(steps), steps.Length,
                ref Unsafe.Add(ref MemoryMarshal.GetReference(weights), (nint)output * steps.Length * TLanes.Depth), ref Unsafe.Add(ref MemoryMarshal.GetReference(starts), output), finish.For(output), ref Unsafe.Add(ref MemoryMarshal.GetReference(codes), output), stride);
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
