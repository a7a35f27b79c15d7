using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>A planned float convolution over a batch [N, C, H, W] (or [N, K]).</summary>
internal static class FloatConvolution
{
    /// <summary>Copies a line of the input into the padded buffer.</summary>
    public delegate void Load<T>(ReadOnlySpan<float> line, Span<T> padded);

    /// <summary>Writes the outputs of a channel: one from every <paramref name="stride"/>-th sum.</summary>
    public delegate void Finish<T>(ReadOnlySpan<T> sums, int stride, int channel, Span<float> plane);

    /// <summary>The batch's outputs.</summary>
    /// <param name="plan">The convolution.</param>
    /// <param name="x">The batch.</param>
    /// <param name="outputShape">One output image.</param>
    /// <param name="load">Copies and converts.</param>
    /// <param name="finish">Rounds, and adds the bias where the sums do not have it.</param>
    public static Tensor Run<T>(DotPlan<T, T> plan, Tensor x, Shape outputShape, Load<T> load, Finish<T> finish) where T : unmanaged
    {
        var count = x.Shape[0];
        var y = new float[outputShape.Batch(count).Count];
        var padded = new T[plan.BufferLength]; // zeros: the padding
        var sums = new T[plan.SumsLength];
        var positions = plan.Positions / plan.ImagesPerCall;
        var outputs = outputShape[0] / plan.Groups;
        for (var first = 0; first < count; first += plan.ImagesPerCall)
        {
            var images = Math.Min(plan.ImagesPerCall, count - first);
            for (var i = 0; i < images; i++)
                Pad(plan, x.Data.Span.Slice((first + i) * plan.Input.Image.Count, plan.Input.Image.Count), padded.AsSpan(i * plan.Input.Length), load);

            for (var group = 0; group < plan.Groups; group++)
            {
                plan.Run(padded, group, images, sums);
                for (var i = 0; i < images; i++)
                    for (var o = 0; o < outputs; o++)
                    {
                        var channel = group * outputs + o;
                        var plane = y.AsSpan((first + i) * outputShape.Count + channel * positions, positions);
                        finish(sums.AsSpan(i * positions * plan.Stride + o), plan.Stride, channel, plane);
                    }
            }
        }
        return Tensor.Of(outputShape.Batch(count), Values.Freeze(y));
    }

    private static void Pad<T>(DotPlan<T, T> plan, ReadOnlySpan<float> image, Span<T> padded, Load<T> load) where T : unmanaged
    {
        var length = plan.Input.LineLength;
        for (var line = 0; line < plan.Input.Lines; line++) load(image.Slice(line * length, length), padded[plan.Input.LineStart(line)..]);
    }
}
