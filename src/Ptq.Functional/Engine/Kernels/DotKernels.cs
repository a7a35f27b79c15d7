using System.Collections.Immutable;
using System.Runtime.Intrinsics;

namespace Ptq.Engine.Kernels;

/// <summary>The kernels there are, narrowest first, and the choice among them.</summary>
internal static class DotKernels
{
    public static ImmutableArray<DotKernel<short, int>> Int16 { get; } =
    [
        DotKernel.Of<Int16Lanes.Scalar, short, int, int, int>(VectorWidth.Scalar),
        DotKernel.Of<Int16Lanes.Wide128, short, int, Vector128<short>, Vector128<int>>(VectorWidth.Bits128),
        DotKernel.WithCodes<Int16Lanes.Wide256, short, Vector256<short>, Vector256<int>, CodeFinish.Wide256>(VectorWidth.Bits256),
        DotKernel.WithCodes<Int16Lanes.Wide512, short, Vector512<short>, Vector512<int>, CodeFinish.Wide512>(VectorWidth.Bits512),
    ];

    /// <summary>Of bytes; the weights' are signed. The one that stands in for another lies before it.</summary>
    public static ImmutableArray<DotKernel<byte, int>> Int8 { get; } =
    [
        DotKernel.Of<Int8Lanes.Scalar, byte, int, int, int>(VectorWidth.Scalar),
        DotKernel.WithCodes<Int8Lanes.Emulated256, byte, Vector256<sbyte>, Vector256<int>, CodeFinish.Wide256>(VectorWidth.Bits256) with { Instruction = "AVX2 for VNNI" },
        DotKernel.WithCodes<Int8Lanes.Vnni256, byte, Vector256<sbyte>, Vector256<int>, CodeFinish.Wide256>(VectorWidth.Bits256) with { Instruction = "VNNI" },
    ];

    /// <summary>Whether there is an instruction for products of bytes; what stands in for it does not count.</summary>
    public static bool HasInt8(VectorWidth widest) => Int8[^1].IsSupported && Int8[^1].Width <= widest;

    public static ImmutableArray<DotKernel<float, float>> Single { get; } =
    [
        DotKernel.Of<FloatLanes.Scalar<float>, float, float, float, float>(VectorWidth.Scalar),
        DotKernel.Of<FloatLanes.Wide128<float>, float, float, Vector128<float>, Vector128<float>>(VectorWidth.Bits128),
        DotKernel.Of<FloatLanes.Wide256<float>, float, float, Vector256<float>, Vector256<float>>(VectorWidth.Bits256),
        DotKernel.Of<FloatLanes.Wide512<float>, float, float, Vector512<float>, Vector512<float>>(VectorWidth.Bits512),
    ];

    public static ImmutableArray<DotKernel<double, double>> Double { get; } =
    [
        DotKernel.Of<FloatLanes.Scalar<double>, double, double, double, double>(VectorWidth.Scalar),
        DotKernel.Of<FloatLanes.Wide128<double>, double, double, Vector128<double>, Vector128<double>>(VectorWidth.Bits128),
        DotKernel.Of<FloatLanes.Wide256<double>, double, double, Vector256<double>, Vector256<double>>(VectorWidth.Bits256),
        DotKernel.Of<FloatLanes.Wide512<double>, double, double, Vector512<double>, Vector512<double>>(VectorWidth.Bits512),
    ];

    /// <summary>Of the kernels that this machine runs and <paramref name="widest"/> allows: the fewest panels for so many outputs, then the fewest lanes, then the last.</summary>
    public static DotKernel<TIn, TOut> For<TIn, TOut>(ImmutableArray<DotKernel<TIn, TOut>> kernels, int outputs, VectorWidth widest) =>
        kernels.Reverse().Where(k => k.IsSupported && k.Width <= widest).MinBy(k => ((outputs + k.Lanes - 1) / k.Lanes, k.Lanes))!;
}
