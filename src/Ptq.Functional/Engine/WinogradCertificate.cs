using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>Whether a layer's sums come out of F(m×m, 3×3) exactly, and what that rests on.</summary>
/// <param name="Algorithm">Which.</param>
/// <param name="Exact">Whether they are proved to.</param>
/// <param name="Bound">The largest magnitude that Σ (x − z_x)·(w − z_w) can have in any output channel; 0 where the layer is none of this kind.</param>
/// <param name="Limit">What it must stay below.</param>
/// <param name="Reason">Why, in words.</param>
internal readonly record struct WinogradCertificate(ConvolutionAlgorithm Algorithm, bool Exact, long Bound, long Limit, string Reason)
{
    /// <summary>
    /// The proof for a layer. A channel's sum lies between Σw⁺·low − Σw⁻·high and Σw⁺·high − Σw⁻·low (w⁺ and −w⁻ the positive and the negative weights), both bounds being reached, and
    /// padding is 0. The factors must fit INT16: then a product of a pair is exact modulo 2³², and so is all that follows.
    /// </summary>
    /// <param name="tile">m: 2 or 4.</param>
    /// <param name="window">The window.</param>
    /// <param name="filters">[O, C / groups, KH, KW].</param>
    /// <param name="groups">How many groups.</param>
    /// <param name="weight">The filters less their zero points.</param>
    /// <param name="low">The lowest input less its zero point.</param>
    /// <param name="high">The highest.</param>
    public static WinogradCertificate Of(int tile, Window window, Shape filters, int groups, ReadOnlySpan<short> weight, int low, int high)
    {
        var (algorithm, matrices) = (tile == 2 ? ConvolutionAlgorithm.Winograd2 : ConvolutionAlgorithm.Winograd4, new WinogradMatrices(tile));
        WinogradCertificate Not(string reason, long bound = 0) => new(algorithm, false, bound, matrices.Limit, reason);
        foreach (var axis in new[] { window.Rows, window.Columns })
            if (axis is not { Kernel: 3, Stride: 1, Dilation: 1 }) return Not("not 3×3 with stride and dilation 1");
        if (groups != 1 || filters.Rank != 4) return Not("has groups");
        (low, high) = (Math.Min(low, 0), Math.Max(high, 0));
        var largest = 0;
        foreach (var w in weight) largest = Math.Max(largest, Math.Abs((int)w));
        if (matrices.LargestInput(low, high) > short.MaxValue) return Not($"inputs of {low} to {high} do not fit INT16 when transformed");
        if (matrices.LargestFilter(largest) > short.MaxValue) return Not($"weights of ±{largest} do not fit INT16 when transformed");

        var (bound, filter) = (0L, filters.Stride(0));
        for (var o = 0; o < filters[0]; o++)
        {
            var (positive, negative) = (0L, 0L);
            foreach (var w in weight.Slice(o * filter, filter))
                if (w > 0) positive += w; else negative -= w;
            bound = Math.Max(bound, Math.Max(positive * high - negative * low, negative * high - positive * low));
        }
        return bound < matrices.Limit ? new(algorithm, true, bound, matrices.Limit, $"sums within {bound}, below {matrices.Limit}") : Not($"sums up to {bound}, not below {matrices.Limit}", bound);
    }
}
