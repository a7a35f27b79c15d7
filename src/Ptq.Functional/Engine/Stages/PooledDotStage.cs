using Ptq.Engine.Kernels;

namespace Ptq.Engine.Stages;

/// <summary>
/// A convolution and the max pool behind it: a requantizer never falls where its sum grows, so the largest code under a window is the code of the largest sum. A fraction of
/// the sums is requantized, and kept.
/// </summary>
internal sealed class PooledDotStage(DotStage dot, QOp.Dot op, QOp.MaxPool pool, Slot output, VectorWidth widest) : Stage, ISummingStage
{
    private readonly (int Output, int Input)[] pairs = PoolWalk.Of(pool.Window, pool.InputShape, pool.OutputShape);

    /// <inheritdoc/>
    public int SumsPerImage => dot.Groups * Positions * dot.Stride;

    public override (int Padded, int Sums) Scratch => (dot.Scratch.Padded, dot.SumsPerImage + SumsPerImage + dot.Between);

    private int Positions => output.Size / output.Channels;

    public override void Run(Workspace workspace, int images) => Run(workspace, images, [], SumWork.All);

    /// <inheritdoc/>
    public void Run(Workspace workspace, int images, Span<int> kept, SumWork work)
    {
        var all = workspace.Sums.AsSpan(0, dot.SumsPerImage);
        var scratch = workspace.Sums.AsSpan(dot.SumsPerImage);
        for (var image = 0; image < images; image++)
        {
            var largest = kept.IsEmpty ? scratch[..SumsPerImage] : kept.Slice(image * SumsPerImage, SumsPerImage);
            if (work is not SumWork.Requantize)
            {
                dot.Sum(workspace, image, all);
                Pool(all, largest);
            }
            if (work is not SumWork.Sum) Requantize(largest, workspace.Image(output, image));
        }
    }

    private void Pool(ReadOnlySpan<int> all, Span<int> largest)
    {
        largest.Fill(int.MinValue); // every window sees a sum
        var (from, to) = (all.Length / dot.Groups, largest.Length / dot.Groups);
        for (var group = 0; group < dot.Groups; group++)
            Elementwise.MaxPool(pairs, dot.Stride, all.Slice(group * from, from), largest.Slice(group * to, to));
    }

    private void Requantize(ReadOnlySpan<int> largest, Span<short> codes)
    {
        var (channels, size) = (output.Channels / dot.Groups, largest.Length / dot.Groups);
        for (var group = 0; group < dot.Groups; group++)
            RequantizeKernel.Run(op.Requantizer, group * channels, channels, largest.Slice(group * size, size), dot.Stride, codes[(group * channels)..], output.Channels, widest);
    }
}
