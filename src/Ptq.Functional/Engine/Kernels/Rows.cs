using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>The loops of element-wise functions.</summary>
internal static class Rows
{
    /// <summary>Of two elements, one after the other.</summary>
    internal readonly struct Each<TOp, T, TOut> : IRow<T, TOut> where TOp : IBinary<T, TOut>
    {
        [MethodImpl(AggressiveOptimization)]
        public static void Run(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<TOut> to)
        {
            if (x.Length == to.Length && y.Length == to.Length)
                for (var i = 0; i < to.Length; i++) to[i] = TOp.Of(x[i], y[i]);
            else if (x.Length == to.Length)
                for (var (i, second) = (0, y[0]); i < to.Length; i++) to[i] = TOp.Of(x[i], second);
            else
                for (var (i, first) = (0, x[0]); i < to.Length; i++) to[i] = TOp.Of(first, y[i]);
        }
    }

    /// <summary>Of two numbers: floats by vectors, others one after the other.</summary>
    internal readonly struct Arithmetic<TOp, T> : IRow<T, T> where TOp : IArithmetic where T : unmanaged, IBinaryNumber<T>
    {
        [MethodImpl(AggressiveOptimization)]
        public static void Run(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> to)
        {
            if (typeof(T) == typeof(float) && Vector.IsHardwareAccelerated && to.Length >= Vector<float>.Count)
                Vectors(MemoryMarshal.Cast<T, float>(x), MemoryMarshal.Cast<T, float>(y), MemoryMarshal.Cast<T, float>(to));
            else
                Each<Numeric<TOp, T>, T, T>.Run(x, y, to);
        }

        [MethodImpl(AggressiveOptimization)]
        private static void Vectors(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> to)
        {
            var i = 0;
            var last = to.Length - Vector<float>.Count;
            if (x.Length == to.Length && y.Length == to.Length)
                for (; i <= last; i += Vector<float>.Count) TOp.Of(new Vector<float>(x[i..]), new Vector<float>(y[i..])).CopyTo(to[i..]);
            else if (x.Length == to.Length)
                for (var second = new Vector<float>(y[0]); i <= last; i += Vector<float>.Count) TOp.Of(new Vector<float>(x[i..]), second).CopyTo(to[i..]);
            else
                for (var first = new Vector<float>(x[0]); i <= last; i += Vector<float>.Count) TOp.Of(first, new Vector<float>(y[i..])).CopyTo(to[i..]);
            for (; i < to.Length; i++) to[i] = TOp.Of(x[x.Length == to.Length ? i : 0], y[y.Length == to.Length ? i : 0]);
        }
    }

    /// <summary>Of two numbers of one type.</summary>
    internal readonly struct Numeric<TOp, T> : IBinary<T, T> where TOp : INumeric where T : unmanaged, IBinaryNumber<T>
    {
        [MethodImpl(AggressiveInlining)]
        public static T Of(T x, T y) => TOp.Of(x, y);
    }

    /// <summary>Of a relation: 1 where it holds, else 0.</summary>
    internal readonly struct Holds<TOp, T> : IBinary<T, long> where TOp : IRelation where T : unmanaged, IBinaryNumber<T>
    {
        [MethodImpl(AggressiveInlining)]
        public static long Of(T x, T y) => TOp.Of(x, y) ? 1 : 0;
    }

    /// <summary>x where the condition is not 0, else y; each is as long as the result, or one for all.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Choose<T>(ReadOnlySpan<long> condition, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> to)
    {
        var (c, a, b) = (condition.Length == to.Length ? 1 : 0, x.Length == to.Length ? 1 : 0, y.Length == to.Length ? 1 : 0);
        for (var i = 0; i < to.Length; i++) to[i] = condition[i * c] != 0 ? x[i * a] : y[i * b];
    }

    /// <summary>Of a real number: in double, rounded once.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void MapReals<TOp>(TOp op, ReadOnlySpan<float> x, Span<float> y) where TOp : struct, IReal
    {
        var i = 0;
        if (Vector.IsHardwareAccelerated)
            for (; i <= y.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector.Widen(new Vector<float>(x[i..]), out var low, out var high);
                Vector.Narrow(op.Of(low), op.Of(high)).CopyTo(y[i..]);
            }
        for (; i < y.Length; i++) y[i] = (float)op.Of(x[i]);
    }

    /// <summary>Of a float.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Map<TOp>(TOp op, ReadOnlySpan<float> x, Span<float> y) where TOp : struct, IVectorUnary
    {
        var i = 0;
        if (Vector.IsHardwareAccelerated)
            for (; i <= y.Length - Vector<float>.Count; i += Vector<float>.Count) op.Of(new Vector<float>(x[i..])).CopyTo(y[i..]);
        for (; i < y.Length; i++) y[i] = op.Of(x[i]);
    }
}
