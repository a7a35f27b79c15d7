using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Data;

/// <summary>The content of an IDX file: bytes in C order. Images are [N, H, W], labels [N].</summary>
public sealed record IdxArray
{
    private IdxArray(Shape shape, Values<byte> data) => (Shape, Data) = (shape, data);

    /// <summary>The lengths of the axes: 1 to 255 of them.</summary>
    public Shape Shape { get; }

    /// <summary>The elements in C order.</summary>
    public Values<byte> Data { get; }

    /// <summary>An array over these elements.</summary>
    /// <exception cref="ArgumentException">Shape and number of elements differ, there are no axes or more than 255, or too many elements but for an axis of length 0.</exception>
    public static IdxArray Of(Shape shape, Values<byte> data) =>
        shape.Rank is < 1 or > 255 ? throw new ArgumentException($"An IDX array has 1 to 255 axes, not {shape.Rank}.", nameof(shape))
        : !DeclaredShape.Fits(shape, 1) ? throw new ArgumentException($"{shape} is too large, even with an axis of length 0.", nameof(shape))
        : shape.Count != data.Length ? throw new ArgumentException($"{shape} wants {shape.Count} elements, not {data.Length}.", nameof(data))
        : new(shape, data);

    /// <summary>Type and shape; the elements are too many to print.</summary>
    public override string ToString() => $"IdxArray {Shape}";
}
