using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>
/// Sums of int16 × int16 products in INT32, two neighbouring inputs a step: s + x₀w₀ + x₁w₁.
/// <code>
/// x        x0  x1  | x0  x1  | … | x0  x1     the same two for every lane
/// weights  w00 w01 | w10 w11 | … | w70 w71    lane by lane, two each
/// sums     s0      | s1      | … | s7         += Σ x·w: vpmaddwd and vpaddd
/// </code>
/// Codes of 8 bits and weights less their zero points stay within ±255, so a pair's sum is exact; so are pairs of the factors of a Winograd convolution, modulo 2³² as all sums are.
/// </summary>
internal static class Int16Lanes
{
    private static int Pair(ref short x) => Unsafe.ReadUnaligned<int>(ref Unsafe.As<short, byte>(ref x));

    internal readonly struct Scalar : ILanes<short, int, int, int>
    {
        public static int Count => 1;
        public static int Depth => 2;
        public static bool IsSupported => true;

        [MethodImpl(AggressiveInlining)]
        public static int LoadWeights(ref short from) => Pair(ref from);

        [MethodImpl(AggressiveInlining)]
        public static int LoadSums(ref int from) => from;

        [MethodImpl(AggressiveInlining)]
        public static int Add(int sums, int weights, ref short x) => sums + (short)weights * x + (weights >> 16) * Unsafe.Add(ref x, 1);

        [MethodImpl(AggressiveInlining)]
        public static void Store(int sums, ref int to) => to = sums;
    }

    internal readonly struct Wide128 : ILanes<short, int, Vector128<short>, Vector128<int>>
    {
        public static int Count => 4;
        public static int Depth => 2;
        public static bool IsSupported => Sse2.IsSupported && Vector128.IsHardwareAccelerated;

        [MethodImpl(AggressiveInlining)]
        public static Vector128<short> LoadWeights(ref short from) => Vector128.LoadUnsafe(ref from);

        [MethodImpl(AggressiveInlining)]
        public static Vector128<int> LoadSums(ref int from) => Vector128.LoadUnsafe(ref from);

        [MethodImpl(AggressiveInlining)]
        public static Vector128<int> Add(Vector128<int> sums, Vector128<short> weights, ref short x) => sums + Sse2.MultiplyAddAdjacent(Vector128.Create(Pair(ref x)).AsInt16(), weights);

        [MethodImpl(AggressiveInlining)]
        public static void Store(Vector128<int> sums, ref int to) => sums.StoreUnsafe(ref to);
    }

    internal readonly struct Wide256 : ILanes<short, int, Vector256<short>, Vector256<int>>
    {
        public static int Count => 8;
        public static int Depth => 2;
        public static bool IsSupported => Avx2.IsSupported;

        [MethodImpl(AggressiveInlining)]
        public static Vector256<short> LoadWeights(ref short from) => Vector256.LoadUnsafe(ref from);

        [MethodImpl(AggressiveInlining)]
        public static Vector256<int> LoadSums(ref int from) => Vector256.LoadUnsafe(ref from);

        [MethodImpl(AggressiveInlining)]
        public static Vector256<int> Add(Vector256<int> sums, Vector256<short> weights, ref short x) => sums + Avx2.MultiplyAddAdjacent(Vector256.Create(Pair(ref x)).AsInt16(), weights);

        [MethodImpl(AggressiveInlining)]
        public static void Store(Vector256<int> sums, ref int to) => sums.StoreUnsafe(ref to);
    }

    internal readonly struct Wide512 : ILanes<short, int, Vector512<short>, Vector512<int>>
    {
        public static int Count => 16;
        public static int Depth => 2;
        public static bool IsSupported => Avx512BW.IsSupported;

        [MethodImpl(AggressiveInlining)]
        public static Vector512<short> LoadWeights(ref short from) => Vector512.LoadUnsafe(ref from);

        [MethodImpl(AggressiveInlining)]
        public static Vector512<int> LoadSums(ref int from) => Vector512.LoadUnsafe(ref from);

        [MethodImpl(AggressiveInlining)]
        public static Vector512<int> Add(Vector512<int> sums, Vector512<short> weights, ref short x) => sums + Avx512BW.MultiplyAddAdjacent(Vector512.Create(Pair(ref x)).AsInt16(), weights);

        [MethodImpl(AggressiveInlining)]
        public static void Store(Vector512<int> sums, ref int to) => sums.StoreUnsafe(ref to);
    }
}
