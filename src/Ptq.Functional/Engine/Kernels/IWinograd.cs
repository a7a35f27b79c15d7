using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>
/// The exact integer form of F(m×m, 3×3): Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A, an m×m tile of outputs from (m+2)² products a channel instead of 9·m². G is scaled by rows until it is
/// whole, and A takes the rest of the scale: along an axis, output i comes out as N·2^k(i) times the sum, with N odd. Both axes give N²·2^(k(i)+k(j)) times the sum modulo 2³²:
/// times the inverse of N² modulo 2³², shifted right arithmetically, it is the sum where that stays within 2^(31 − k(i) − k(j)).
/// </summary>
internal interface IWinograd
{
    /// <summary>m.</summary>
    static abstract int Tile { get; }

    /// <summary>k(i).</summary>
    static abstract int Scale(int output);

    /// <summary>Bᵀd along an axis: m + 2 vectors that lie <paramref name="apart"/> become as many that lie <paramref name="step"/>.</summary>
    static abstract void Input<TWords>(ref short from, nint apart, ref short to, nint step) where TWords : struct, IWords<TWords, short>;

    /// <summary>Aᵀp along an axis: m + 2 vectors that lie <paramref name="apart"/> become m that lie <paramref name="step"/>.</summary>
    static abstract void Output<TWords>(ref int from, nint apart, ref int to, nint step) where TWords : struct, IWords<TWords, int>;

    /// <summary>The same along the other axis, scaled back: start + the first <paramref name="columns"/> sums of an output row.</summary>
    /// <param name="from">m + 2 vectors, neighbours.</param>
    /// <param name="scale">k of the row.</param>
    /// <param name="start">What the sums begin with.</param>
    /// <param name="to">Written, <paramref name="step"/> apart.</param>
    /// <param name="step">From column to column.</param>
    /// <param name="columns">From 1 to m.</param>
    static abstract void Sums<TWords>(ref int from, int scale, TWords start, ref int to, nint step, int columns) where TWords : struct, IWords<TWords, int>;
}

/// <summary>
/// m = 2, 16 products instead of 36. G by 2 along an axis: (2 0 0), (1 1 1), (1 −1 1), (0 0 2).
/// Bᵀ: (1 0 −1 0), (0 1 1 0), (0 −1 1 0), (0 1 0 −1); Aᵀ: (1 1 1 0), (0 1 −1 −1); N = 1, k = 1, 1.
/// </summary>
internal readonly struct Winograd2 : IWinograd
{
    public static int Tile => 2;

    [MethodImpl(AggressiveInlining)]
    public static int Scale(int output) => 1;

    [MethodImpl(AggressiveInlining)]
    public static void Input<TWords>(ref short from, nint apart, ref short to, nint step) where TWords : struct, IWords<TWords, short>
    {
        var d0 = TWords.Load(ref from);
        var d1 = TWords.Load(ref Unsafe.Add(ref from, apart));
        var d2 = TWords.Load(ref Unsafe.Add(ref from, 2 * apart));
        var d3 = TWords.Load(ref Unsafe.Add(ref from, 3 * apart));
        TWords.Store(d0 - d2, ref to);
        TWords.Store(d1 + d2, ref Unsafe.Add(ref to, step));
        TWords.Store(d2 - d1, ref Unsafe.Add(ref to, 2 * step));
        TWords.Store(d1 - d3, ref Unsafe.Add(ref to, 3 * step));
    }

    [MethodImpl(AggressiveInlining)]
    public static void Output<TWords>(ref int from, nint apart, ref int to, nint step) where TWords : struct, IWords<TWords, int>
    {
        Axis<TWords>(ref from, apart, out var y0, out var y1);
        TWords.Store(y0, ref to);
        TWords.Store(y1, ref Unsafe.Add(ref to, step));
    }

    [MethodImpl(AggressiveInlining)]
    public static void Sums<TWords>(ref int from, int scale, TWords start, ref int to, nint step, int columns) where TWords : struct, IWords<TWords, int>
    {
        Axis<TWords>(ref from, TWords.Count, out var y0, out var y1);
        TWords.Store((y0 >> 2) + start, ref to);
        if (columns > 1) TWords.Store((y1 >> 2) + start, ref Unsafe.Add(ref to, step));
    }

    [MethodImpl(AggressiveInlining)]
    private static void Axis<TWords>(ref int from, nint apart, out TWords y0, out TWords y1) where TWords : struct, IWords<TWords, int>
    {
        var p1 = TWords.Load(ref Unsafe.Add(ref from, apart));
        var p2 = TWords.Load(ref Unsafe.Add(ref from, 2 * apart));
        y0 = TWords.Load(ref from) + p1 + p2;
        y1 = p1 - p2 - TWords.Load(ref Unsafe.Add(ref from, 3 * apart));
    }
}

