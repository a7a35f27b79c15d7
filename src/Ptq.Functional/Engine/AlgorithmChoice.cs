using System.Collections.Immutable;

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

    /// <summary>As a printed plan shows it.</summary>
    public override string ToString() => $"{Taken}" + string.Concat(Certificates.Select(c => $"; {c.Algorithm} {(c.Exact ? "exact" : "refused")}: {c.Reason}"));
}
