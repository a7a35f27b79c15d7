using Ptq.Engine.Kernels;

namespace Ptq.Engine;

/// <summary>The sums of a convolution of centred codes, made ready: [position][output channel of the group, filled up to <see cref="Stride"/>].</summary>
internal interface ISumPlan
{
    /// <summary>The layout of a padded image.</summary>
    PaddedImage Input { get; }

    /// <summary>How many images a call takes.</summary>
    int ImagesPerCall { get; }

    /// <summary>Output positions a call.</summary>
    int Positions { get; }

    /// <summary>A run takes so many positions, or those that are left.</summary>
    int PositionsPerRun { get; }

    int Groups { get; }

    /// <summary>Output channels of a group.</summary>
    int Outputs { get; }

    /// <summary>Sums a position and group.</summary>
    int Stride { get; }

    /// <summary>The padded images of a call, and what may be read beyond them.</summary>
    int BufferLength { get; }

    /// <summary>What a run needs beside its inputs and sums.</summary>
    (int Inputs, int Sums) Scratch { get; }

    /// <summary>The vectors of the kernel.</summary>
    VectorWidth Width { get; }

    /// <summary>The integers that it multiplies and the vectors it takes.</summary>
    string Kernel => $"int16, {Width.Name}";

    /// <summary>How many positions, or tiles of them, and outputs are summed at once.</summary>
    (int Positions, int Outputs) TileSize { get; }

    /// <summary>The bytes of the packed weights and of what sums begin with.</summary>
    long PackedBytes { get; }

    /// <summary>Fills a buffer with padding, the code <paramref name="zero"/>: centred, it is 0.</summary>
    void Border(int zero, Span<short> padded) => padded.Clear();

    /// <summary>Puts an image into a buffer.</summary>
    /// <param name="codes">The image, channels last.</param>
    /// <param name="zero">The codes' zero point.</param>
    /// <param name="image">Which image of the call it is.</param>
    /// <param name="padded">The padded images of a call.</param>
    void Pad(ReadOnlySpan<short> codes, int zero, int image, Span<short> padded)
    {
        var length = Input.LineLength;
        var to = padded[(image * Input.Length)..];
        for (var line = 0; line < Input.Lines; line++) Elementwise.Centre(codes.Slice(line * length, length), (short)zero, to[Input.LineStart(line)..]);
    }

    /// <summary>The sums of a group.</summary>
    /// <param name="padded">The padded images of a call.</param>
    /// <param name="group">Which group.</param>
    /// <param name="first">The first position, where a run may begin.</param>
    /// <param name="count">How many positions.</param>
    /// <param name="sums">Written; count · <see cref="Stride"/> long.</param>
    /// <param name="inputs">Scratch.</param>
    /// <param name="products">Scratch.</param>
    void Run(ReadOnlySpan<short> padded, int group, int first, int count, Span<int> sums, Span<short> inputs, Span<int> products);
}

/// <summary>A product for every tap.</summary>
internal sealed class DirectPlan(DotPlan<short, int> plan) : ISumPlan
{
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

    public void Run(ReadOnlySpan<short> padded, int group, int first, int count, Span<int> sums, Span<short> inputs, Span<int> products) => plan.Run(padded, group, first, count, sums);
}
