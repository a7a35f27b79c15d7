using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Evaluation;

/// <summary>Images with their classes.</summary>
public sealed record LabelledImages
{
    private LabelledImages(Tensor images, Values<int> labels) => (Images, Labels) = (images, labels);

    /// <summary>[N, C, H, W].</summary>
    public Tensor Images { get; }

    /// <summary>The class of every image.</summary>
    public Values<int> Labels { get; }

    /// <summary>How many there are.</summary>
    public int Count => Labels.Length;

    /// <summary>Images and as many labels, at least one.</summary>
    /// <exception cref="ArgumentException">Their numbers differ, or there is none.</exception>
    public static LabelledImages Of(Tensor images, Values<int> labels) => images.Shape.Rank > 1 && images.Shape[0] == labels.Length && labels.Length > 0
        ? new(images, labels)
        : throw new ArgumentException($"{labels.Length} labels for images {images.Shape}.", nameof(labels));

    /// <summary>Those with these numbers, in this order.</summary>
    internal LabelledImages Pick(Values<int> order)
    {
        var (size, picked) = (Images.Shape.Stride(0), new float[order.Length * Images.Shape.Stride(0)]);
        for (var i = 0; i < order.Length; i++) Images.Data.Span.Slice(order[i] * size, size).CopyTo(picked.AsSpan(i * size));
        return new(Tensor.Of(Images.Shape.Inner.Batch(order.Length), Values.Freeze(picked)), order.Map(i => Labels[i]));
    }

    /// <summary>The first so many.</summary>
    public LabelledImages First(int count) => new(Images.Rows(0, count), Values.Of(Labels.Span[..count]));
}
