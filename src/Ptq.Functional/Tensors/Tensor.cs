using Ptq.Numerics;

namespace Ptq.Tensors;

/// <summary>An immutable float32 tensor in C order. Images are [N, C, H, W]; weights [O, I/groups, H, W] or [O, I].</summary>
public sealed record Tensor
{
    private Tensor(Shape shape, Values<float> data) => (Shape, Data) = (shape, data);

    /// <summary>The lengths of the axes.</summary>
    public Shape Shape { get; }

    /// <summary>The elements in C order.</summary>
    public Values<float> Data { get; }

    /// <summary>A tensor over these elements.</summary>
    /// <exception cref="ArgumentException">Shape and number of elements differ.</exception>
    public static Tensor Of(Shape shape, Values<float> data) =>
        shape.Count == data.Length ? new(shape, data) : throw new ArgumentException($"{shape} wants {shape.Count} elements, not {data.Length}.", nameof(data));

    /// <summary>Whether no element is NaN or an infinity.</summary>
    public bool IsFinite
    {
        get
        {
            foreach (var x in Data)
                if (!float.IsFinite(x)) return false;
            return true;
        }
    }

    /// <summary>The same elements in another shape with as many.</summary>
    public Tensor Reshape(Shape shape) => Of(shape, Data);

    /// <summary>Rows <paramref name="start"/> to start + count − 1 along the first axis: some images of a batch.</summary>
    public Tensor Rows(int start, int count)
    {
        var row = Shape.Stride(0);
        return new(Shape.Inner.Batch(count), Values.Of(Data.Span.Slice(start * row, count * row)));
    }

    /// <summary>Tensors joined along the first axis.</summary>
    /// <exception cref="ArgumentException">There is none, or their other axes differ.</exception>
    public static Tensor Concat(IReadOnlyList<Tensor> parts)
    {
        if (parts.Count == 0) throw new ArgumentException("There is no tensor to join.", nameof(parts));
        if (parts.Any(p => p.Shape.Inner != parts[0].Shape.Inner)) throw new ArgumentException("Tensors to be joined differ in an axis other than the first.", nameof(parts));
        var shape = parts[0].Shape.Inner.Batch(parts.Sum(p => p.Shape[0]));
        return new(shape, Values.Create<float, IReadOnlyList<Tensor>>(shape.Count, parts, static (dst, parts) =>
        {
            foreach (var part in parts)
            {
                part.Data.Span.CopyTo(dst);
                dst = dst[part.Data.Length..];
            }
        }));
    }

    /// <summary>Type and shape; the elements are too many to print.</summary>
    public override string ToString() => $"Tensor {Shape}";
}
