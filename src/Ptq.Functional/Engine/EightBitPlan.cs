using Ptq.Engine.Kernels;
using Ptq.Quantization;

namespace Ptq.Engine;

/// <summary>
/// A product of bytes for every tap: u = x − min, unsigned, times w, signed. Since Σ (x − z)·w = Σ u·w − (z − min)·Σw, sums that begin with bias − (z − min)·Σw end as those of the 16-bit way,
/// modulo 2³²; padding is the byte z − min. Where the weights are proved to fit (<see cref="EightBitCertificate"/>).
/// </summary>
internal sealed class EightBitPlan : ISumPlan
{
    private readonly DotPlan<byte, int> plan;
    private readonly short low; // the lowest input code

    /// <summary>Packs the weights.</summary>
    /// <param name="op">The layer.</param>
    /// <param name="weight">The filters less their zero points.</param>
    /// <param name="block">The most images that share a run where each has few positions.</param>
    /// <param name="widest">The widest vectors to use.</param>
    public EightBitPlan(QOp.Dot op, ReadOnlySpan<short> weight, int block, VectorWidth widest)
    {
        low = (short)op.InputParams.Grid.Min;
        var (filters, bytes) = (op.Weights.Shape, new byte[weight.Length]);
        for (var i = 0; i < bytes.Length; i++) bytes[i] = unchecked((byte)weight[i]);
        plan = DotPlan<byte, int>.Create(DotKernels.For(DotKernels.Int8, filters[0] / op.Groups, widest), new(op.InputImage, op.Window, channelsLast: true), filters, op.Groups, block, channelsFirst: false, bytes, DirectPlan.Starts(op, weight, op.InputParams.ZeroPoint - low));
    }

    public PaddedImage Input => plan.Input;
    public int ImagesPerCall => plan.ImagesPerCall;
    public int Positions => plan.Positions;
    public int PositionsPerRun => plan.PositionsPerRun;
    public int Groups => plan.Groups;
    public int Outputs => plan.Outputs;
    public int Stride => plan.Stride;
    public int BufferLength => (plan.BufferLength + 1) / 2; // bytes, two to a place
    public (int Inputs, int Sums) Scratch => (0, 0);
    public VectorWidth Width => plan.Kernel.Width;
    public string Kernel => plan.Kernel.Instruction is { Length: > 0 } by ? $"int8, {Width.Name}, {by}" : $"int8, {Width.Name}";
    public (int Positions, int Outputs) TileSize => plan.TileSize;
    public long PackedBytes => plan.PackedBytes;

    public void Border(int zero, Span<short> padded) => ByteCodes.Of(padded).Fill((byte)(zero - low));

    public void Pad(ReadOnlySpan<short> codes, int zero, int image, Span<short> padded)
    {
        var length = Input.LineLength;
        var to = ByteCodes.Of(padded)[(image * Input.Length)..];
        for (var line = 0; line < Input.Lines; line++) ByteCodes.Narrow(codes.Slice(line * length, length), low, to[Input.LineStart(line)..]);
    }

    public void Run(ReadOnlySpan<short> padded, int group, int first, int count, Span<int> sums, Span<short> inputs, Span<int> products) => plan.Run(ByteCodes.Of(padded), group, first, count, sums);

    public bool Requantizes(Requantizer requantizer) => plan.Requantizes(requantizer);

    public ReadOnlySpan<int> Places => plan.Places;

    public void Run(ReadOnlySpan<short> padded, int group, ReadOnlySpan<int> at, Requantizer.Float32 requantizer, Span<short> codes, int stride, bool pooled) => plan.Run(ByteCodes.Of(padded), group, at, requantizer, codes, stride, pooled);
}
