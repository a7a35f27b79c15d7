using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>Some integers side by side, with the arithmetic modulo 2ⁿ that every processor gives alike: a formula written once for all widths.</summary>
internal interface IWords<TSelf, T> where TSelf : struct, IWords<TSelf, T>
{
    /// <summary>How many.</summary>
    static abstract int Count { get; }

    /// <summary>Whether this machine, as configured, has such a vector.</summary>
    static abstract bool IsSupported { get; }

    static abstract TSelf Load(ref T from);

    static abstract void Store(TSelf words, ref T to);

    /// <summary>The same integer everywhere.</summary>
    static abstract TSelf Of(T each);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator <<(TSelf a, int bits);

    /// <summary>Arithmetic.</summary>
    static abstract TSelf operator >>(TSelf a, int bits);
}

/// <summary>One integer.</summary>
internal readonly struct Word<T>(T value) : IWords<Word<T>, T> where T : unmanaged, IBinaryInteger<T>
{
    private readonly T value = value;

    public static int Count => 1;
    public static bool IsSupported => true;

    [MethodImpl(AggressiveInlining)]
    public static Word<T> Load(ref T from) => new(from);

    [MethodImpl(AggressiveInlining)]
    public static void Store(Word<T> words, ref T to) => to = words.value;

    [MethodImpl(AggressiveInlining)]
    public static Word<T> Of(T each) => new(each);

    [MethodImpl(AggressiveInlining)]
    public static Word<T> operator +(Word<T> a, Word<T> b) => new(a.value + b.value);

    [MethodImpl(AggressiveInlining)]
    public static Word<T> operator -(Word<T> a, Word<T> b) => new(a.value - b.value);

    [MethodImpl(AggressiveInlining)]
    public static Word<T> operator *(Word<T> a, Word<T> b) => new(a.value * b.value);

    [MethodImpl(AggressiveInlining)]
    public static Word<T> operator <<(Word<T> a, int bits) => new(a.value << bits);

    [MethodImpl(AggressiveInlining)]
    public static Word<T> operator >>(Word<T> a, int bits) => new(a.value >> bits);
}

/// <summary>128 bits of them.</summary>
internal readonly struct Words128<T>(Vector128<T> value) : IWords<Words128<T>, T> where T : unmanaged
{
    private readonly Vector128<T> value = value;

    public static int Count => Vector128<T>.Count;
    public static bool IsSupported => Vector128.IsHardwareAccelerated;

    [MethodImpl(AggressiveInlining)]
    public static Words128<T> Load(ref T from) => new(Vector128.LoadUnsafe(ref from));

    [MethodImpl(AggressiveInlining)]
    public static void Store(Words128<T> words, ref T to) => words.value.StoreUnsafe(ref to);

    [MethodImpl(AggressiveInlining)]
    public static Words128<T> Of(T each) => new(Vector128.Create(each));

    [MethodImpl(AggressiveInlining)]
    public static Words128<T> operator +(Words128<T> a, Words128<T> b) => new(a.value + b.value);

    [MethodImpl(AggressiveInlining)]
    public static Words128<T> operator -(Words128<T> a, Words128<T> b) => new(a.value - b.value);

    [MethodImpl(AggressiveInlining)]
    public static Words128<T> operator *(Words128<T> a, Words128<T> b) => new(a.value * b.value);

    [MethodImpl(AggressiveInlining)]
    public static Words128<T> operator <<(Words128<T> a, int bits) => new(a.value << bits);

    [MethodImpl(AggressiveInlining)]
    public static Words128<T> operator >>(Words128<T> a, int bits) => new(a.value >> bits);
}

/// <summary>256 bits of them.</summary>
internal readonly struct Words256<T>(Vector256<T> value) : IWords<Words256<T>, T> where T : unmanaged
{
    private readonly Vector256<T> value = value;

    public static int Count => Vector256<T>.Count;
    public static bool IsSupported => Vector256.IsHardwareAccelerated;

    [MethodImpl(AggressiveInlining)]
    public static Words256<T> Load(ref T from) => new(Vector256.LoadUnsafe(ref from));

    [MethodImpl(AggressiveInlining)]
    public static void Store(Words256<T> words, ref T to) => words.value.StoreUnsafe(ref to);

    [MethodImpl(AggressiveInlining)]
    public static Words256<T> Of(T each) => new(Vector256.Create(each));

    [MethodImpl(AggressiveInlining)]
    public static Words256<T> operator +(Words256<T> a, Words256<T> b) => new(a.value + b.value);

    [MethodImpl(AggressiveInlining)]
    public static Words256<T> operator -(Words256<T> a, Words256<T> b) => new(a.value - b.value);

    [MethodImpl(AggressiveInlining)]
    public static Words256<T> operator *(Words256<T> a, Words256<T> b) => new(a.value * b.value);

    [MethodImpl(AggressiveInlining)]
    public static Words256<T> operator <<(Words256<T> a, int bits) => new(a.value << bits);

    [MethodImpl(AggressiveInlining)]
    public static Words256<T> operator >>(Words256<T> a, int bits) => new(a.value >> bits);
}

/// <summary>512 bits of them.</summary>
internal readonly struct Words512<T>(Vector512<T> value) : IWords<Words512<T>, T> where T : unmanaged
{
    private readonly Vector512<T> value = value;

    public static int Count => Vector512<T>.Count;
    public static bool IsSupported => Vector512.IsHardwareAccelerated;

    [MethodImpl(AggressiveInlining)]
    public static Words512<T> Load(ref T from) => new(Vector512.LoadUnsafe(ref from));

    [MethodImpl(AggressiveInlining)]
    public static void Store(Words512<T> words, ref T to) => words.value.StoreUnsafe(ref to);

    [MethodImpl(AggressiveInlining)]
    public static Words512<T> Of(T each) => new(Vector512.Create(each));

    [MethodImpl(AggressiveInlining)]
    public static Words512<T> operator +(Words512<T> a, Words512<T> b) => new(a.value + b.value);

    [MethodImpl(AggressiveInlining)]
    public static Words512<T> operator -(Words512<T> a, Words512<T> b) => new(a.value - b.value);

    [MethodImpl(AggressiveInlining)]
    public static Words512<T> operator *(Words512<T> a, Words512<T> b) => new(a.value * b.value);

    [MethodImpl(AggressiveInlining)]
    public static Words512<T> operator <<(Words512<T> a, int bits) => new(a.value << bits);

    [MethodImpl(AggressiveInlining)]
    public static Words512<T> operator >>(Words512<T> a, int bits) => new(a.value >> bits);
}
