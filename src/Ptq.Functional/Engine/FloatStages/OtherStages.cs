using Ptq.Engine.Kernels;
using Ptq.Engine.Stages;
using Ptq.Model;

namespace Ptq.Engine.FloatStages;

/// <summary>An activation that stands alone.</summary>
internal sealed class FloatClipStage(Slot input, Slot output, Limits limits) : FloatStage
{
    public override void Run(FloatWorkspace space, Span<float> padded, int images) => Elementwise.Clip(space.Images(input, 0, images), limits.Min, limits.Max, space.Images(output, 0, images));
}

/// <summary>The sum of two tensors, and the activation behind it.</summary>
internal sealed class FloatAddStage(Slot a, Slot b, Slot output, Limits limits) : FloatStage
{
    private const int Tile = 1 << 12;

    public override void Run(FloatWorkspace space, Span<float> padded, int images)
    {
        var x = space.Images(a, 0, images);
        var second = space.Images(b, 0, images);
        var y = space.Images(output, 0, images);
        for (var from = 0; from < y.Length; from += Tile)
        {
            var to = y.Slice(from, Math.Min(Tile, y.Length - from));
            Elementwise.Add(x.Slice(from, to.Length), second.Slice(from, to.Length), to);
            limits.Apply(to);
        }
    }
}

/// <summary>The largest value under a window, channel by channel.</summary>
internal sealed class FloatMaxPoolStage : FloatStage
{
    private readonly Slot input, output;
    private readonly (int Output, int Input)[] pairs;
    private readonly int[] positions, steps; // none where the general walk is taken

    /// <param name="window">The window.</param>
    /// <param name="input">Read.</param>
    /// <param name="output">Written.</param>
    /// <param name="isUnsigned">Whether no input has a sign.</param>
    public FloatMaxPoolStage(Window window, Slot input, Slot output, bool isUnsigned)
    {
        (this.input, this.output, pairs, positions, steps) = (input, output, PoolWalk.Of(window, input.Shape, output.Shape), [], []);
        var layout = new PaddedImage(input.Shape, window, channelsLast: true);
        if (!isUnsigned || pairs.Length != output.Size / output.Channels * window.Area || layout.Length != input.Size) return;
        var (row, column) = (layout.Strides[0], layout.Strides[1]);
        positions = Lattice.Of([output.Shape[1], output.Shape[2]], [window.Rows.Stride * row, window.Columns.Stride * column]);
        steps = Lattice.Of([window.Rows.Kernel, window.Columns.Kernel], [window.Rows.Dilation * row, window.Columns.Dilation * column]);
    }

    public override void Run(FloatWorkspace space, Span<float> padded, int images)
    {
        for (var image = 0; image < images; image++)
        {
            var x = space.Images(input, image, 1);
            var y = space.Images(output, image, 1);
            if (steps.Length > 0) FloatChannels.LargestUnsigned(x, positions, steps, output.Channels, y);
            else
            {
                y.Fill(float.NegativeInfinity);
                Elementwise.MaxPool<float>(pairs, output.Channels, x, y);
            }
        }
    }
}

/// <summary>The mean of every channel.</summary>
internal sealed class FloatMeanStage(Slot input, Slot output) : FloatStage
{
    public override void Run(FloatWorkspace space, Span<float> padded, int images)
    {
        for (var image = 0; image < images; image++) FloatChannels.Means(space.Images(input, image, 1), space.Images(output, image, 1));
    }
}

/// <summary>Channels back in front: [C, H, W] as a vector.</summary>
internal sealed class FloatFlattenStage(Slot input, Slot output) : FloatStage
{
    public override void Run(FloatWorkspace space, Span<float> padded, int images)
    {
        for (var image = 0; image < images; image++) ChannelOrder.ToFirst<float, float>(space.Images(input, image, 1), input.Shape, space.Images(output, image, 1));
    }
}
