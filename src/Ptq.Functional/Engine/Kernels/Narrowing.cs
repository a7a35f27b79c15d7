using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ptq.Engine.Kernels;

/// <summary>From reals to 16-bit integers.</summary>
internal static class Narrowing
{
    /// <summary>
    /// rne of sixteen reals, in order, within int16's ends. What INT32 does not hold, NaN among it, becomes the lowest one: the conversion (vcvtps2dq) rounds half to even and gives
    /// INT32's least number then, so a real must only be kept from being too large.
    /// <code>
    /// first  0 1 2 3 | 4 5 6 7      second  8 9 a b | c d e f
    /// packed 0 1 2 3 8 9 a b | 4 5 6 7 c d e f    (within halves), then the middle quarters change places
    /// </code>
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Rounded(Vector256<float> first, Vector256<float> second) =>
        Avx2.Permute4x64(Avx2.PackSignedSaturate(Avx.ConvertToVector256Int32(first), Avx.ConvertToVector256Int32(second)).AsInt64(), 0b11_01_10_00).AsInt16();

    /// <summary>The same of eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> Rounded(Vector256<float> reals)
    {
        var whole = Avx.ConvertToVector256Int32(reals);
        return Sse2.PackSignedSaturate(whole.GetLower(), whole.GetUpper());
    }
}
