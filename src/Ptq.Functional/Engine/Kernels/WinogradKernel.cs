using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ptq.Engine.Kernels;

/// <summary>A tile of outputs: its first sum, and how many rows and columns of it the image has.</summary>
internal readonly record struct OutputTile(int Offset, int Rows, int Columns);

/// <summary>Bᵀ d B of some tiles of an image with channels last.</summary>
/// <param name="x">The padded image.</param>
/// <param name="corners">Where each tile's first input lies.</param>
/// <param name="row">From row to row in the image.</param>
/// <param name="channels">From column to column in the image.</param>
/// <param name="transformed">[place][tile][channel], written.</param>
/// <param name="place">From place to place.</param>
/// <param name="tile">From tile to tile.</param>
internal delegate void TransformInput(ReadOnlySpan<short> x, ReadOnlySpan<int> corners, int row, int channels, Span<short> transformed, int place, int tile);

/// <summary>start + Aᵀ p A of some tiles, scaled back to sums.</summary>
/// <param name="products">[place][tile][output].</param>
/// <param name="place">From place to place.</param>
/// <param name="starts">What the sum of every output begins with; as many outputs has a tile.</param>
/// <param name="tiles">Where the sums go.</param>
/// <param name="first">Which offset is the first sum here.</param>
/// <param name="row">From row to row in the sums.</param>
/// <param name="sums">[row][column][output], written.</param>
internal delegate void TransformOutput(ReadOnlySpan<int> products, int place, ReadOnlySpan<int> starts, ReadOnlySpan<OutputTile> tiles, int first, int row, Span<int> sums);

/// <summary>The transforms of an exact Winograd convolution on one kind of vector, neighbouring channels side by side: a path, as a value.</summary>
/// <param name="Width">The vectors they take.</param>
/// <param name="Words">How many outputs a vector has; of inputs it has twice as many, or one where that is one.</param>
/// <param name="IsSupported">Whether this machine can run them.</param>
/// <param name="Input">From inputs to factors.</param>
/// <param name="Output">From products to sums.</param>
internal sealed record WinogradKernel(VectorWidth Width, int Words, bool IsSupported, TransformInput Input, TransformOutput Output)
{
    /// <summary>Those of F(2×2, 3×3), narrowest first.</summary>
    public static ImmutableArray<WinogradKernel> Of2 { get; } = All<Winograd2>();

    /// <summary>Those of F(4×4, 3×3), narrowest first.</summary>
    public static ImmutableArray<WinogradKernel> Of4 { get; } = All<Winograd4>();

    /// <summary>The widest input transform for so many channels.</summary>
    public static TransformInput InputFor(ImmutableArray<WinogradKernel> kernels, int channels, VectorWidth widest) =>
        kernels.Last(k => k.IsSupported && k.Width <= widest && (k.Words == 1 || 2 * k.Words <= channels)).Input;

    /// <summary>The widest output transform for so many outputs.</summary>
    public static TransformOutput OutputFor(ImmutableArray<WinogradKernel> kernels, int outputs, VectorWidth widest) =>
        kernels.Last(k => k.IsSupported && k.Width <= widest && k.Words <= outputs).Output;

    private static ImmutableArray<WinogradKernel> All<TTile>() where TTile : struct, IWinograd =>
    [
        Of<TTile, Word<short>, Word<int>>(VectorWidth.Scalar),
        Of<TTile, Words128<short>, Words128<int>>(VectorWidth.Bits128),
        Of<TTile, Words256<short>, Words256<int>>(VectorWidth.Bits256),
        Of<TTile, Words512<short>, Words512<int>>(VectorWidth.Bits512),
    ];

    private static WinogradKernel Of<TTile, TInputs, TSums>(VectorWidth width) where TTile : struct, IWinograd where TInputs : struct, IWords<TInputs, short> where TSums : struct, IWords<TSums, int> =>
        new(width, TSums.Count, TInputs.IsSupported, Inputs<TTile, TInputs>, Outputs<TTile, TSums>);

    // Columns into a buffer on the stack, then rows out of it. The last vector overlaps the one before where channels are left.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Inputs<TTile, TWords>(ReadOnlySpan<short> x, ReadOnlySpan<int> corners, int row, int channels, Span<short> transformed, int place, int tile)
        where TTile : struct, IWinograd where TWords : struct, IWords<TWords, short>
    {
        var (side, words) = (TTile.Tile + 2, TWords.Count);
        if (channels < words || channels > tile || transformed.Length < (side * side - 1) * place + corners.Length * tile) throw new ArgumentException("The buffers do not fit together.");
        foreach (var corner in corners) _ = x.Slice(corner, (side - 1) * (row + channels) + channels);
        Span<short> columns = stackalloc short[side * side * words];
        ref var between = ref MemoryMarshal.GetReference(columns);
        for (var t = 0; t < corners.Length; t++)
            for (var c = 0; c < channels; c = c + words < channels ? Math.Min(c + words, channels - words) : channels)
            {
                ref var from = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), corners[t] + c);
                ref var to = ref Unsafe.Add(ref MemoryMarshal.GetReference(transformed), t * tile + c);
                for (var j = 0; j < side; j++) TTile.Input<TWords>(ref Unsafe.Add(ref from, j * channels), row, ref Unsafe.Add(ref between, j * words), side * words);
                for (var i = 0; i < side; i++) TTile.Input<TWords>(ref Unsafe.Add(ref between, i * side * words), words, ref Unsafe.Add(ref to, i * side * place), place);
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Outputs<TTile, TWords>(ReadOnlySpan<int> products, int place, ReadOnlySpan<int> starts, ReadOnlySpan<OutputTile> tiles, int first, int row, Span<int> sums)
        where TTile : struct, IWinograd where TWords : struct, IWords<TWords, int>
    {
        var (side, words, outputs) = (TTile.Tile + 2, TWords.Count, starts.Length);
        if (outputs < words || products.Length < (side * side - 1) * place + tiles.Length * outputs) throw new ArgumentException("The buffers do not fit together.");
        foreach (var tile in tiles) _ = sums.Slice(tile.Offset - first, (tile.Rows - 1) * row + tile.Columns * outputs);
        Span<int> columns = stackalloc int[side * TTile.Tile * words];
        ref var between = ref MemoryMarshal.GetReference(columns);
        for (var t = 0; t < tiles.Length; t++)
            for (var o = 0; o < outputs; o = o + words < outputs ? Math.Min(o + words, outputs - words) : outputs)
            {
                ref var from = ref Unsafe.Add(ref MemoryMarshal.GetReference(products), t * outputs + o);
                for (var j = 0; j < side; j++) TTile.Output<TWords>(ref Unsafe.Add(ref from, j * place), (nint)side * place, ref Unsafe.Add(ref between, j * words), side * words);
                var start = TWords.Load(ref Unsafe.Add(ref MemoryMarshal.GetReference(starts), o));
                ref var to = ref Unsafe.Add(ref MemoryMarshal.GetReference(sums), tiles[t].Offset - first + o);
                for (var i = 0; i < tiles[t].Rows; i++)
                    TTile.Sums(ref Unsafe.Add(ref between, i * side * words), TTile.Scale(i), start, ref Unsafe.Add(ref to, i * row), outputs, tiles[t].Columns);
            }
    }
}
