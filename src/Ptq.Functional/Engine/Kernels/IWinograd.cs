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

    /// <summary>The inverse of N² modulo 2³².</summary>
    static abstract int Inverse { get; }

    /// <summary>k(i).</summary>
    static abstract int Shift(int output);

    /// <summary>Bᵀd along an axis: m + 2 vectors that lie <paramref name="apart"/> become as many that lie <paramref name="step"/>.</summary>
    static abstract void Input<TWords>(ref short from, nint apart, ref short to, nint step) where TWords : struct, IWords<TWords, short>;

    /// <summary>Aᵀp along an axis: m + 2 vectors that lie <paramref name="apart"/> become m that lie <paramref name="step"/>.</summary>
    static abstract void Output<TWords>(ref int from, nint apart, ref int to, nint step) where TWords : struct, IWords<TWords, int>;
}

/// <summary>
/// m = 2, 16 products instead of 36. G by 2 along an axis: (2 0 0), (1 1 1), (1 −1 1), (0 0 2).
/// Bᵀ: (1 0 −1 0), (0 1 1 0), (0 −1 1 0), (0 1 0 −1); Aᵀ: (1 1 1 0), (0 1 −1 −1); N = 1, k = 1, 1.
/// </summary>
internal readonly struct Winograd2 : IWinograd
{
    public static int Tile => 2;
    public static int Inverse => 1;

    [MethodImpl(AggressiveInlining)]
    public static int Shift(int output) => 1;

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
        var p1 = TWords.Load(ref Unsafe.Add(ref from, apart));
        var p2 = TWords.Load(ref Unsafe.Add(ref from, 2 * apart));
        TWords.Store(TWords.Load(ref from) + p1 + p2, ref to);
        TWords.Store(p1 - p2 - TWords.Load(ref Unsafe.Add(ref from, 3 * apart)), ref Unsafe.Add(ref to, step));
    }
}

/// <summary>
/// m = 4, 36 products instead of 144. G, its rows by 4, 6, 6, 24, 24, 1: (1 0 0), (−1 −1 −1), (−1 1 −1), (1 2 4), (1 −2 4), (0 0 1).
/// Bᵀ: (4 0 −5 0 1 0), (0 −4 −4 1 1 0), (0 4 −4 −1 1 0), (0 −2 −1 2 1 0), (0 2 −1 −2 1 0), (0 4 0 −5 0 1).
/// Aᵀ by 24 over the scale of G, less what a row has in common: (6 4 4 1 1 0), (0 2 −2 1 −1 0), (0 1 1 1 1 0), (0 1 −1 2 −2 6) give 24, 12, 6 and 6 times the sums: N = 3, k = 3, 2, 1, 1.
/// </summary>
internal readonly struct Winograd4 : IWinograd
{
    public static int Tile => 4;
    public static int Inverse => 954437177; // · 9 = 2 · 2³² + 1

    [MethodImpl(AggressiveInlining)]
    public static int Shift(int output) => output < 2 ? 3 - output : 1;

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
        var p0 = TWords.Load(ref from);
        var p1 = TWords.Load(ref Unsafe.Add(ref from, apart));
        var p2 = TWords.Load(ref Unsafe.Add(ref from, 2 * apart));
        var p3 = TWords.Load(ref Unsafe.Add(ref from, 3 * apart));
        var p4 = TWords.Load(ref Unsafe.Add(ref from, 4 * apart));
        var p5 = TWords.Load(ref Unsafe.Add(ref from, 5 * apart));
        var (near, far, nearOdd, farOdd) = (p1 + p2, p3 + p4, p1 - p2, p3 - p4);
        TWords.Store(((p0 + near) << 2) + (p0 << 1) + far, ref to);
        TWords.Store((nearOdd << 1) + farOdd, ref Unsafe.Add(ref to, step));
        TWords.Store(near + far, ref Unsafe.Add(ref to, 2 * step));
        TWords.Store(nearOdd + ((farOdd + p5 + (p5 << 1)) << 1), ref Unsafe.Add(ref to, 3 * step));
    }
}
