using Ptq.Engine.Kernels;
using Ptq.Engine.Stages;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.FloatStages;

/// <summary>A convolution or a linear layer, and the activation behind it: a panel's channels leave the kernel as neighbours, where the next layer wants them.</summary>
/// <param name="plan">The sums, of one group.</param>
/// <param name="input">Read.</param>
/// <param name="output">Written.</param>
/// <param name="limits">The activation.</param>
internal sealed class FloatDotStage(DotPlan<float, float> plan, Slot input, Slot output, Limits limits) : FloatStage
{
    public override int Padded => IsImage ? 0 : plan.BufferLength;

    public override int Sums => IsWhole ? 0 : plan.SumsLength;

    private bool IsImage => plan.Input.Length == input.Size;

    private bool IsWhole => plan.Stride == plan.Outputs; // the sums are the output

    public override void Run(FloatWorkspace space, Span<float> padded, int images)
    {
        for (var first = 0; first < images; first += plan.ImagesPerCall)
        {
            var count = Math.Min(plan.ImagesPerCall, images - first);
            var x = space.Images(input, first, count);
            if (!IsImage)
            {
                for (var i = 0; i < count; i++) DotConvolution.Copy(plan.Input, x.Slice(i * input.Size, input.Size), padded[(i * plan.Input.Length)..]);
                x = padded;
            }
            var y = space.Images(output, first, count);
            for (var (from, all) = (0, plan.Positions / plan.ImagesPerCall * count); from < all; from += plan.PositionsPerRun)
            {
                var some = Math.Min(plan.PositionsPerRun, all - from);
                var to = y.Slice(from * plan.Outputs, some * plan.Outputs);
                if (IsWhole) plan.Run(x, 0, from, some, to);
                else
                {
                    plan.Run(x, 0, from, some, space.Sums);
                    for (var p = 0; p < some; p++) space.Sums.AsSpan(p * plan.Stride, plan.Outputs).CopyTo(to[(p * plan.Outputs)..]);
                }
                limits.Apply(to);
            }
        }
    }
}

/// <summary>A convolution with a filter of its own for every channel, and the activation behind it.</summary>
internal sealed class FloatDepthwiseStage : FloatStage
{
    private const int Tile = 1 << 12; // outputs that stay in the cache until the activation has seen them

    private readonly Slot input, output;
    private readonly Limits limits;
    private readonly VectorWidth widest;
    private readonly PaddedImage layout;
    private readonly int[] positions, steps;
    private readonly float[] weights; // [step][channel]
    private readonly Values<float> starts;

    public FloatDepthwiseStage(Layer.Conv2d layer, Slot input, Slot output, Limits limits, VectorWidth widest)
    {
        (this.input, this.output, this.limits, this.widest, starts) = (input, output, limits, widest, layer.Bias);
        layout = new(input.Shape, layer.Window, channelsLast: true);
        var taps = Taps.Of(layout, layer.Weights.Shape, channelsFirst: false);
        steps = Array.ConvertAll(taps, tap => tap.Offset);
        var outputs = Taps.Outputs(layout);
        positions = Lattice.Of(outputs, [layer.Window.Rows.Stride * layout.Strides[0], layer.Window.Columns.Stride * layout.Strides[1]]);
        weights = new float[layer.Weights.Data.Length];
        for (var s = 0; s < taps.Length; s++)
            for (var c = 0; c < input.Channels; c++) weights[s * input.Channels + c] = layer.Weights.Data[c * taps.Length + taps[s].Weight];
    }

    public override int Padded => layout.Length == input.Size ? 0 : layout.Length;

    public override void Run(FloatWorkspace space, Span<float> padded, int images)
    {
        var run = Math.Max(Tile / output.Channels / 4, 1) * 4;
        for (var image = 0; image < images; image++)
        {
            var x = space.Images(input, image, 1);
            var y = space.Images(output, image, 1);
            if (!padded.IsEmpty)
            {
                DotConvolution.Copy(layout, x, padded);
                x = padded;
            }
            for (var from = 0; from < positions.Length; from += run)
            {
                var some = Math.Min(run, positions.Length - from);
                var to = y.Slice(from * output.Channels, some * output.Channels);
                FloatChannels.Depthwise(x, positions.AsSpan(from, some), steps, weights, starts.Span, to, widest);
                limits.Apply(to);
            }
        }
    }
}
