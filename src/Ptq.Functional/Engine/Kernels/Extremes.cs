using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>The ends of a tensor in one pass over it.</summary>
internal static class Extremes
{
    /// <summary>The smallest value and the largest; null where there is none, or one is NaN or an infinity. Of 0 and −0 either may stand for both.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static (float Minimum, float Maximum)? Of(ReadOnlySpan<float> values)
    {
        if (values.IsEmpty) return null;
        var (i, minimum, maximum, finite) = (0, values[0], values[0], true);
        if (Vector256.IsHardwareAccelerated && values.Length >= 2 * Vector256<float>.Count)
        {
            ref var from = ref MemoryMarshal.GetReference(values);
            var (lowA, highA, lowB, highB) = (Vector256.Create(minimum), Vector256.Create(minimum), Vector256.Create(minimum), Vector256.Create(minimum));
            var odd = Vector256<float>.Zero;
            for (; i <= values.Length - 2 * Vector256<float>.Count; i += 2 * Vector256<float>.Count)
            {
                var (a, b) = (Vector256.LoadUnsafe(ref from, (nuint)i), Vector256.LoadUnsafe(ref from, (nuint)(i + Vector256<float>.Count)));
                (lowA, highA) = (Vector256.ConditionalSelect(Vector256.LessThan(a, lowA), a, lowA), Vector256.ConditionalSelect(Vector256.GreaterThan(a, highA), a, highA));
                (lowB, highB) = (Vector256.ConditionalSelect(Vector256.LessThan(b, lowB), b, lowB), Vector256.ConditionalSelect(Vector256.GreaterThan(b, highB), b, highB));
                odd += (a - a) + (b - b); // 0, or NaN for good
            }
            finite = odd == Vector256<float>.Zero;
            for (var lane = 0; lane < Vector256<float>.Count; lane++)
                (minimum, maximum) = (MathF.Min(minimum, MathF.Min(lowA[lane], lowB[lane])), MathF.Max(maximum, MathF.Max(highA[lane], highB[lane])));
        }
        for (; i < values.Length; i++) (minimum, maximum, finite) = (MathF.Min(minimum, values[i]), MathF.Max(maximum, values[i]), finite && float.IsFinite(values[i]));
        return finite && float.IsFinite(minimum) ? (minimum, maximum) : null;
    }
}
