using LanguageExt;
using Ptq.Data;
using Ptq.Errors;
using Ptq.Evaluation;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Experiments.Data;

/// <summary>Images and labels as MNIST and Fashion-MNIST store them: bytes, [N, 28, 28] and [N].</summary>
/// <param name="Images">[N, rows, columns], 0 to 255.</param>
/// <param name="Labels">[N], 0 to 9.</param>
internal sealed record RawImages(IdxArray Images, IdxArray Labels)
{
    private const int Classes = 10;

    /// <summary>How many there are.</summary>
    public int Count => Labels.Shape[0];

    /// <summary>Reads a pair of IDX files, compressed or not.</summary>
    public static Either<PtqError, RawImages> Read(string imagesPath, string labelsPath) =>
        from imageBytes in Disk.ReadAll(imagesPath)
        from images in Idx.Parse(imagesPath, imageBytes)
        from labelBytes in Disk.ReadAll(labelsPath)
        from labels in Idx.Parse(labelsPath, labelBytes)
        from pair in Checked(imagesPath, images, labelsPath, labels)
        select pair;

    /// <summary>Some of them, in the order given.</summary>
    public RawImages Pick(Values<int> places) => new(Pick(Images, places), Pick(Labels, places));

    /// <summary>A run of them.</summary>
    public RawImages Slice(int start, int count) => Pick(Values.From(Enumerable.Range(start, count)));

    /// <summary>[N, 1, rows, columns] with pixel / 255 in float32, and the labels.</summary>
    public LabelledImages ToFloats() => LabelledImages.Of(
        Tensor.Of(Shape.Of(Count, 1, Images.Shape[1], Images.Shape[2]), Images.Data.Map(pixel => pixel / 255f)), Labels.Data.Map(label => (int)label));

    private static IdxArray Pick(IdxArray array, Values<int> places)
    {
        var size = array.Shape.Stride(0);
        var shape = array.Shape.Inner.Batch(places.Length);
        return IdxArray.Of(shape, Values.Create<byte, (IdxArray From, Values<int> Places, int Size)>(shape.Count, (array, places, size), static (dst, s) =>
        {
            for (var i = 0; i < s.Places.Length; i++) s.From.Data.Span.Slice(s.Places[i] * s.Size, s.Size).CopyTo(dst[(i * s.Size)..]);
        }));
    }

    private static Either<PtqError, RawImages> Checked(string imagesPath, IdxArray images, string labelsPath, IdxArray labels)
    {
        if (images.Shape.Rank != 3 || images.Shape.Inner != Shape.Of(28, 28)) return new PtqError.BadFile(imagesPath, "dimensions", $"{images.Shape}", "[N, 28, 28]");
        if (labels.Shape.Rank != 1 || labels.Shape[0] != images.Shape[0]) return new PtqError.BadFile(labelsPath, "dimensions", $"{labels.Shape}", $"[{images.Shape[0]}], a label an image");
        for (var i = 0; i < labels.Data.Length; i++)
            if (labels.Data[i] >= Classes) return new PtqError.BadFile(labelsPath, $"label {i}", $"{labels.Data[i]}", $"0 to {Classes - 1}");
        return images.Shape[0] > 0 ? new RawImages(images, labels) : new PtqError.BadFile(imagesPath, "dimensions", "no image", "at least one");
    }
}
