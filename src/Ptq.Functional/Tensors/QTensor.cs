using Ptq.Numerics;

namespace Ptq.Tensors;

/// <summary>An immutable tensor of codes in C order. What a code means stands beside it, as affine parameters.</summary>
public sealed record QTensor
{
    private QTensor(Shape shape, Values<int> codes) => (Shape, Codes) = (shape, codes);

    /// <summary>The lengths of the axes.</summary>
    public Shape Shape { get; }

    /// <summary>The codes in C order.</summary>
    public Values<int> Codes { get; }

    /// <summary>A tensor over these codes.</summary>
    /// <exception cref="ArgumentException">Shape and number of codes differ.</exception>
    public static QTensor Of(Shape shape, Values<int> codes) =>
        shape.Count == codes.Length ? new(shape, codes) : throw new ArgumentException($"{shape} wants {shape.Count} codes, not {codes.Length}.", nameof(codes));

    /// <summary>Type and shape; the codes are too many to print.</summary>
    public override string ToString() => $"QTensor {Shape}";
}
