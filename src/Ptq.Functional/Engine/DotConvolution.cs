using Ptq.Engine.Kernels;

namespace Ptq.Engine;

/// <summary>Runs a <see cref="DotPlan{TIn, TOut}"/> over a batch: lay out, multiply and add, write plane by plane.</summary>
internal static class DotConvolution
{
    /// <summary>Puts an image [C, …] into the padded buffer.</summary>
    public delegate void Load<TX, TIn>(PaddedImage layout, ReadOnlySpan<TX> image, Span<TIn> padded);

    /// <summary>Writes the outputs of neighbouring channels for some neighbouring positions.</summary>
    /// <param name="sums">[position][stride].</param>
    /// <param name="stride">From position to position in the sums.</param>
    /// <param name="channel">The channel of the first sum.</param>
    /// <param name="channels">How many channels.</param>
    /// <param name="y">From the first channel's first position on; written.</param>
    /// <param name="plane">From channel to channel in y.</param>
    public delegate void Finish<TOut, TY>(ReadOnlySpan<TOut> sums, int stride, int channel, int channels, Span<TY> y, int plane);

    /// <summary>A float32 batch; images without padding are read where they are.</summary>
    public static void Run(DotPlan<float, float> plan, ReadOnlySpan<float> x, int images, Span<float> y)
    {
        if (!plan.Input.IsImage)
        {
            Run<float, float, float, float>(plan, x, images, y, Copy, Planes);
            return;
        }
        var sums = new float[plan.SumsLength];
        var outputs = y.Length / Math.Max(1, images);
        for (var first = 0; first < images; first += plan.ImagesPerCall)
            Multiply(plan, x[(first * plan.Input.Length)..], Math.Min(plan.ImagesPerCall, images - first), sums, y[(first * outputs)..], Planes);
    }

    /// <summary>A batch.</summary>
    /// <param name="plan">The convolution.</param>
    /// <param name="x">[images, C, …].</param>
    /// <param name="images">How many.</param>
    /// <param name="y">[images, O, …], written.</param>
    /// <param name="load">Copies and converts; what it leaves alone is 0.</param>
    /// <param name="finish">Rounds and writes.</param>
    public static void Run<TX, TIn, TOut, TY>(DotPlan<TIn, TOut> plan, ReadOnlySpan<TX> x, int images, Span<TY> y, Load<TX, TIn> load, Finish<TOut, TY> finish) where TIn : unmanaged where TOut : unmanaged
    {
        var padded = new TIn[plan.BufferLength]; // zeros: the padding
        var sums = new TOut[plan.SumsLength];
        var outputs = y.Length / Math.Max(1, images);
        for (var first = 0; first < images; first += plan.ImagesPerCall)
        {
            var count = Math.Min(plan.ImagesPerCall, images - first);
            for (var i = 0; i < count; i++) load(plan.Input, x.Slice((first + i) * plan.Input.Image.Count, plan.Input.Image.Count), padded.AsSpan(i * plan.Input.Length));
            Multiply(plan, padded, count, sums, y[(first * outputs)..], finish);
        }
    }

    /// <summary>Line by line into the padded buffer.</summary>
    public static void Copy(PaddedImage layout, ReadOnlySpan<float> image, Span<float> padded)
    {
        var length = layout.LineLength;
        for (var line = 0; line < layout.Lines; line++) image.Slice(line * length, length).CopyTo(padded[layout.LineStart(line)..]);
    }

    /// <summary>Line by line into the padded buffer, as doubles.</summary>
    public static void Widen(PaddedImage layout, ReadOnlySpan<float> image, Span<double> padded)
    {
        var length = layout.LineLength;
        for (var line = 0; line < layout.Lines; line++) Elementwise.Widen(image.Slice(line * length, length), padded[layout.LineStart(line)..]);
    }

    private static void Planes(ReadOnlySpan<float> sums, int stride, int channel, int channels, Span<float> y, int plane) => Elementwise.Planes(sums, stride, channels, y, plane);

    private static void Multiply<TIn, TOut, TY>(DotPlan<TIn, TOut> plan, ReadOnlySpan<TIn> padded, int images, Span<TOut> sums, Span<TY> y, Finish<TOut, TY> finish) where TIn : unmanaged where TOut : unmanaged
    {
        var (plane, stride) = (plan.Positions / plan.ImagesPerCall, plan.Stride);
        var outputs = plan.Groups * plan.Outputs * plane;
        for (var group = 0; group < plan.Groups; group++)
            for (var first = 0; first < plane * images; first += plan.PositionsPerRun)
            {
                var (count, channel) = (Math.Min(plan.PositionsPerRun, plane * images - first), group * plan.Outputs);
                plan.Run(padded, group, first, count, sums);
                if (plan.ImagesPerCall == 1) finish(sums[..(count * stride)], stride, channel, plan.Outputs, y[(channel * plane + first)..], plane);
                else
                    for (var i = 0; i < images; i++) finish(sums.Slice(i * plane * stride, plane * stride), stride, channel, plan.Outputs, y[(i * outputs + channel * plane)..], plane);
            }
    }
}
