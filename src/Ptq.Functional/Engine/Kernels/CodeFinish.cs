using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Ptq.Quantization;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>Sums that become codes: <see cref="Requantizer.Apply"/> of a <see cref="Requantizer.Float32"/>.</summary>
internal interface ICodeFinish<TSelf, TSums> : IFinish<TSelf, TSums, short>
{
    /// <summary>For a requantizer that <see cref="CodeFinish.Takes"/>.</summary>
    /// <param name="requantizer">The arithmetic.</param>
    /// <param name="channel">The channel of the first output.</param>
    static abstract TSelf Of(Requantizer.Float32 requantizer, int channel);

    /// <summary>The larger sum, output by output.</summary>
    static abstract TSums Larger(TSums a, TSums b);
}

/// <summary>
/// rne(f32(sum) · M) + z, raised to the lowest code and cut at the highest.
/// <code>
/// sums   0 .. 7 | 8 .. f   convert, · M, min(high − z), convert, pack (int16 saturates), + z (int16 saturates), max(low)   codes 0 .. f
/// </code>
/// A code is at most High because the product is; it is at least Low because a code below it is raised, whether or not it fitted INT32. No product is NaN.
/// </summary>
internal static class CodeFinish
{
    /// <summary>Whether vectors can follow its arithmetic.</summary>
    public static bool Takes(Requantizer requantizer) => requantizer is Requantizer.Float32 r && r.High - r.ZeroPoint <= short.MaxValue;

    internal readonly struct Wide256 : ICodeFinish<Wide256, Vector256<int>>
    {
        private readonly Requantizer.Float32 requantizer;
        private readonly int channel;
        private readonly Vector256<float> first, second, high;
        private readonly Vector256<short> zero, low;

        private Wide256(Requantizer.Float32 requantizer, int channel)
        {
            (this.requantizer, this.channel) = (requantizer, channel);
            var multipliers = requantizer.Multipliers.Span[channel..];
            first = multipliers.Length >= 8 ? Vector256.Create(multipliers) : default;
            second = multipliers.Length >= 16 ? Vector256.Create(multipliers[8..]) : default;
            (high, zero, low) = (Vector256.Create((float)(requantizer.High - requantizer.ZeroPoint)), Vector256.Create((short)requantizer.ZeroPoint), Vector256.Create((short)requantizer.Low));
        }

        public static Wide256 Of(Requantizer.Float32 requantizer, int channel) => new(requantizer, channel);

        public Wide256 For(int output) => new(requantizer, channel + output);

        [MethodImpl(AggressiveInlining)]
        public static Vector256<int> Larger(Vector256<int> a, Vector256<int> b) => Avx2.Max(a, b);

        [MethodImpl(AggressiveInlining)]
        public void Store(Vector256<int> a, Vector256<int> b, ref short to) =>
            Avx2.Max(Avx2.AddSaturate(Narrowing.Rounded(Avx.Min(Avx.ConvertToVector256Single(a) * first, high), Avx.Min(Avx.ConvertToVector256Single(b) * second, high)), zero), low).StoreUnsafe(ref to);

        [MethodImpl(AggressiveInlining)]
        public void Store(Vector256<int> sums, ref short to) =>
            Sse2.Max(Sse2.AddSaturate(Narrowing.Rounded(Avx.Min(Avx.ConvertToVector256Single(sums) * first, high)), zero.GetLower()), low.GetLower()).StoreUnsafe(ref to);
    }

    /// <summary>As two of 256 bits.</summary>
    internal readonly struct Wide512 : ICodeFinish<Wide512, Vector512<int>>
    {
        private readonly Wide256 first, second;

        private Wide512(Wide256 first, Wide256 second) => (this.first, this.second) = (first, second);

        public static Wide512 Of(Requantizer.Float32 requantizer, int channel) => new(Wide256.Of(requantizer, channel), Wide256.Of(requantizer, Math.Min(channel + 16, requantizer.Multipliers.Length)));

        public Wide512 For(int output) => new(first.For(output), second.For(output)); 

        [MethodImpl(AggressiveInlining)]
        public static Vector512<int> Larger(Vector512<int> a, Vector512<int> b) => Vector512.Max(a, b);

        [MethodImpl(AggressiveInlining)]
        public void Store(Vector512<int> a, Vector512<int> b, ref short to)
        {
            first.Store(a.GetLower(), a.GetUpper(), ref to);
            second.Store(b.GetLower(), b.GetUpper(), ref Unsafe.Add(ref to, 16));
        }

        [MethodImpl(AggressiveInlining)]
        public void Store(Vector512<int> sums, ref short to) => first.Store(sums.GetLower(), sums.GetUpper(), ref to);
    }
}
