using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>An operator made ready for inputs of known types and shapes: what it writes is known, and how to compute it.</summary>
/// <param name="Outputs">Type and shape of every output.</param>
/// <param name="Run">From the inputs (null where one is left out) to the outputs; safe to call from several threads.</param>
internal sealed record Prepared(Values<TensorType> Outputs, Func<Operand?[], Operand[]> Run)
{
    /// <summary>The same, with the elements of the only output in an array that is given, of its length; null where there is no such way. The inputs' arrays are not kept.</summary>
    public Func<Operand?[], float[], Operand[]>? Into { get; init; }

    /// <summary>Whether the outputs follow from types and shapes alone.</summary>
    public bool IsConstant { get; private init; }

    /// <summary>Whether input 0 is a constant that this has itself, so that it need not be given.</summary>
    public bool HasCodes { get; init; }

    /// <summary>A result that follows from types and shapes alone.</summary>
    public static Prepared Constant(Operand value) => new([value.Signature], _ => [value]) { IsConstant = true };

    /// <summary>The first input's elements in another shape.</summary>
    public static Prepared Reshaped(Site site, Shape shape) => new([new(site.TypeOf(0), shape)], inputs => [inputs[0]!.Reshape(shape)]);

    /// <summary>One output of floating-point elements, which <paramref name="fill"/> writes into an array of zeros, or of anything where it writes the <paramref name="whole"/>; they are rounded to the type.</summary>
    public static Prepared Floats(ElementType type, Shape shape, Action<Operand?[], float[]> fill, bool whole = false)
    {
        Operand[] Filled(Operand?[] inputs, float[] y)
        {
            fill(inputs, y);
            Nominal.Round(type, y);
            return [Operand.Of(type, shape, Values.Freeze(y))];
        }

        return new([new(type, shape)], inputs => Filled(inputs, whole ? GC.AllocateUninitializedArray<float>(shape.Count) : new float[shape.Count]))
        {
            Into = (inputs, y) =>
            {
                if (!whole) Array.Clear(y);
                return Filled(inputs, y);
            },
        };
    }

    /// <summary>One output of integers or truth values, which <paramref name="fill"/> writes into an array of zeros.</summary>
    public static Prepared Integers(ElementType type, Shape shape, Action<Operand?[], long[]> fill) => new([new(type, shape)], inputs =>
    {
        var y = new long[shape.Count];
        fill(inputs, y);
        return [Operand.Of(type, shape, Values.Freeze(y))];
    });
}
