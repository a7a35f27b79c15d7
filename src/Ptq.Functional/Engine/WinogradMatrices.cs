namespace Ptq.Engine;

/// <summary>The matrices of F(m×m, 3×3) as the kernels (<see cref="Kernels.IWinograd"/>) have them: what packing and proofs need.</summary>
/// <param name="Tile">m: 2 or 4.</param>
internal readonly record struct WinogradMatrices(int Tile)
{
    /// <summary>Inputs of a tile along an axis.</summary>
    public int Side => Tile + 2;

    /// <summary>Products a tile and channel.</summary>
    public int Places => Side * Side;

    /// <summary>G, scaled by rows until it is whole.</summary>
    private ReadOnlySpan<sbyte> G => Tile == 2 ? [2, 0, 0, 1, 1, 1, 1, -1, 1, 0, 0, 2] : [1, 0, 0, -1, -1, -1, -1, 1, -1, 1, 2, 4, 1, -2, 4, 0, 0, 1];

    private ReadOnlySpan<sbyte> B => Tile == 2
        ? [1, 0, -1, 0, 0, 1, 1, 0, 0, -1, 1, 0, 0, 1, 0, -1]
        : [4, 0, -5, 0, 1, 0, 0, -4, -4, 1, 1, 0, 0, 4, -4, -1, 1, 0, 0, -2, -1, 2, 1, 0, 0, 2, -1, -2, 1, 0, 0, 4, 0, -5, 0, 1];

    /// <summary>What a sum must stay below in magnitude: the scale of both axes is at most 2² or 9 · 2⁶, and the odd part is divided out modulo 2³².</summary>
    public long Limit => Tile == 2 ? 1L << 29 : 1L << 25;

    /// <summary>G g Gᵀ of a filter.</summary>
    /// <param name="filter">Nine weights.</param>
    /// <param name="transformed">Written, <paramref name="apart"/> places apart.</param>
    /// <param name="apart">From place to place.</param>
    public void Transform(ReadOnlySpan<short> filter, Span<short> transformed, int apart)
    {
        Span<int> rows = stackalloc int[18];
        var g = G;
        var side = Side;
        for (var i = 0; i < side; i++)
        {
            int a = g[i * 3], b = g[i * 3 + 1], c = g[i * 3 + 2];
            for (var k = 0; k < 3; k++) rows[i * 3 + k] = a * filter[k] + b * filter[3 + k] + c * filter[6 + k];
        }
        for (var j = 0; j < side; j++)
        {
            int a = g[j * 3], b = g[j * 3 + 1], c = g[j * 3 + 2];
            for (var i = 0; i < side; i++) transformed[(i * side + j) * apart] = (short)(a * rows[i * 3] + b * rows[i * 3 + 1] + c * rows[i * 3 + 2]);
        }
    }

    /// <summary>The largest magnitude of G g Gᵀ where no weight is larger than <paramref name="weight"/>.</summary>
    public long LargestFilter(long weight)
    {
        var largest = 0L;
        for (var i = 0; i < Side; i++) largest = Math.Max(largest, Math.Abs(G[i * 3]) + Math.Abs(G[i * 3 + 1]) + Math.Abs(G[i * 3 + 2]));
        return largest * largest * weight;
    }

    /// <summary>The largest magnitude of Bᵀ d B where every input lies from <paramref name="low"/> to <paramref name="high"/>, which have 0 between them.</summary>
    public long LargestInput(long low, long high)
    {
        var largest = 0L;
        for (var i = 0; i < Side; i++)
            for (var j = 0; j < Side; j++)
            {
                var (positive, negative) = (0L, 0L); // what the coefficients of either sign add up to
                for (var a = 0; a < Places; a++)
                {
                    var coefficient = B[i * Side + a / Side] * B[j * Side + a % Side];
                    if (coefficient > 0) positive += coefficient; else negative -= coefficient;
                }
                largest = Math.Max(largest, Math.Max(positive * high - negative * low, negative * high - positive * low));
            }
        return largest;
    }
}
