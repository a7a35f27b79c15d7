using System.Collections.Immutable;
using Ptq.Engine.Kernels;

namespace Ptq.Engine;

/// <summary>The algorithm that a layer takes, and the proofs that it was chosen by.</summary>
/// <param name="Taken">Never Auto.</param>
/// <param name="Certificates">Of F(4×4, 3×3) and F(2×2, 3×3).</param>
internal readonly record struct AlgorithmChoice(ConvolutionAlgorithm Taken, ImmutableArray<WinogradCertificate> Certificates)
{
    /// <summary>The fastest way that is proved exact, or <paramref name="wanted"/> and its smaller tiles where that is given; direct where nothing is proved.</summary>
    public static AlgorithmChoice Of(QOp.Dot op, ReadOnlySpan<short> weight, VectorWidth widest, ConvolutionAlgorithm wanted)
    {
        var (low, high) = (op.InputParams.Grid.Min - op.InputParams.ZeroPoint, op.InputParams.Grid.Max - op.InputParams.ZeroPoint);
        ImmutableArray<WinogradCertificate> certificates = [WinogradCertificate.Of(4, op.Window, op.Weights.Shape, op.Groups, weight, low, high), WinogradCertificate.Of(2, op.Window, op.Weights.Shape, op.Groups, weight, low, high)];
        var (taken, least) = (ConvolutionAlgorithm.Direct, wanted == ConvolutionAlgorithm.Auto ? WinogradCost.Direct(op) : double.MaxValue);
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

/// <summary>What an image's sums cost, in products of the direct way. The transforms' share was measured with 256-bit vectors, from 16 to 128 channels.</summary>
internal static class WinogradCost
{
    private const double Input = 250, Output = 400; // a tile of 4×4 and channel

    public static double Direct(QOp.Dot op) => 9.0 * op.OutputShape.Count * op.Weights.Shape[1];

    public static double Of(int tile, QOp.Dot op)
    {
        var (matrices, c, o) = (new WinogradMatrices(tile), op.Weights.Shape[1], op.Weights.Shape[0]);
        var tiles = (double)((op.OutputShape[1] + tile - 1) / tile) * ((op.OutputShape[2] + tile - 1) / tile);
        var scale = matrices.Places / 36.0;
        return matrices.Places * Math.Ceiling(tiles / 6) * 6 * c * o + tiles * scale * (Input * c + Output * o);
    }
}
