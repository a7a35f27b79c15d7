using Ptq.Numerics;

namespace Ptq.Quantization;

/// <summary>
/// The affine parameters of the thesis (experiments/Thesis/PROTOCOL.md). Two of its choices are defects that
/// its published tables contain: a signed asymmetric tensor keeps zero point 0, so that one side saturates, and a
/// symmetric range [−m, m] is spread over all 2^bits codes (scale 2m/255), so that +m has no code of its own.
/// </summary>
internal static class ThesisAffine
{
    /// <summary>scale (b − a) / (max − min) in double; zero point 0 where signed, else rne(min − a/scale).</summary>
    public static AffineParams Covering(Interval range, bool symmetric, Grid grid)
    {
        var r = range.WithZero;
        var (low, high) = symmetric ? (-r.Magnitude, r.Magnitude) : (r.Low, r.High);
        var scale = low == high ? 1 : (high - low) / (grid.Max - grid.Min);
        return AffineParams.Of(scale, grid.Signed ? 0 : (int)Math.Clamp(Rounding.HalfToEven(grid.Min - low / scale), grid.Min, grid.Max), grid);
    }

    /// <summary>Per-channel scales are float32, per-tensor ones stay double.</summary>
    public static AffineParams Channel(AffineRule rule, AffineParams p) => rule == AffineRule.Thesis ? AffineParams.Of((float)p.Scale, p.ZeroPoint, p.Grid) : p;

    /// <summary>rne(x/scale + zero point): the sum is rounded, not the quotient, which differs on ties with an odd zero point.</summary>
    public static float Round(float quotient, int zeroPoint) => Rounding.HalfToEven(quotient + zeroPoint);
}
