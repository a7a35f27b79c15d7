using System.Collections.Immutable;
using System.Globalization;

namespace Ptq.Engine;

/// <summary>The algorithm that a layer takes, and the proofs that it was chosen by.</summary>
/// <param name="Taken">Never Auto.</param>
/// <param name="Certificates">Of F(4×4, 3×3) and F(2×2, 3×3).</param>
internal readonly record struct AlgorithmChoice(ConvolutionAlgorithm Taken, ImmutableArray<WinogradCertificate> Certificates)
{
    /// <summary>The fastest way that is proved exact, or <paramref name="wanted"/> and its smaller tiles where that is given; direct where nothing is proved.</summary>
    public static AlgorithmChoice Of(QOp.Dot op, ReadOnlySpan<short> weight, ConvolutionAlgorithm wanted)
    {
        var (low, high) = (op.InputParams.Grid.Min - op.InputParams.ZeroPoint, op.InputParams.Grid.Max - op.InputParams.ZeroPoint);
        ImmutableArray<WinogradCertificate> certificates = [WinogradCertificate.Of(4, op.Window, op.Weights.Shape, op.Groups, weight, low, high), WinogradCertificate.Of(2, op.Window, op.Weights.Shape, op.Groups, weight, low, high)];
        var (taken, least) = (ConvolutionAlgorithm.Direct, wanted == ConvolutionAlgorithm.Auto ? WinogradCost.Direct(op) / WinogradCost.Margin : double.MaxValue);
        foreach (var c in certificates)
        {
            if (!c.Exact || wanted == ConvolutionAlgorithm.Direct || wanted == ConvolutionAlgorithm.Winograd2 && c.Algorithm != wanted) continue;
            if (wanted != ConvolutionAlgorithm.Auto) return new(c.Algorithm, certificates);
            if (WinogradCost.Of(c.Algorithm == ConvolutionAlgorithm.Winograd2 ? 2 : 4, op) is var cost && cost < least) (taken, least) = (c.Algorithm, cost);
        }
        return new(taken, certificates);
    }

    /// <summary>As a plan names it behind the kernel; nothing where it is direct.</summary>
    public string Name => Taken is ConvolutionAlgorithm.Winograd2 or ConvolutionAlgorithm.Winograd4 ? $", Winograd {Of(Taken)}" : "";

    /// <summary>What the exactness of the sums rests on, and what was refused.</summary>
    /// <param name="pair">The largest sum of two products of the direct way.</param>
    public string Proof(int pair)
    {
        var (taken, refused) = (Taken, Certificates.Where(c => c.Bound >= c.Limit).Select(c => Told($"; {Of(c.Algorithm)} refused: sums up to {c.Bound:n0}, not below {c.Limit:n0}")));
        var proof = Certificates.Where(c => c.Algorithm == taken).Select(c => Told($"sums ≤ {c.Bound:n0} < {c.Limit:n0}"));
        return string.Concat(proof.DefaultIfEmpty(Told($"pairs ≤ {pair:n0}")).Concat(refused));
    }

    private static string Of(ConvolutionAlgorithm algorithm) => algorithm == ConvolutionAlgorithm.Winograd2 ? "F(2x2)" : "F(4x4)";

    private static string Told(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
