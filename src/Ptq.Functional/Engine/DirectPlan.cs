using Ptq.Engine.Kernels;
using Ptq.Quantization;

namespace Ptq.Engine;

/// <summary>
/// A product of 16-bit integers for every tap. Codes are taken as they are: since Σ (x − z)·w = Σ x·w − z·Σw, sums that begin with bias − z·Σw end as those of centred codes, modulo 2³²; padding is the code z.
/// </summary>
internal sealed class DirectPlan : ISumPlan
{
    private readonly DotPlan<short, int> plan;

    /// <summary>Packs the weights.</summary>
    /// <param name="op">The layer.</param>
    /// <param name="weight">The filters less their zero points.</param>
    /// <param name="block">The most images that share a run where each has few positions.</param>
    /// <param name="widest">The widest vectors to use.</param>
    public DirectPlan(QOp.Dot op, ReadOnlySpan<short> weight, int block, VectorWidth widest) =>
        plan = IntegerConvolution.Plan(new(op.InputImage, op.Window, channelsLast: true), op.Weights.Shape, op.Groups, block, weight, Starts(op, weight, op.InputParams.ZeroPoint), widest);

    /// <summary>bias − zero · Σw of every output channel, modulo 2³².</summary>
    public static int[] Starts(QOp.Dot op, ReadOnlySpan<short> weight, int zero)
    {
        var (starts, filter) = (new int[op.Bias.Length], op.Weights.Shape.Stride(0));
        for (var o = 0; o < starts.Length; o++)
        {
            var sum = 0;
            foreach (var w in weight.Slice(o * filter, filter)) sum += w;
            starts[o] = unchecked(op.Bias[o] - zero * sum);
        }
        return starts;
    }

    public PaddedImage Input => plan.Input;
    public int ImagesPerCall => plan.ImagesPerCall;
    public int Positions => plan.Positions;
    public int PositionsPerRun => plan.PositionsPerRun;
    public int Groups => plan.Groups;
    public int Outputs => plan.Outputs;
    public int Stride => plan.Stride;
    public int BufferLength => plan.BufferLength;
    public (int Inputs, int Sums) Scratch => (0, 0);
    public VectorWidth Width => plan.Kernel.Width;
    public (int Positions, int Outputs) TileSize => plan.TileSize;
    public long PackedBytes => plan.PackedBytes;
    public bool ReadsInPlace => Input.Length == Input.Image.Count;

    public void Border(int zero, Span<short> padded) => padded.Fill((short)zero);

    public void Pad(ReadOnlySpan<short> codes, int zero, int image, Span<short> padded)
    {
        var length = Input.LineLength;
        var to = padded[(image * Input.Length)..];
        for (var line = 0; line < Input.Lines; line++) codes.Slice(line * length, length).CopyTo(to[Input.LineStart(line)..]);
    }

    public void Run(ReadOnlySpan<short> padded, int group, int first, int count, Span<int> sums, Span<short> inputs, Span<int> products) => plan.Run(padded, group, first, count, sums);

    public bool Requantizes(Requantizer requantizer) => plan.Requantizes(requantizer);

    public ReadOnlySpan<int> Places => plan.Places;

    public void Run(ReadOnlySpan<short> padded, int group, ReadOnlySpan<int> at, Requantizer.Float32 requantizer, Span<short> codes, int stride, bool pooled) => plan.Run(padded, group, at, requantizer, codes, stride, pooled);
}
