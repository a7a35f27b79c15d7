using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>
/// Sums of u8 × s8 products in INT32, four neighbouring inputs a step: s + x₀w₀ + x₁w₁ + x₂w₂ + x₃w₃. The four are exact (at most 4·255·128); the total wraps modulo 2³², as all sums do.
/// <code>
/// x        x0  x1  x2  x3  | x0  x1  x2  x3  | … | x0  x1  x2  x3     u8: the same four for every lane
/// weights  w00 w01 w02 w03 | w10 w11 w12 w13 | … | w70 w71 w72 w73    s8: lane by lane, four each
/// sums     s0 + Σ x·w0     | s1 + Σ x·w1     | … | s7 + Σ x·w7        INT32: one instruction, vpdpbusd
/// </code>
/// Weights lie as bytes in two's complement.
/// </summary>
internal static class Int8Lanes
{
    private static int Four(ref byte x) => Unsafe.ReadUnaligned<int>(ref x);

    /// <summary>The definition; runs everywhere.</summary>
    internal readonly struct Scalar : ILanes<byte, int, int, int>
    {
        public static int Count => 1;
        public static int Depth => 4;
        public static bool IsSupported => true;

        [MethodImpl(AggressiveInlining)]
        public static int LoadWeights(ref byte from) => Four(ref from);

        [MethodImpl(AggressiveInlining)]
        public static int LoadSums(ref int from) => from;

        [MethodImpl(AggressiveInlining)]
        public static int Add(int sums, int weights, ref byte x) =>
            sums + x * (sbyte)weights + Unsafe.Add(ref x, 1) * (sbyte)(weights >> 8) + Unsafe.Add(ref x, 2) * (sbyte)(weights >> 16) + Unsafe.Add(ref x, 3) * (weights >> 24);

        [MethodImpl(AggressiveInlining)]
        public static void Store(int sums, ref int to) => to = sums;
    }

    /// <summary>The same vectors as <see cref="Vnni256"/> without its instruction, so that machines that lack it run its layout. It is slower than the int16 way and not chosen for speed.</summary>
    internal readonly struct Emulated256 : ILanes<byte, int, Vector256<sbyte>, Vector256<int>>
    {
        public static int Count => 8;
        public static int Depth => 4;
        public static bool IsSupported => Avx2.IsSupported;

        [MethodImpl(AggressiveInlining)]
        public static Vector256<sbyte> LoadWeights(ref byte from) => Vector256.LoadUnsafe(ref from).AsSByte();

        [MethodImpl(AggressiveInlining)]
        public static Vector256<int> LoadSums(ref int from) => Vector256.LoadUnsafe(ref from);

        // Pairs of lanes 0–3 and of 4–7; adding neighbours within halves gives lanes 0 1 4 5 | 2 3 6 7, of which the middle quarters change places.
        [MethodImpl(AggressiveInlining)]
        public static Vector256<int> Add(Vector256<int> sums, Vector256<sbyte> weights, ref byte x)
        {
            var inputs = Avx2.ConvertToVector256Int16(Vector128.Create(Four(ref x)).AsByte());
            var low = Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(weights.GetLower()), inputs);
            var high = Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(weights.GetUpper()), inputs);
            return sums + Avx2.Permute4x64(Avx2.HorizontalAdd(low, high).AsInt64(), 0b11_01_10_00).AsInt32();
        }

        [MethodImpl(AggressiveInlining)]
        public static void Store(Vector256<int> sums, ref int to) => sums.StoreUnsafe(ref to);
    }

    /// <summary>AVX-VNNI: vpdpbusd, which does not saturate.</summary>
    internal readonly struct Vnni256 : ILanes<byte, int, Vector256<sbyte>, Vector256<int>>
    {
        public static int Count => 8;
        public static int Depth => 4;
        public static bool IsSupported => AvxVnni.IsSupported;

        [MethodImpl(AggressiveInlining)]
        public static Vector256<sbyte> LoadWeights(ref byte from) => Vector256.LoadUnsafe(ref from).AsSByte();

        [MethodImpl(AggressiveInlining)]
        public static Vector256<int> LoadSums(ref int from) => Vector256.LoadUnsafe(ref from);

        [MethodImpl(AggressiveInlining)]
        public static Vector256<int> Add(Vector256<int> sums, Vector256<sbyte> weights, ref byte x) => AvxVnni.MultiplyWideningAndAdd(sums, Vector256.Create(Four(ref x)).AsByte(), weights);

        [MethodImpl(AggressiveInlining)]
        public static void Store(Vector256<int> sums, ref int to) => sums.StoreUnsafe(ref to);
    }
}
