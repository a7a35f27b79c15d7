using Ptq.Engine.Kernels;
using Ptq.Quantization;

namespace Ptq.Engine.Stages;

/// <summary>A convolution or a linear layer: pad where there is padding, multiply and add, requantize (at once where the plan can, so that no sum is written).</summary>
internal sealed class DotStage : Stage, ISummingStage
{
    private readonly QOp.Dot op;
    private readonly Slot input, output;
    private readonly VectorWidth widest;
    private readonly ISumPlan plan;
    private readonly int largestWeight;

    public DotStage(QOp.Dot op, Slot input, Slot output, int block, VectorWidth widest, ConvolutionAlgorithm algorithm = ConvolutionAlgorithm.Auto)
    {
        (this.op, this.input, this.output, this.widest) = (op, input, output, widest);
        var (filters, w) = (op.Weights.Shape, op.Weights.Codes);
        var centred = new short[w.Length];
        for (var i = 0; i < centred.Length; i++) centred[i] = (short)(w[i] - op.WeightParams.Of(i / filters.Stride(0)).ZeroPoint);
        largestWeight = centred.Max(w => Math.Abs((int)w));
        Choice = AlgorithmChoice.Of(op, centred, algorithm, WinogradCost.Bytes(widest));
        plan = Choice.Taken switch
        {
            ConvolutionAlgorithm.Winograd2 => new WinogradPlan(2, op.InputImage, op.Window, filters, centred, op.Bias.Span, widest),
            ConvolutionAlgorithm.Winograd4 => new WinogradPlan(4, op.InputImage, op.Window, filters, centred, op.Bias.Span, widest),
            ConvolutionAlgorithm.Direct8 => new EightBitPlan(op, centred, block, widest),
            _ => new DirectPlan(op, centred, block, widest),
        };
    }

    private DotStage(QOp.Dot op, DotStage alike) => (this.op, input, output, widest, plan, largestWeight, Choice) = (op, alike.input, alike.output, alike.widest, alike.plan, alike.largestWeight, alike.Choice);

    /// <summary>The stage of an operation that differs in its requantizer alone: the packed weights are these.</summary>
    public DotStage With(QOp.Dot other) => new(other, this);

    /// <summary>How the sums are made, and why.</summary>
    public AlgorithmChoice Choice { get; }

    public override StagePlan Plan => new($"{plan.Kernel}{(op.IsDepthwise ? ", depthwise" : Choice.Name)}", $"{plan.TileSize.Positions}x{plan.TileSize.Outputs}", plan.PackedBytes, Choice.Proof(2 * LargestCode * largestWeight));

    private int LargestCode => Math.Max(op.InputParams.Grid.Max, -op.InputParams.Grid.Min);

    public override (int Padded, int Sums) Scratch => (plan.BufferLength + plan.Scratch.Inputs, plan.PositionsPerRun * plan.Stride + plan.Scratch.Sums);

    /// <summary>What <see cref="Sum"/> needs of the sums' buffer, at its end.</summary>
    public int Between => plan.Scratch.Sums;

    /// <inheritdoc/>
    public int SumsPerImage => plan.Groups * (plan.Positions / plan.ImagesPerCall) * plan.Stride;

    public override void Run(Workspace workspace, int images) => Run(workspace, images, [], SumWork.All);

    /// <inheritdoc/>
    public void Run(Workspace workspace, int images, Span<int> kept, SumWork work)
    {
        var sum = work is not SumWork.Requantize;
        var atOnce = kept.IsEmpty && work is SumWork.All && plan.Requantizes(op.Requantizer);
        var padded = workspace.Padded.AsSpan(0, plan.BufferLength);
        if (sum && !plan.ReadsInPlace) plan.Border(op.InputParams.ZeroPoint, padded);
        for (var first = 0; first < images; first += plan.ImagesPerCall)
        {
            var count = Math.Min(plan.ImagesPerCall, images - first);
            if (plan.ReadsInPlace) padded = workspace.From(input, first);
            else
                for (var i = 0; i < count && sum; i++) plan.Pad(workspace.Image(input, first + i), op.InputParams.ZeroPoint, i, padded);

            var codes = workspace[output].Slice(first * output.Size, count * output.Size);
            var (positions, channels) = (plan.Positions / plan.ImagesPerCall * count, plan.Outputs);
            for (var group = 0; group < plan.Groups; group++)
                for (var from = 0; from < positions; from += plan.PositionsPerRun)
                {
                    var some = Math.Min(plan.PositionsPerRun, positions - from);
                    if (atOnce)
                    {
                        plan.Run(padded, group, plan.Places.Slice(from, some), (Requantizer.Float32)op.Requantizer, codes[(from * output.Channels + group * channels)..], output.Channels, pooled: false);
                        continue;
                    }
                    var sums = kept.IsEmpty ? workspace.Sums.AsSpan(0, some * plan.Stride) : kept.Slice(first * SumsPerImage + (group * positions + from) * plan.Stride, some * plan.Stride);
                    if (sum) Run(workspace, padded, group, from, some, sums);
                    if (work is not SumWork.Sum) RequantizeKernel.Run(op.Requantizer, group * channels, channels, sums, plan.Stride, codes[(from * output.Channels + group * channels)..], output.Channels, widest);
                }
        }
    }

