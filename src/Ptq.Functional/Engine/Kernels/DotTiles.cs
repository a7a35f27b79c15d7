using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>
/// The tiles of a <see cref="DotKernel"/>: so many positions by so many panels of outputs, their sums in registers from the first step to the last. A step is
/// <code>
/// input of a position  x x x x x x x x      the same pair (or quad) in every lane
/// weights of a panel   0 1 2 3 4 5 6 7      a lane an output
/// sums of both         0 1 2 3 4 5 6 7      += x · w
/// </code>
/// Additions take a cycle, products are not part of the chain: what a tile must do is load little for a product. Of 16 registers, twelve sums, two weights, an input and a product.
/// Positions are read without bounds tests: <see cref="DotKernel"/> has made them.
/// </summary>
internal static class DotTiles<TLanes, TIn, TOut, TWeights, TSums> where TLanes : ILanes<TIn, TOut, TWeights, TSums> where TIn : unmanaged where TOut : unmanaged
{
    /// <summary>Positions of <see cref="Pair"/>.</summary>
    public const int Six = 6;

    /// <summary>Positions of <see cref="Single"/>.</summary>
    public const int Eight = 8;

    /// <summary>Positions of a window of <see cref="Windows"/>.</summary>
    public const int Window = 4;

    /// <summary>Four panels share each input of a single position: the weights, read once, are the work.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Four<TFinish, TTo>(ref TIn x, ref int position, int positions, ref int steps, int count, ref TIn weights, ref TOut starts, TFinish first, TFinish second, ref TTo to, int stride)
        where TFinish : IFinish<TFinish, TSums, TTo> where TTo : unmanaged
    {
        var (stepLength, panelLength) = (TLanes.Count * TLanes.Depth, (nint)count * TLanes.Count * TLanes.Depth);
        for (var p = 0; p < positions; p++)
        {
            var a = TLanes.LoadSums(ref starts);
            var b = TLanes.LoadSums(ref Unsafe.Add(ref starts, TLanes.Count));
            var c = TLanes.LoadSums(ref Unsafe.Add(ref starts, 2 * TLanes.Count));
            var d = TLanes.LoadSums(ref Unsafe.Add(ref starts, 3 * TLanes.Count));
            ref var from = ref Unsafe.Add(ref x, Unsafe.Add(ref position, p));
            ref var weightA = ref weights;
            ref var weightB = ref Unsafe.Add(ref weightA, panelLength);
            ref var weightC = ref Unsafe.Add(ref weightB, panelLength);
            ref var weightD = ref Unsafe.Add(ref weightC, panelLength);
            nint w = 0;
            for (var s = 0; s < count; s++)
            {
                ref var at = ref Unsafe.Add(ref from, Unsafe.Add(ref steps, s));
                a = TLanes.Add(a, TLanes.LoadWeights(ref Unsafe.Add(ref weightA, w)), ref at);
                b = TLanes.Add(b, TLanes.LoadWeights(ref Unsafe.Add(ref weightB, w)), ref at);
                c = TLanes.Add(c, TLanes.LoadWeights(ref Unsafe.Add(ref weightC, w)), ref at);
                d = TLanes.Add(d, TLanes.LoadWeights(ref Unsafe.Add(ref weightD, w)), ref at);
                w += stepLength;
            }
            first.Store(a, b, ref to);
            second.Store(c, d, ref Unsafe.Add(ref to, 2 * TLanes.Count));
            to = ref Unsafe.Add(ref to, stride);
        }
    }

