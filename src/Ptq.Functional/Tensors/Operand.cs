using Ptq.Numerics;

namespace Ptq.Tensors;

/// <summary>
/// An immutable tensor of any element type, as operators compute with it: floating-point elements of every width as float32,
/// integers and truth values (0 or 1) as 64 bits, in C order.
/// </summary>
public sealed record Operand
{
    private Operand(ElementType type, Shape shape, Values<float> floats, Values<long> integers) => (Type, Shape, Floats, Integers) = (type, shape, floats, integers);

    /// <summary>What an element is.</summary>
    public ElementType Type { get; }

    /// <summary>The lengths of the axes; none for a scalar.</summary>
    public Shape Shape { get; }

    /// <summary>The elements of a floating-point type; none else.</summary>
    public Values<float> Floats { get; }

    /// <summary>The elements of the other types; none else.</summary>
    public Values<long> Integers { get; }

    /// <summary>Type and shape together.</summary>
    public TensorType Signature => new(Type, Shape);

    /// <summary>A tensor of a floating-point type.</summary>
    /// <exception cref="ArgumentException">The type is none, or shape and number of elements differ.</exception>
    public static Operand Of(ElementType type, Shape shape, Values<float> floats) =>
        !type.IsFloat ? throw new ArgumentException($"{type.Name} is no floating-point type.", nameof(type))
        : shape.Count == floats.Length ? new(type, shape, floats, default) : throw new ArgumentException($"{shape} wants {shape.Count} elements, not {floats.Length}.", nameof(floats));

    /// <summary>A tensor of integers or truth values.</summary>
    /// <exception cref="ArgumentException">The type is a floating-point type, or shape and number of elements differ.</exception>
    public static Operand Of(ElementType type, Shape shape, Values<long> integers) =>
        type.IsFloat ? throw new ArgumentException($"{type.Name} is a floating-point type.", nameof(type))
        : shape.Count == integers.Length ? new(type, shape, default, integers) : throw new ArgumentException($"{shape} wants {shape.Count} elements, not {integers.Length}.", nameof(integers));

    /// <summary>A float32 tensor as an operand.</summary>
    public static Operand Of(Tensor tensor) => new(ElementType.Float32, tensor.Shape, tensor.Data, default);

    /// <summary>The floating-point elements as a float32 tensor.</summary>
    /// <exception cref="InvalidOperationException">The elements are integers.</exception>
    public Tensor ToTensor() => Type.IsFloat ? Tensor.Of(Shape, Floats) : throw new InvalidOperationException($"{this} has no floating-point elements.");

    /// <summary>The same elements in another shape with as many.</summary>
    public Operand Reshape(Shape shape) => Type.IsFloat ? Of(Type, shape, Floats) : Of(Type, shape, Integers);

    /// <summary>Type and shape; the elements are too many to print.</summary>
    public override string ToString() => Signature.ToString();
}

/// <summary>What is known of a tensor before its elements are.</summary>
/// <param name="Type">What an element is.</param>
/// <param name="Shape">The lengths of the axes.</param>
public readonly record struct TensorType(ElementType Type, Shape Shape)
{
    /// <summary>As <c>float32 [1, 3, 224, 224]</c>.</summary>
    public override string ToString() => $"{Type.Name} {Shape}";
}