    /// <summary>The stage of this convolution and the max pool that alone reads it, where both can be one pass.</summary>
    public Stage? With(QOp.MaxPool pool, Slot pooled)
    {
        var pairs = PoolWalk.Of(pool.Window, pool.InputShape, pool.OutputShape);
        var (channels, windows) = (plan.TileSize.Outputs, pairs.Length / 4);
        if (!ByImage || plan.Groups > 1 || op.IsDepthwise || !plan.Requantizes(op.Requantizer) || plan.Stride % channels != 0 || plan.TileSize.Positions != 6) return null;
        if (pool.Window.Area != 4 || windows * pooled.Channels != pooled.Size || pairs.Length % 4 != 0) return null;
        int[] at = [.. pairs.Select(pair => plan.Places[pair.Input])];
        return new WindowStage(this, pooled, at);
    }

    /// <summary>The largest codes of some windows of every image.</summary>
    /// <param name="workspace">Where the input is.</param>
    /// <param name="images">How many images.</param>
    /// <param name="at">Where the positions of every window begin, four by four.</param>
    /// <param name="pooled">Where the codes go.</param>
    public void Pool(Workspace workspace, int images, ReadOnlySpan<int> at, Slot pooled)
    {
        var padded = workspace.Padded.AsSpan(0, plan.BufferLength);
        plan.Border(op.InputParams.ZeroPoint, padded);
        for (var image = 0; image < images; image++)
        {
            plan.Pad(workspace.Image(input, image), op.InputParams.ZeroPoint, 0, padded);
            plan.Run(padded, 0, at, (Requantizer.Float32)op.Requantizer, workspace.Image(pooled, image), pooled.Channels, pooled: true);
        }
    }

    /// <summary>Whether the stage of an operation will have its sums image by image (<see cref="ByImage"/>).</summary>
    public static bool SumsByImage(QOp.Dot op) => DotPlan.TakesOneImage(op.Window.Rows.Outputs(op.InputImage[1]) * (long)op.Window.Columns.Outputs(op.InputImage[2]));

    /// <summary>Whether a call takes one image, so that sums can be had image by image.</summary>
    public bool ByImage => plan.ImagesPerCall == 1;

    /// <summary>The groups that the sums are in.</summary>
    public int Groups => plan.Groups;

    /// <summary>From position to position in the sums of a group.</summary>
    public int Stride => plan.Stride;

    /// <summary>The sums of one image, where <see cref="ByImage"/>: [group][position][<see cref="Stride"/>].</summary>
    public void Sum(Workspace workspace, int image, Span<int> sums)
    {
        var padded = workspace.Padded.AsSpan(0, plan.BufferLength);
        plan.Border(op.InputParams.ZeroPoint, padded);
        plan.Pad(workspace.Image(input, image), op.InputParams.ZeroPoint, 0, padded);
        for (var group = 0; group < plan.Groups; group++)
            for (var from = 0; from < plan.Positions; from += plan.PositionsPerRun)
            {
                var some = Math.Min(plan.PositionsPerRun, plan.Positions - from);
                Run(workspace, padded, group, from, some, sums.Slice((group * plan.Positions + from) * plan.Stride, some * plan.Stride));
            }
    }

    // A plan's scratch is the end of either buffer.
    private void Run(Workspace workspace, ReadOnlySpan<short> padded, int group, int first, int count, Span<int> sums) =>
        plan.Run(padded, group, first, count, sums, workspace.Padded.AsSpan(workspace.Padded.Length - plan.Scratch.Inputs), workspace.Sums.AsSpan(workspace.Sums.Length - plan.Scratch.Sums));
}
