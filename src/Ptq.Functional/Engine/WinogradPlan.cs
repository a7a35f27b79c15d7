using Ptq.Engine.Kernels;
using Ptq.Model;
using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>
/// A 3×3 convolution by F(m×m, 3×3): tiles of inputs are transformed, multiplied place by place with the transformed filters by a <see cref="DotKernel"/>, and transformed back.
/// A run is some rows of tiles; what is between the transforms is a block of tiles that stays in the cache.
/// </summary>
internal sealed class WinogradPlan : ISumPlan
{
    private const int Cached = 3 << 16; // bytes of factors and products of a block
    private const int SumsPerRun = 1 << 15;
    private const int Tiles = 6; // whole tiles of the kernel, two panels at a time

    private readonly DotKernel<short, int> kernel;
    private readonly WinogradMatrices matrices;
    private readonly TransformInput into;
    private readonly TransformOutput back;
    private readonly short[][] weights; // of every place
    private readonly int[] starts, none, steps, corners, positions;
    private readonly OutputTile[] tiles;
    private readonly int width, across, block, pairs; // pairs: channels filled up to whole steps

    /// <summary>Transforms and packs the weights.</summary>
    /// <param name="tile">m: 2 or 4.</param>
    /// <param name="image">[C, H, W].</param>
    /// <param name="window">3×3 with stride and dilation 1.</param>
    /// <param name="filters">[O, C, 3, 3].</param>
    /// <param name="weight">The filters, centred; proved exact.</param>
    /// <param name="start">What the sum of every output channel begins with.</param>
    /// <param name="widest">The widest vectors to use.</param>
    public WinogradPlan(int tile, Shape image, Window window, Shape filters, ReadOnlySpan<short> weight, ReadOnlySpan<int> start, VectorWidth widest)
    {
        matrices = new(tile);
        (Outputs, width) = (filters[0], window.Columns.Outputs(image[2]));
        var (channels, height) = (filters[1], window.Rows.Outputs(image[1]));
        (across, var down) = ((width + tile - 1) / tile, (height + tile - 1) / tile);
        Input = new(image, [window.Rows with { After = window.Rows.After + down * tile - height }, window.Columns with { After = window.Columns.After + across * tile - width }], channelsLast: true);
        Positions = width * height;

        kernel = DotKernels.For(DotKernels.Int16, Outputs, widest);
        starts = Packing.Lanes(start, kernel.Lanes);
        none = new int[starts.Length];
        var kernels = tile == 2 ? WinogradKernel.Of2 : WinogradKernel.Of4;
        (into, back) = (WinogradKernel.InputFor(kernels, channels, widest), WinogradKernel.OutputFor(kernels, Stride, widest));
        pairs = (channels + kernel.Depth - 1) / kernel.Depth * kernel.Depth;
        steps = [.. Enumerable.Range(0, pairs / kernel.Depth).Select(step => step * kernel.Depth)];
        weights = Packed(weight, channels);

        block = Math.Max(Tiles, Cached / (matrices.Places * (2 * pairs + 4 * Stride)) / Tiles * Tiles);
        var rows = Rows(down);
        PositionsPerRun = Math.Min(rows * tile * width, Positions);
        block = Math.Min(block, rows * across);
        positions = [.. Enumerable.Range(0, Math.Max(block, Tiles)).Select(t => t * pairs)];
        corners = Lattice.Of([down, across], [tile * Input.Strides[0], tile * channels]);
        tiles = [.. Enumerable.Range(0, corners.Length).Select(t => (Y: t / across * tile, X: t % across * tile)).Select(at => new OutputTile((at.Y * width + at.X) * Stride, Math.Min(tile, height - at.Y), Math.Min(tile, width - at.X)))];
    }

    public PaddedImage Input { get; }
    public int ImagesPerCall => 1;
    public int Positions { get; }
    public int PositionsPerRun { get; }
    public int Groups => 1;
    public int Outputs { get; }
    public int Stride => starts.Length;
    public int BufferLength => Input.Length;
    public (int Inputs, int Sums) Scratch => (matrices.Places * InputPlace, matrices.Places * SumPlace);

    public VectorWidth Width => kernel.Width;
    public (int Positions, int Outputs) TileSize => kernel.Tile(block, Stride / kernel.Lanes);
    public long PackedBytes => weights.Sum(place => (long)Buffer.ByteLength(place)) + Buffer.ByteLength(starts);

    // From place to place, a line of the cache more than a block: a power of two would send every place to the same lines.
    private int InputPlace => positions.Length * pairs + 32;

    private int SumPlace => positions.Length * Stride + 16;

    public void Run(ReadOnlySpan<short> padded, int group, int first, int count, Span<int> sums, Span<short> inputs, Span<int> products)
    {
        var (from, to, step) = (first / width / matrices.Tile * across, ((first + count) / width + matrices.Tile - 1) / matrices.Tile * across, InputPlace);
        for (; from < to; from += block)
        {
            var some = Math.Min(block, to - from);
            var whole = positions.AsSpan(0, Math.Max(some, Tiles)); // products of what was there before are nobody's
            into(padded, corners.AsSpan(from, some), Input.Strides[0], Input.ColumnStride, inputs, step, pairs);
            for (var place = 0; place < weights.Length; place++)
                kernel.Run(inputs.Slice(place * step, step), whole, steps, weights[place], none, products.Slice(place * SumPlace, SumPlace));
            back(products, SumPlace, starts, tiles.AsSpan(from, some), first * Stride, width * Stride, sums);
        }
    }

    public bool Requantizes(Requantizer requantizer) => false;

    public ReadOnlySpan<int> Places => [];

    public void Run(ReadOnlySpan<short> padded, int group, ReadOnlySpan<int> at, Requantizer.Float32 requantizer, Span<short> codes, int stride, bool pooled) => throw new System.Diagnostics.UnreachableException();

    /// <summary>The fewest rows of tiles a run, of as few as hold a block and not too many sums, that leave the kernel's tiles full.</summary>
    private int Rows(int down)
    {
        var (best, least) = (1, long.MaxValue);
        for (var rows = 1; rows <= down && (rows == 1 || rows * matrices.Tile * width * Stride <= SumsPerRun); rows++)
        {
            var cost = (long)(down / rows) * Whole(rows * across) + Whole(down % rows * across);
            if (cost < least) (best, least) = (rows, cost);
        }
        return best;
    }

    private int Whole(int count) => count / block * block + (count % block + Tiles - 1) / Tiles * Tiles;

    private short[][] Packed(ReadOnlySpan<short> weight, int channels)
    {
        var size = Outputs * channels;
        var transformed = new short[matrices.Places * size];
        for (var i = 0; i < size; i++) matrices.Transform(weight.Slice(i * 9, 9), transformed.AsSpan(i), size);
        int[] places = [.. Enumerable.Range(0, pairs).Select(c => c < channels ? c : -1)];
        var packed = new short[matrices.Places][];
        for (var place = 0; place < packed.Length; place++) packed[place] = Packing.Panels<short>(transformed.AsSpan(place * size, size), places, channels, Outputs, kernel.Lanes, kernel.Depth);
        return packed;
    }
}
