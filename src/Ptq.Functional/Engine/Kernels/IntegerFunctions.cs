using System.Numerics;
using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>Functions of two integers; the remainder is that of floats too.</summary>
internal static class IntegerFunctions
{
    /// <summary>Of the dividend's sign (C's fmod); an integer's by 0 is 0.</summary>
    internal readonly struct Remainder : INumeric
    {
        [MethodImpl(AggressiveInlining)]
        public static T Of<T>(T x, T y) where T : unmanaged, IBinaryNumber<T> =>
            typeof(T) == typeof(float) ? x % y
            : T.IsZero(y) || typeof(T) == typeof(long) && y == T.AllBitsSet ? T.Zero // the least number by −1 would trap
            : x % y;
    }

    /// <summary>Of the divisor's sign (Python's %).</summary>
    internal readonly struct Modulo : INumeric
    {
        [MethodImpl(AggressiveInlining)]
        public static T Of<T>(T x, T y) where T : unmanaged, IBinaryNumber<T> =>
            Remainder.Of(x, y) is var rest && !T.IsZero(rest) && T.IsNegative(rest) != T.IsNegative(y) ? rest + y : rest;
    }

    internal readonly struct And : INumeric
    {
        [MethodImpl(AggressiveInlining)]
        public static T Of<T>(T x, T y) where T : unmanaged, IBinaryNumber<T> => x & y;
    }

    internal readonly struct Or : INumeric
    {
        [MethodImpl(AggressiveInlining)]
        public static T Of<T>(T x, T y) where T : unmanaged, IBinaryNumber<T> => x | y;
    }

    internal readonly struct Xor : INumeric
    {
        [MethodImpl(AggressiveInlining)]
        public static T Of<T>(T x, T y) where T : unmanaged, IBinaryNumber<T> => x ^ y;
    }

    /// <summary>Of unsigned numbers; all bits are gone after 64.</summary>
    internal readonly struct ShiftLeft : INumeric
    {
        [MethodImpl(AggressiveInlining)]
        public static T Of<T>(T x, T by) where T : unmanaged, IBinaryNumber<T> => ulong.CreateTruncating(by) is var bits && bits > 63 ? T.Zero : T.CreateTruncating(ulong.CreateTruncating(x) << (int)bits);
    }

    /// <summary>Of unsigned numbers; all bits are gone after 64.</summary>
    internal readonly struct ShiftRight : INumeric
    {
        [MethodImpl(AggressiveInlining)]
        public static T Of<T>(T x, T by) where T : unmanaged, IBinaryNumber<T> => ulong.CreateTruncating(by) is var bits && bits > 63 ? T.Zero : T.CreateTruncating(ulong.CreateTruncating(x) >> (int)bits);
    }

    /// <summary>x to the power of y, wrapped at 64 bits; for a negative y what is left of the fraction when it is cut off, and 0 of 0.</summary>
    internal readonly struct Power : IBinary<long, long>
    {
        public static long Of(long x, long y)
        {
            if (y < 0) return x switch { 1 => 1, -1 => (y & 1) == 0 ? 1 : -1, _ => 0 };
            var power = 1L;
            for (; y > 0; y >>= 1, x = unchecked(x * x))
                if ((y & 1) != 0) power = unchecked(power * x);
            return power;
        }
    }
}