    /// <summary>Two panels share each input of six positions. The last tile overlaps the one before: it writes the same again, so there must be six.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Pair<TFinish, TTo>(ref TIn x, ref int position, int positions, ref int steps, int count, ref TIn weights, ref TOut starts, TFinish finish, ref TTo to, int stride)
        where TFinish : IFinish<TFinish, TSums, TTo> where TTo : unmanaged
    {
        var (stepLength, panelLength) = (TLanes.Count * TLanes.Depth, (nint)count * TLanes.Count * TLanes.Depth);
        ref var end = ref Unsafe.Add(ref steps, count);
        for (var p = 0; p < positions; p += Six)
        {
            p = Math.Min(p, positions - Six);
            ref var at = ref Unsafe.Add(ref position, p);
            ref var x0 = ref Unsafe.Add(ref x, at);
            ref var x1 = ref Unsafe.Add(ref x, Unsafe.Add(ref at, 1));
            ref var x2 = ref Unsafe.Add(ref x, Unsafe.Add(ref at, 2));
            ref var x3 = ref Unsafe.Add(ref x, Unsafe.Add(ref at, 3));
            ref var x4 = ref Unsafe.Add(ref x, Unsafe.Add(ref at, 4));
            ref var x5 = ref Unsafe.Add(ref x, Unsafe.Add(ref at, 5));
            TSums a0, a1, a2, a3, a4, a5, b0, b1, b2, b3, b4, b5;
            a0 = a1 = a2 = a3 = a4 = a5 = TLanes.LoadSums(ref starts);
            b0 = b1 = b2 = b3 = b4 = b5 = TLanes.LoadSums(ref Unsafe.Add(ref starts, TLanes.Count));

            // Without an index: the loop has no register to spare.
            ref var w = ref weights;
            for (ref var s = ref steps; Unsafe.IsAddressLessThan(ref s, ref end); s = ref Unsafe.Add(ref s, 1))
            {
                nint step = s;
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

            ref var row = ref Unsafe.Add(ref to, (nint)p * stride);
            finish.Store(a0, b0, ref row);
            row = ref Unsafe.Add(ref row, stride);
            finish.Store(a1, b1, ref row);
            row = ref Unsafe.Add(ref row, stride);
            finish.Store(a2, b2, ref row);
            row = ref Unsafe.Add(ref row, stride);
            finish.Store(a3, b3, ref row);
            row = ref Unsafe.Add(ref row, stride);
            finish.Store(a4, b4, ref row);
            row = ref Unsafe.Add(ref row, stride);
            finish.Store(a5, b5, ref row);
        }
    }

    /// <summary>One panel, eight positions. The last tile overlaps the one before: it writes the same again, so there must be eight.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Single<TFinish, TTo>(ref TIn x, ref int position, int positions, ref int steps, int count, ref TIn weights, ref TOut starts, TFinish finish, ref TTo to, int stride)
        where TFinish : IFinish<TFinish, TSums, TTo> where TTo : unmanaged
    {
        var stepLength = TLanes.Count * TLanes.Depth;
        ref var end = ref Unsafe.Add(ref steps, count);
        for (var p = 0; p < positions; p += Eight)
        {
            p = Math.Min(p, positions - Eight);
            ref var at = ref Unsafe.Add(ref position, p);
            ref var x0 = ref Unsafe.Add(ref x, at);
            ref var x1 = ref Unsafe.Add(ref x, Unsafe.Add(ref at, 1));
            ref var x2 = ref Unsafe.Add(ref x, Unsafe.Add(ref at, 2));
            ref var x3 = ref Unsafe.Add(ref x, Unsafe.Add(ref at, 3));
            ref var x4 = ref Unsafe.Add(ref x, Unsafe.Add(ref at, 4));
            ref var x5 = ref Unsafe.Add(ref x, Unsafe.Add(ref at, 5));
            ref var x6 = ref Unsafe.Add(ref x, Unsafe.Add(ref at, 6));
            ref var x7 = ref Unsafe.Add(ref x, Unsafe.Add(ref at, 7));
            TSums s0, s1, s2, s3, s4, s5, s6, s7;
            s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = TLanes.LoadSums(ref starts);

            ref var w = ref weights;
            for (ref var s = ref steps; Unsafe.IsAddressLessThan(ref s, ref end); s = ref Unsafe.Add(ref s, 1))
            {
                nint step = s;
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

            ref var row = ref Unsafe.Add(ref to, (nint)p * stride);
            finish.Store(s0, ref row);
            row = ref Unsafe.Add(ref row, stride);
            finish.Store(s1, ref row);
            row = ref Unsafe.Add(ref row, stride);
            finish.Store(s2, ref row);
            row = ref Unsafe.Add(ref row, stride);
            finish.Store(s3, ref row);
            row = ref Unsafe.Add(ref row, stride);
            finish.Store(s4, ref row);
            row = ref Unsafe.Add(ref row, stride);
            finish.Store(s5, ref row);
            row = ref Unsafe.Add(ref row, stride);
            finish.Store(s6, ref row);
            row = ref Unsafe.Add(ref row, stride);
            finish.Store(s7, ref row);
        }
    }

    /// <summary>Two panels, four positions, of whose codes the largest is wanted: a requantizer never falls where its sum grows, so that it is the code of the largest sum. Windows are whole.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Windows<TFinish>(ref TIn x, ref int position, int positions, ref int steps, int count, ref TIn weights, ref TOut starts, TFinish finish, ref short to, int stride)
        where TFinish : ICodeFinish<TFinish, TSums>
    {
        var (stepLength, panelLength) = (TLanes.Count * TLanes.Depth, (nint)count * TLanes.Count * TLanes.Depth);
        ref var end = ref Unsafe.Add(ref steps, count);
        for (var p = 0; p < positions; p += Window)
        {
            ref var at = ref Unsafe.Add(ref position, p);
            ref var x0 = ref Unsafe.Add(ref x, at);
            ref var x1 = ref Unsafe.Add(ref x, Unsafe.Add(ref at, 1));
            ref var x2 = ref Unsafe.Add(ref x, Unsafe.Add(ref at, 2));
            ref var x3 = ref Unsafe.Add(ref x, Unsafe.Add(ref at, 3));
            TSums a0, a1, a2, a3, b0, b1, b2, b3;
            a0 = a1 = a2 = a3 = TLanes.LoadSums(ref starts);
            b0 = b1 = b2 = b3 = TLanes.LoadSums(ref Unsafe.Add(ref starts, TLanes.Count));

            ref var w = ref weights;
            for (ref var s = ref steps; Unsafe.IsAddressLessThan(ref s, ref end); s = ref Unsafe.Add(ref s, 1))
            {
                nint step = s;
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
                w = ref Unsafe.Add(ref w, stepLength);
            }

            finish.Store(TFinish.Larger(TFinish.Larger(a0, a1), TFinish.Larger(a2, a3)), TFinish.Larger(TFinish.Larger(b0, b1), TFinish.Larger(b2, b3)), ref to);
            to = ref Unsafe.Add(ref to, stride);
        }
    }
}
