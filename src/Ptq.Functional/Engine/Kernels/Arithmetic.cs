using System.Numerics;
using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>Functions of two numbers; integers wrap at 64 bits.</summary>
internal static class Arithmetic
{
    internal readonly struct Add : IArithmetic
    {
        [MethodImpl(AggressiveInlining)]
        public static T Of<T>(T x, T y) where T : unmanaged, IBinaryNumber<T> => unchecked(x + y);

        [MethodImpl(AggressiveInlining)]
        public static Vector<float> Of(Vector<float> x, Vector<float> y) => x + y;
    }

    internal readonly struct Subtract : IArithmetic
    {
        [MethodImpl(AggressiveInlining)]
        public static T Of<T>(T x, T y) where T : unmanaged, IBinaryNumber<T> => unchecked(x - y);

        [MethodImpl(AggressiveInlining)]
        public static Vector<float> Of(Vector<float> x, Vector<float> y) => x - y;
    }

    internal readonly struct Multiply : IArithmetic
    {
        [MethodImpl(AggressiveInlining)]
        public static T Of<T>(T x, T y) where T : unmanaged, IBinaryNumber<T> => unchecked(x * y);

        [MethodImpl(AggressiveInlining)]
        public static Vector<float> Of(Vector<float> x, Vector<float> y) => x * y;
    }

    /// <summary>Integers are divided towards 0; an integer divided by 0 is 0.</summary>
    internal readonly struct Divide : IArithmetic
    {
        [MethodImpl(AggressiveInlining)]
        public static T Of<T>(T x, T y) where T : unmanaged, IBinaryNumber<T> =>
            typeof(T) == typeof(float) ? x / y
            : T.IsZero(y) ? T.Zero
            : typeof(T) == typeof(long) && y == T.AllBitsSet ? unchecked(T.Zero - x) // the least number by −1 would trap
            : x / y;

        [MethodImpl(AggressiveInlining)]
        public static Vector<float> Of(Vector<float> x, Vector<float> y) => x / y;
    }

    /// <summary>IEEE 754's minimum: NaN stays, −0 lies below 0.</summary>
    internal readonly struct Min : IArithmetic
    {
        [MethodImpl(AggressiveInlining)]
        public static T Of<T>(T x, T y) where T : unmanaged, IBinaryNumber<T> => T.Min(x, y);

        [MethodImpl(AggressiveInlining)]
        public static Vector<float> Of(Vector<float> x, Vector<float> y) => Vector.Min(x, y);
    }

    /// <summary>IEEE 754's maximum: NaN stays, −0 lies below 0.</summary>
    internal readonly struct Max : IArithmetic
    {
        [MethodImpl(AggressiveInlining)]
        public static T Of<T>(T x, T y) where T : unmanaged, IBinaryNumber<T> => T.Max(x, y);

        [MethodImpl(AggressiveInlining)]
        public static Vector<float> Of(Vector<float> x, Vector<float> y) => Vector.Max(x, y);
    }

    /// <summary>x where it is not negative, else x · slope.</summary>
    internal readonly struct Sloped : IArithmetic
    {
        [MethodImpl(AggressiveInlining)]
        public static T Of<T>(T x, T slope) where T : unmanaged, IBinaryNumber<T> => x < T.Zero ? unchecked(x * slope) : x;

        [MethodImpl(AggressiveInlining)]
        public static Vector<float> Of(Vector<float> x, Vector<float> slope) => Vector.ConditionalSelect(Vector.LessThan(x, Vector<float>.Zero), x * slope, x);
    }
}
