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

    /// <summary>The integers that it multiplies and the vectors it takes.</summary>
    string Kernel => $"int16, {Width.Name}";

    /// <summary>How many positions, or tiles of them, and outputs are summed at once.</summary>
    (int Positions, int Outputs) TileSize { get; }

    /// <summary>The bytes of the packed weights and of what sums begin with.</summary>
    long PackedBytes { get; }

    /// <summary>Fills a buffer with padding, the code <paramref name="zero"/>: centred, it is 0.</summary>
    void Border(int zero, Span<short> padded) => padded.Clear();

    /// <summary>Whether images as they are will do for padded ones: there is no padding, and the zero point is in what sums begin with.</summary>
    bool ReadsInPlace => false;

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
