using System.Runtime.InteropServices;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Writes a tensor by one body for both kinds of elements, floats and integers.</summary>
internal interface IMovement
{
    /// <param name="inputs">The operator's inputs; null where one is left out.</param>
    /// <param name="y">The elements to be written, 0 before.</param>
    void Run<T>(Operand?[] inputs, Span<T> y) where T : unmanaged, System.Numerics.INumber<T>;
}

/// <summary>Operators that write elements of their inputs without computing with them.</summary>
internal static class Movement
{
    extension(Operand?[] inputs)
    {
        /// <summary>An input; null where it is left out.</summary>
        public Operand? At(int place) => place < inputs.Length ? inputs[place] : null;
    }

    extension(Operand operand)
    {
        /// <summary>The elements as what they are held in: <see cref="float"/> or <see cref="long"/>.</summary>
        public ReadOnlySpan<T> Elements<T>() where T : unmanaged =>
            typeof(T) == typeof(float) && operand.Type.IsFloat ? MemoryMarshal.Cast<float, T>(operand.Floats.Span)
            : typeof(T) == typeof(long) && !operand.Type.IsFloat ? MemoryMarshal.Cast<long, T>(operand.Integers.Span)
            : throw new InvalidOperationException($"{operand} has no elements of type {typeof(T).Name}.");
    }

    /// <summary>What a movement writes.</summary>
    public static Operand Make(ElementType type, Shape shape, IMovement movement, Operand?[] inputs)
    {
        if (type.IsFloat)
        {
            var floats = new float[shape.Count];
            movement.Run(inputs, floats.AsSpan());
            Nominal.Round(type, floats);
            return Operand.Of(type, shape, Values.Freeze(floats));
        }
        var integers = new long[shape.Count];
        movement.Run(inputs, integers.AsSpan());
        return Operand.Of(type, shape, Values.Freeze(integers));
    }

    /// <summary>An operator with one output that a movement writes.</summary>
    public static Prepared Prepare(ElementType type, Shape shape, IMovement movement) => new([new(type, shape)], inputs => [Make(type, shape, movement, inputs)]);

    /// <summary>An operator with one output of the first input's type.</summary>
    public static Prepared Prepare(Site site, Shape shape, IMovement movement) => movement is StridedCopy { IsWhole: true } && site.ShapeOf(0).Count == shape.Count
        ? Prepared.Reshaped(site, shape)
        : Prepare(site.TypeOf(0), shape, movement);
}
