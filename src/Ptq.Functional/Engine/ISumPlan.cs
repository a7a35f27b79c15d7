using Ptq.Engine.Kernels;
using Ptq.Quantization;

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

    /// <summary>How many positions, or tiles of them, and outputs are summed at once.</summary>
    (int Positions, int Outputs) TileSize { get; }

    /// <summary>The bytes of the packed weights and of what sums begin with.</summary>
    long PackedBytes { get; }

    /// <summary>The sums of a group.</summary>
    /// <param name="padded">The padded images of a call.</param>
    /// <param name="group">Which group.</param>
    /// <param name="first">The first position, where a run may begin.</param>
    /// <param name="count">How many positions.</param>
    /// <param name="sums">Written; count · <see cref="Stride"/> long.</param>
    /// <param name="inputs">Scratch.</param>
    /// <param name="products">Scratch.</param>
    void Run(ReadOnlySpan<short> padded, int group, int first, int count, Span<int> sums, Span<short> inputs, Span<int> products);

    /// <summary>Whether it can requantize while sums are in registers.</summary>
    bool Requantizes(Requantizer requantizer);

    /// <summary>Where every output position of a call begins in its padded images; empty where it does not requantize.</summary>
    ReadOnlySpan<int> Places { get; }

    /// <summary>The codes of a group, where <see cref="Requantizes"/>.</summary>
    /// <param name="padded">The padded images of a call.</param>
    /// <param name="group">Which group.</param>
    /// <param name="at">Some of <see cref="Places"/>.</param>
    /// <param name="requantizer">The arithmetic of all channels.</param>
    /// <param name="codes">[position][stride] from the group's first channel on, written.</param>
    /// <param name="stride">From position to position in the codes.</param>
    /// <param name="pooled">Whether four positions are a window, of which the largest code is wanted.</param>
    void Run(ReadOnlySpan<short> padded, int group, ReadOnlySpan<int> at, Requantizer.Float32 requantizer, Span<short> codes, int stride, bool pooled);
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

    public bool Requantizes(Requantizer requantizer) => plan.Requantizes(requantizer);

    public ReadOnlySpan<int> Places => plan.Places;

    public void Run(ReadOnlySpan<short> padded, int group, ReadOnlySpan<int> at, Requantizer.Float32 requantizer, Span<short> codes, int stride, bool pooled) => plan.Run(padded, group, at, requantizer, codes, stride, pooled);
}
