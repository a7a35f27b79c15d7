using Ptq.Engine.Kernels;
using Ptq.Quantization;

namespace Ptq.Engine.Stages;

/// <summary>The largest code under a window, channel by channel.</summary>
internal sealed class MaxPoolStage(QOp.MaxPool op, Slot input, Slot output) : Stage
{
    private readonly (int Output, int Input)[] pairs = PoolWalk.Of(op.Window, input.Shape, output.Shape);

    public override void Run(Workspace workspace, int images)
    {
        var channels = output.Channels;
        for (var image = 0; image < images; image++)
        {
            var from = workspace.Image(input, image);
            var to = workspace.Image(output, image);
            to.Fill(short.MinValue);
            Elementwise.MaxPool(pairs, channels, from, to);
        }
    }
}

/// <summary>The mean of the codes under a window, by one integer sum and one requantization.</summary>
internal sealed class AveragePoolStage(QOp.AveragePool op, Slot input, Slot output) : Stage
{
    private readonly (int Output, int Input)[] pairs = PoolWalk.Of(op.Window, input.Shape, output.Shape);

    public override (int Padded, int Sums) Scratch => (0, output.Size + output.Size / output.Channels);

    public override void Run(Workspace workspace, int images)
    {
        var channels = output.Channels;
        var sums = workspace.Sums.AsSpan(0, output.Size);
        var counts = workspace.Sums.AsSpan(output.Size, output.Size / channels);
        for (var image = 0; image < images; image++)
        {
            var from = workspace.Image(input, image);
            var to = workspace.Image(output, image);
            sums.Clear();
            counts.Clear();
            foreach (var (at, under) in pairs)
            {
                counts[at]++;
                Elementwise.Accumulate(from.Slice(under * channels, channels), sums.Slice(at * channels, channels));
            }
            for (var i = 0; i < to.Length; i++)
            {
                var count = counts[i / channels];
                to[i] = (short)op.Requantizer.Apply(sums[i] - count * op.InputZero, (op.CountPadding ? op.Window.Area : count) - 1);
            }
        }
    }
}

/// <summary>The mean of the codes under a window, by a sum of reals.</summary>
internal sealed class RealAveragePoolStage(QOp.AveragePool op, CodeMean mean, Slot input, Slot output) : Stage
{
    private readonly (int Output, int Input)[] pairs = PoolWalk.Of(op.Window, input.Shape, output.Shape);

    public override void Run(Workspace workspace, int images)
    {
        var channels = output.Channels;
        var (sums, counts) = (new float[output.Size], new int[output.Size / channels]);
        foreach (var (at, _) in pairs) counts[at]++;
        for (var image = 0; image < images; image++)
        {
            var from = workspace.Image(input, image);
            var to = workspace.Image(output, image);
            Array.Clear(sums);
            foreach (var (at, under) in pairs)
                for (var c = 0; c < channels; c++) sums[at * channels + c] += mean.Real(from[under * channels + c]);
            for (var i = 0; i < to.Length; i++) to[i] = (short)mean.Of(sums[i], op.CountPadding ? op.Window.Area : counts[i / channels]);
        }
    }
}
