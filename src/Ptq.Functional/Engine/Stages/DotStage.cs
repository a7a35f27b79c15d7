using System.Globalization;
using Ptq.Engine.Kernels;

namespace Ptq.Engine.Stages;

/// <summary>A convolution or a linear layer: pad and centre, multiply and add, requantize.</summary>
internal sealed class DotStage : Stage, ISummingStage
{
    private readonly QOp.Dot op;
    private readonly Slot input, output;
    private readonly VectorWidth widest;
    private readonly DotPlan<short, int> plan;
    private readonly int largestWeight;

    public DotStage(QOp.Dot op, Slot input, Slot output, int block, VectorWidth widest)
    {
        (this.op, this.input, this.output, this.widest) = (op, input, output, widest);
        var (filters, w) = (op.Weights.Shape, op.Weights.Codes);
        var centred = new short[w.Length];
        for (var i = 0; i < centred.Length; i++) centred[i] = (short)(w[i] - op.WeightParams.Of(i / filters.Stride(0)).ZeroPoint);
        largestWeight = centred.Max(w => Math.Abs((int)w));
        plan = IntegerConvolution.Plan(new(op.InputImage, op.Window, channelsLast: true), filters, op.Groups, block, centred, op.Bias.Span, widest);
    }

    public override StagePlan Plan => new(
        $"int16, {plan.Kernel.Width.Name}{(op.IsDepthwise ? ", depthwise" : "")}", $"{plan.TileSize.Positions}x{plan.TileSize.Outputs}", plan.PackedBytes,
        string.Create(CultureInfo.InvariantCulture, $"pairs ≤ {2 * LargestCode * largestWeight:n0}"));

    private int LargestCode => Math.Max(op.InputParams.Grid.Max - op.InputParams.ZeroPoint, op.InputParams.ZeroPoint - op.InputParams.Grid.Min);

    public override (int Padded, int Sums) Scratch => (plan.BufferLength, plan.SumsLength);

    /// <inheritdoc/>
    public int SumsPerImage => plan.Groups * (plan.Positions / plan.ImagesPerCall) * plan.Stride;

    public override void Run(Workspace workspace, int images) => Run(workspace, images, [], false);

    /// <inheritdoc/>
    public void Run(Workspace workspace, int images, Span<int> kept, bool known)
    {
        var padded = workspace.Padded.AsSpan(0, plan.BufferLength);
        padded.Clear(); // padding is the code z_x, centred
        for (var first = 0; first < images; first += plan.ImagesPerCall)
        {
            var count = Math.Min(plan.ImagesPerCall, images - first);
            for (var i = 0; i < count && !known; i++) Pad(workspace.Image(input, first + i), padded.Slice(i * plan.Input.Length, plan.Input.Length));

            var codes = workspace[output].Slice(first * output.Size, count * output.Size);
            var (positions, channels) = (plan.Positions / plan.ImagesPerCall * count, plan.Outputs);
            for (var group = 0; group < plan.Groups; group++)
                for (var from = 0; from < positions; from += plan.PositionsPerRun)
                {
                    var some = Math.Min(plan.PositionsPerRun, positions - from);
                    var sums = kept.IsEmpty ? workspace.Sums.AsSpan(0, some * plan.Stride) : kept.Slice(first * SumsPerImage + (group * positions + from) * plan.Stride, some * plan.Stride);
                    if (!known) plan.Run(padded, group, from, some, sums);
                    RequantizeKernel.Run(op.Requantizer, group * channels, channels, sums, plan.Stride, codes[(from * output.Channels + group * channels)..], output.Channels, widest);
                }
        }
    }

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
        padded.Clear();
        Pad(workspace.Image(input, image), padded);
        for (var group = 0; group < plan.Groups; group++)
            for (var from = 0; from < plan.Positions; from += plan.PositionsPerRun)
            {
                var some = Math.Min(plan.PositionsPerRun, plan.Positions - from);
                plan.Run(padded, group, from, some, sums.Slice((group * plan.Positions + from) * plan.Stride, some * plan.Stride));
            }
    }

    private void Pad(ReadOnlySpan<short> codes, Span<short> padded)
    {
        var (length, zero) = (plan.Input.LineLength, (short)op.InputParams.ZeroPoint);
        for (var line = 0; line < plan.Input.Lines; line++) Elementwise.Centre(codes.Slice(line * length, length), zero, padded[plan.Input.LineStart(line)..]);
    }
}
