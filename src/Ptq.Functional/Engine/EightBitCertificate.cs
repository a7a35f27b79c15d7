using System.Globalization;

namespace Ptq.Engine;

/// <summary>Whether a layer's sums may be made of bytes, and what that rests on.</summary>
/// <param name="Exact">Whether they are proved to be the same.</param>
/// <param name="Reason">Why, in words.</param>
internal readonly record struct EightBitCertificate(bool Exact, string Reason)
{
    /// <summary>The proof for a layer: inputs less the lowest code must be unsigned bytes, weights less their zero points signed ones; then four products together are at most 4·255·128, which no step wraps or saturates.</summary>
    /// <param name="op">The layer.</param>
    /// <param name="weight">The filters less their zero points.</param>
    public static EightBitCertificate Of(QOp.Dot op, ReadOnlySpan<short> weight)
    {
        var (least, most, span) = (0, 0, op.InputParams.Grid.Max - op.InputParams.Grid.Min);
        foreach (var w in weight) (least, most) = (Math.Min(least, (int)w), Math.Max(most, (int)w));
        return op.IsDepthwise ? new(false, "a filter a channel")
            : span > byte.MaxValue ? new(false, Told($"inputs take {span:n0} steps, more than a byte"))
            : least < sbyte.MinValue || most > sbyte.MaxValue ? new(false, Told($"weights of {least} to {most}, no signed byte"))
            : new(true, Told($"weights of {least} to {most}, a signed byte; fours ≤ {4 * span * Math.Max(-least, most):n0}"));
    }

    private static string Told(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
