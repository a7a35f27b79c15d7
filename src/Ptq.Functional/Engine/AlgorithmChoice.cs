using System.Collections.Immutable;
using System.Globalization;

namespace Ptq.Engine;

/// <summary>The algorithm that a layer takes, and the proofs that it was chosen by.</summary>
/// <param name="Taken">Never Auto.</param>
/// <param name="Certificates">Of F(4×4, 3×3) and F(2×2, 3×3).</param>
/// <param name="Bytes">Of products of bytes; null where they were no choice.</param>
internal readonly record struct AlgorithmChoice(ConvolutionAlgorithm Taken, ImmutableArray<WinogradCertificate> Certificates, EightBitCertificate? Bytes)
{
    /// <summary>The fastest way that is proved exact, or <paramref name="wanted"/> and its smaller tiles where that is given; direct where nothing is proved.</summary>
    /// <param name="op">The layer.</param>
    /// <param name="weight">The filters less their zero points.</param>
    /// <param name="wanted">A way, or Auto.</param>
    /// <param name="bytes">How many products of bytes there are in the time of one of 16-bit integers; 0 where no instruction gives them.</param>
    public static AlgorithmChoice Of(QOp.Dot op, ReadOnlySpan<short> weight, ConvolutionAlgorithm wanted, double bytes)
    {
        var (low, high) = (op.InputParams.Grid.Min - op.InputParams.ZeroPoint, op.InputParams.Grid.Max - op.InputParams.ZeroPoint);
        ImmutableArray<WinogradCertificate> certificates = [WinogradCertificate.Of(4, op.Window, op.Weights.Shape, op.Groups, weight, low, high), WinogradCertificate.Of(2, op.Window, op.Weights.Shape, op.Groups, weight, low, high)];
        EightBitCertificate? eight = !op.IsDepthwise && (wanted == ConvolutionAlgorithm.Direct8 || wanted == ConvolutionAlgorithm.Auto && bytes > 0) ? EightBitCertificate.Of(op, weight) : null;
        var direct = eight is { Exact: true } ? ConvolutionAlgorithm.Direct8 : ConvolutionAlgorithm.Direct;
        var (taken, least) = (direct, wanted == ConvolutionAlgorithm.Auto ? WinogradCost.Direct(op) / (direct == ConvolutionAlgorithm.Direct8 ? bytes : 1) / WinogradCost.Margin : double.MaxValue);
        foreach (var c in certificates)
        {
            if (!c.Exact || wanted is ConvolutionAlgorithm.Direct or ConvolutionAlgorithm.Direct8 || wanted == ConvolutionAlgorithm.Winograd2 && c.Algorithm != wanted) continue;
            if (wanted != ConvolutionAlgorithm.Auto) return new(c.Algorithm, certificates, eight);
            if (WinogradCost.Of(c.Algorithm == ConvolutionAlgorithm.Winograd2 ? 2 : 4, op) is var cost && cost < least) (taken, least) = (c.Algorithm, cost);
        }
        return new(taken, certificates, eight);
    }

    /// <summary>As a plan names it behind the kernel; nothing where it is direct.</summary>
    public string Name => Taken is ConvolutionAlgorithm.Winograd2 or ConvolutionAlgorithm.Winograd4 ? $", Winograd {Of(Taken)}" : "";

    /// <summary>What the exactness of the sums rests on, and what was refused.</summary>
    /// <param name="pair">The largest sum of two products of the direct way.</param>
    public string Proof(int pair)
    {
        var (taken, refused) = (Taken, Certificates.Where(c => c.Bound >= c.Limit).Select(c => Told($"; {Of(c.Algorithm)} refused: sums up to {c.Bound:n0}, not below {c.Limit:n0}")));
        if (taken == ConvolutionAlgorithm.Direct8) return string.Concat(refused.Prepend(Bytes!.Value.Reason));
        if (Bytes is { Exact: false } unfit) refused = refused.Append($"; bytes refused: {unfit.Reason}");
        var proof = Certificates.Where(c => c.Algorithm == taken).Select(c => Told($"sums ≤ {c.Bound:n0} < {c.Limit:n0}"));
        return string.Concat(proof.DefaultIfEmpty(Told($"pairs ≤ {pair:n0}")).Concat(refused));
    }

    private static string Of(ConvolutionAlgorithm algorithm) => algorithm == ConvolutionAlgorithm.Winograd2 ? "F(2x2)" : "F(4x4)";

    private static string Told(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
