using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>
/// Sums of products in float32 or double. float32 products are fused into their sums, with one rounding, and only where the
/// machine fuses: emulation is slower than one lane. In double the factors are float32 values, so products are exact and
/// multiplying and adding apart gives the bits of a fused step.
/// </summary>
internal static class FloatLanes
{
    private static bool Fuses<T>() => typeof(T) == typeof(double) || Fma.IsSupported;

    internal readonly struct Scalar<T> : ILanes<T, T, T, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        public static int Count => 1;
        public static int Depth => 1;
        public static bool IsSupported => true;

        [MethodImpl(AggressiveInlining)]
        public static T LoadWeights(ref T from) => from;

        [MethodImpl(AggressiveInlining)]
        public static T LoadSums(ref T from) => from;

        [MethodImpl(AggressiveInlining)]
        public static T Add(T sums, T weights, ref T x) => typeof(T) == typeof(double) ? sums + x * weights : T.FusedMultiplyAdd(x, weights, sums);

        [MethodImpl(AggressiveInlining)]
        public static void Store(T sums, ref T to) => to = sums;
    }

    internal readonly struct Wide128<T> : ILanes<T, T, Vector128<T>, Vector128<T>> where T : unmanaged
    {
        public static int Count => Vector128<T>.Count;
        public static int Depth => 1;
        public static bool IsSupported => Vector128.IsHardwareAccelerated && Fuses<T>();

        [MethodImpl(AggressiveInlining)]
        public static Vector128<T> LoadWeights(ref T from) => Vector128.LoadUnsafe(ref from);

        [MethodImpl(AggressiveInlining)]
        public static Vector128<T> LoadSums(ref T from) => Vector128.LoadUnsafe(ref from);

        [MethodImpl(AggressiveInlining)]
        public static Vector128<T> Add(Vector128<T> sums, Vector128<T> weights, ref T x) => typeof(T) == typeof(double)
            ? sums + Vector128.Create(x) * weights
            : Vector128.FusedMultiplyAdd(Vector128.Create(x).AsSingle(), weights.AsSingle(), sums.AsSingle()).As<float, T>();

        [MethodImpl(AggressiveInlining)]
        public static void Store(Vector128<T> sums, ref T to) => sums.StoreUnsafe(ref to);
    }

    internal readonly struct Wide256<T> : ILanes<T, T, Vector256<T>, Vector256<T>> where T : unmanaged
    {
        public static int Count => Vector256<T>.Count;
        public static int Depth => 1;
        public static bool IsSupported => Avx2.IsSupported && Fuses<T>();

        [MethodImpl(AggressiveInlining)]
        public static Vector256<T> LoadWeights(ref T from) => Vector256.LoadUnsafe(ref from);

        [MethodImpl(AggressiveInlining)]
        public static Vector256<T> LoadSums(ref T from) => Vector256.LoadUnsafe(ref from);

        [MethodImpl(AggressiveInlining)]
        public static Vector256<T> Add(Vector256<T> sums, Vector256<T> weights, ref T x) => typeof(T) == typeof(double)
            ? sums + Vector256.Create(x) * weights
            : Vector256.FusedMultiplyAdd(Vector256.Create(x).AsSingle(), weights.AsSingle(), sums.AsSingle()).As<float, T>();

        [MethodImpl(AggressiveInlining)]
        public static void Store(Vector256<T> sums, ref T to) => sums.StoreUnsafe(ref to);
    }

    internal readonly struct Wide512<T> : ILanes<T, T, Vector512<T>, Vector512<T>> where T : unmanaged
    {
        public static int Count => Vector512<T>.Count;
        public static int Depth => 1;
        public static bool IsSupported => Avx512F.IsSupported && Fuses<T>();

        [MethodImpl(AggressiveInlining)]
        public static Vector512<T> LoadWeights(ref T from) => Vector512.LoadUnsafe(ref from);

        [MethodImpl(AggressiveInlining)]
        public static Vector512<T> LoadSums(ref T from) => Vector512.LoadUnsafe(ref from);

        [MethodImpl(AggressiveInlining)]
        public static Vector512<T> Add(Vector512<T> sums, Vector512<T> weights, ref T x) => typeof(T) == typeof(double)
            ? sums + Vector512.Create(x) * weights
            : Vector512.FusedMultiplyAdd(Vector512.Create(x).AsSingle(), weights.AsSingle(), sums.AsSingle()).As<float, T>();

        [MethodImpl(AggressiveInlining)]
        public static void Store(Vector512<T> sums, ref T to) => sums.StoreUnsafe(ref to);
    }
}
