using System.Globalization;
using LanguageExt;
using Ptq.Errors;
using static LanguageExt.Prelude;

namespace Ptq.Quantization;

/// <summary>
/// The affine map between codes and real values: x = scale · (q − zero point) (Jacob et al., "Quantization and Training of
/// Neural Networks for Efficient Integer-Arithmetic-Only Inference", 2018, eq. 1).
/// </summary>
public sealed record AffineParams
{
    private AffineParams(double scale, int zeroPoint, Grid grid) => (Scale, ZeroPoint, Grid) = (scale, zeroPoint, grid);

    /// <summary>
    /// The real distance of neighbouring codes, positive. A float32 value in everything but the thesis's per-tensor
    /// parameters, which keep their double until a formula rounds it.
    /// </summary>
    public double Scale { get; }

    /// <summary>The code of the real 0; a code of the grid.</summary>
    public int ZeroPoint { get; }

    /// <summary>The codes there are.</summary>
    public Grid Grid { get; }

    /// <summary>Parameters from outside: the scale is rounded to float32 and must then be normal and positive, the zero point a code of the grid.</summary>
    public static Validation<Fault, AffineParams> Create(double scale, int zeroPoint, Grid grid) =>
        (NormalPositive(scale), CodeOf(grid, zeroPoint)).Apply((s, z) => new AffineParams(s, z, grid));

    /// <summary>Parameters made by a formula, their scale not rounded; a scale too small for float32 arithmetic is raised.</summary>
    internal static AffineParams Of(double scale, int zeroPoint, Grid grid) => new(Math.Max(scale, SmallestScale), grid.Clamp(zeroPoint), grid);

    /// <summary>The smallest normal float32: below it a quotient would lose bits.</summary>
    internal const double SmallestScale = 1.1754943508222875e-38;

    /// <summary>As <c>u8 scale 0.0078 zero 128</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Grid} scale {Scale} zero {ZeroPoint}");

    private static Validation<Fault, double> NormalPositive(double scale) => (double)(float)scale is >= SmallestScale and <= float.MaxValue and var rounded
        ? Success<Fault, double>(rounded)
        : Fail<Fault, double>(new("scale", scale.ToString(CultureInfo.InvariantCulture), "a positive normal float32"));

    private static Validation<Fault, int> CodeOf(Grid grid, int code) => code >= grid.Min && code <= grid.Max
        ? Success<Fault, int>(code)
        : Fail<Fault, int>(new("zero point", code.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"{grid.Min} to {grid.Max}")));
}