/// <summary>
/// m = 4, 36 products instead of 144. G, its rows by 4, 6, 6, 24, 24, 1: (1 0 0), (−1 −1 −1), (−1 1 −1), (1 2 4), (1 −2 4), (0 0 1).
/// Bᵀ: (4 0 −5 0 1 0), (0 −4 −4 1 1 0), (0 4 −4 −1 1 0), (0 −2 −1 2 1 0), (0 2 −1 −2 1 0), (0 4 0 −5 0 1).
/// Aᵀ by 24 over the scale of G, less what a row has in common: (6 4 4 1 1 0), (0 2 −2 1 −1 0), (0 1 1 1 1 0), (0 1 −1 2 −2 6) give 24, 12, 6 and 6 times the sums: N = 3, k = 3, 2, 1, 1.
/// </summary>
internal readonly struct Winograd4 : IWinograd
{
    private const int Inverse = 954437177; // · 9 = 2 · 2³² + 1

    public static int Tile => 4;

    [MethodImpl(AggressiveInlining)]
    public static int Scale(int output) => output < 2 ? 3 - output : 1;

    [MethodImpl(AggressiveInlining)]
    public static void Input<TWords>(ref short from, nint apart, ref short to, nint step) where TWords : struct, IWords<TWords, short>
    {
        var d1 = TWords.Load(ref Unsafe.Add(ref from, apart));
        var d2 = TWords.Load(ref Unsafe.Add(ref from, 2 * apart));
        var d3 = TWords.Load(ref Unsafe.Add(ref from, 3 * apart));
        var d4 = TWords.Load(ref Unsafe.Add(ref from, 4 * apart));
        var (even, odd) = (d4 - d2, d1 - d3);
        var (twice, e, o) = (odd << 1, d4 - (d2 << 2), d3 - (d1 << 2));
        TWords.Store(((TWords.Load(ref from) - d2) << 2) + even, ref to);
        TWords.Store(e + o, ref Unsafe.Add(ref to, step));
        TWords.Store(e - o, ref Unsafe.Add(ref to, 2 * step));
        TWords.Store(even - twice, ref Unsafe.Add(ref to, 3 * step));
        TWords.Store(even + twice, ref Unsafe.Add(ref to, 4 * step));
        TWords.Store((odd << 2) + (TWords.Load(ref Unsafe.Add(ref from, 5 * apart)) - d3), ref Unsafe.Add(ref to, 5 * step));
    }

    [MethodImpl(AggressiveInlining)]
    public static void Output<TWords>(ref int from, nint apart, ref int to, nint step) where TWords : struct, IWords<TWords, int>
    {
        Axis<TWords>(ref from, apart, out var y0, out var y1, out var y2, out var y3);
        TWords.Store(y0, ref to);
        TWords.Store(y1, ref Unsafe.Add(ref to, step));
        TWords.Store(y2, ref Unsafe.Add(ref to, 2 * step));
        TWords.Store(y3, ref Unsafe.Add(ref to, 3 * step));
    }

    [MethodImpl(AggressiveInlining)]
    public static void Sums<TWords>(ref int from, int scale, TWords start, ref int to, nint step, int columns) where TWords : struct, IWords<TWords, int>
    {
        Axis<TWords>(ref from, TWords.Count, out var y0, out var y1, out var y2, out var y3);
        var inverse = TWords.Of(Inverse);
        TWords.Store((y0 * inverse >> (scale + 3)) + start, ref to);
        if (columns > 1) TWords.Store((y1 * inverse >> (scale + 2)) + start, ref Unsafe.Add(ref to, step));
        if (columns > 2) TWords.Store((y2 * inverse >> (scale + 1)) + start, ref Unsafe.Add(ref to, 2 * step));
        if (columns > 3) TWords.Store((y3 * inverse >> (scale + 1)) + start, ref Unsafe.Add(ref to, 3 * step));
    }

    [MethodImpl(AggressiveInlining)]
    private static void Axis<TWords>(ref int from, nint apart, out TWords y0, out TWords y1, out TWords y2, out TWords y3) where TWords : struct, IWords<TWords, int>
    {
        var p0 = TWords.Load(ref from);
        var p1 = TWords.Load(ref Unsafe.Add(ref from, apart));
        var p2 = TWords.Load(ref Unsafe.Add(ref from, 2 * apart));
        var p3 = TWords.Load(ref Unsafe.Add(ref from, 3 * apart));
        var p4 = TWords.Load(ref Unsafe.Add(ref from, 4 * apart));
        var p5 = TWords.Load(ref Unsafe.Add(ref from, 5 * apart));
        var (near, far, nearOdd, farOdd) = (p1 + p2, p3 + p4, p1 - p2, p3 - p4);
        y0 = ((p0 + near) << 2) + (p0 << 1) + far;
        y1 = (nearOdd << 1) + farOdd;
        y2 = near + far;
        y3 = nearOdd + ((farOdd + p5 + (p5 << 1)) << 1);
    }
}
