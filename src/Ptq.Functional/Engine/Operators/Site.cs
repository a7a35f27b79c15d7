using System.Globalization;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>
/// What an operator sees when it is made ready: its attributes, the types and shapes of its inputs, and the values of those
/// that do not depend on what the network is given. What does not fit leaves as an <see cref="Unfit"/>, which the engine turns
/// into a <see cref="PtqError"/>: a hundred operators would be illegible otherwise.
/// </summary>
/// <param name="Operation">The operation.</param>
/// <param name="Opset">The version of ONNX's operator set.</param>
/// <param name="Types">Of the inputs; null where one is left out.</param>
/// <param name="Known">The inputs' values, where they are known already.</param>
internal sealed record Site(Operation Operation, int Opset, TensorType?[] Types, Operand?[] Known)
{
    /// <summary>The most elements a tensor may have whatever the limits: 1 GiB of float32.</summary>
    public const int MostElements = 1 << 28;

    /// <summary>The most axes a tensor may have here: none is known that needs more than a handful.</summary>
    public const int MostAxes = 64;

    /// <summary>What the operation may ask for.</summary>
    public EngineLimits Limits { get; init; } = EngineLimits.Default;

    /// <summary>How many inputs there are, those left out in between included.</summary>
    public int Count => Types.Length;

    /// <summary>Whether an input is there.</summary>
    public bool Has(int place) => place < Types.Length && Types[place] is not null;

    /// <summary>The element type of an input that must be there.</summary>
    public ElementType TypeOf(int place) => Has(place) ? Types[place]!.Value.Type : throw Bad($"input {place}", "none", "a tensor");

    /// <summary>The element type of an input that must have floating-point elements.</summary>
    public ElementType FloatTypeOf(int place, string? name = null) => TypeOf(place) is { IsFloat: true } type ? type : throw Bad(name ?? $"input {place}", TypeOf(place).Name, "floating-point numbers");

    /// <summary>The shape of an input that must be there.</summary>
    public Shape ShapeOf(int place) => Has(place) ? Types[place]!.Value.Shape : throw Bad($"input {place}", "none", "a tensor");

    /// <summary>The value of an input that decides a shape.</summary>
    public Operand ValueOf(int place, string name) => Has(place)
        ? Known[place] ?? throw Bad($"{name} '{Operation.Input(place)}'", "a tensor that depends on the network's inputs", "one that follows from constants and shapes")
        : throw Bad(name, "none", "a tensor");

    /// <summary>The integers of an input that decides a shape.</summary>
    public long[] IntegersOf(int place, string name) => ValueOf(place, name) is { Type.IsFloat: false } value ? value.Integers.Span.ToArray() : throw Bad($"{name} '{Operation.Input(place)}'", $"{TypeOf(place).Name}", "integers");

    /// <summary>An integer attribute.</summary>
    public long Whole(string attribute, long otherwise) => Operation.Whole(attribute, otherwise);

    /// <summary>An integer attribute that must lie in a range.</summary>
    public int Whole(string attribute, int otherwise, int low, int high) => Operation.Whole(attribute, otherwise) is var value && value >= low && value <= high
        ? (int)value : throw Bad(attribute, value.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"{low} to {high}"));

    /// <summary>A truth value, written as an integer.</summary>
    public bool Flag(string attribute, bool otherwise = false) => Operation.Whole(attribute, otherwise ? 1 : 0) != 0;

    /// <summary>A real attribute.</summary>
    public float Real(string attribute, float otherwise) => Operation.Real(attribute, otherwise);

    /// <summary>A text attribute.</summary>
    public string Text(string attribute, string otherwise) => Operation.Text(attribute, otherwise);

    /// <summary>A list of integers; null where the attribute is not there.</summary>
    public long[]? Wholes(string attribute) => Operation.Attributes.Find(attribute).Case is LanguageExt.SomeCase<AttributeValue>(AttributeValue.Wholes(var each)) ? each.Span.ToArray() : null;

    /// <summary>A list of reals; null where the attribute is not there.</summary>
    public float[]? Reals(string attribute) => Operation.Attributes.Find(attribute).Case is LanguageExt.SomeCase<AttributeValue>(AttributeValue.Reals(var each)) ? each.Span.ToArray() : null;

    /// <summary>A list of texts; null where the attribute is not there.</summary>
    public string[]? Texts(string attribute) => Operation.Attributes.Find(attribute).Case is LanguageExt.SomeCase<AttributeValue>(AttributeValue.Texts(var each)) ? each.Span.ToArray() : null;

    /// <summary>A list of integers from an attribute (older operator sets) or an input (newer ones); null where neither is there.</summary>
    public long[]? WholesOrInput(string attribute, int place) => Wholes(attribute) ?? (Has(place) ? IntegersOf(place, attribute) : null);

    /// <summary>An axis of a tensor of a rank, counted from 0; negative ones count from the end.</summary>
    public int Axis(long axis, int rank, string name = "axis") => axis >= -rank && axis < rank ? (int)(axis < 0 ? axis + rank : axis) : throw Bad(name, axis.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"{-rank} to {rank - 1}, for {rank} axes"));

    /// <summary>Different axes of a tensor of a rank, counted from 0, in the order given.</summary>
    public int[] Axes(long[] axes, int rank, string name = "axes")
    {
        var seen = new bool[rank];
        return Array.ConvertAll(axes, given =>
        {
            var axis = Axis(given, rank, name);
            if (seen[axis]) throw Bad(name, string.Create(CultureInfo.InvariantCulture, $"axis {axis} twice"), "different axes");
            seen[axis] = true;
            return axis;
        });
    }

    /// <summary>The one integer of an input that decides a shape.</summary>
    public long IntegerOf(int place, string name) => IntegersOf(place, name) is [var one] ? one : throw Bad($"{name} '{Operation.Input(place)}'", $"{ShapeOf(place)}", "one integer");

    /// <summary>A shape that is small enough to be made.</summary>
    public Shape Fits(params ReadOnlySpan<long> lengths)
    {
        if (lengths.Length > MostAxes) throw Bad("output", $"{lengths.Length} axes", $"at most {MostAxes}");
        if (!Shape.Fits(lengths)) throw Bad("output", $"shape [{string.Join(", ", lengths.ToArray())}]", "lengths from 0 and fewer than 2³¹ elements");
        var shape = Shape.Of(Array.ConvertAll(lengths.ToArray(), n => (int)n));
        var most = Math.Min(Limits.Elements, MostElements);
        return shape.Count <= most ? shape : throw Bad("output", $"shape {shape}", $"at most {most} elements");
    }

    /// <summary>Refuses what would not end.</summary>
    /// <param name="factors">Whose product is the number of multiplications.</param>
    public void Affordable(params ReadOnlySpan<long> factors)
    {
        var work = Int128.One;
        foreach (var factor in factors)
            if ((work *= factor) > Limits.Products) throw Bad("work", $"more than {Limits.Products} products", "fewer");
    }

    /// <summary>What does not fit, to be thrown.</summary>
    public Unfit Bad(string place, string seen, string wanted) => new(new PtqError.BadGraph(Operation.Name, $"{Operation.FullOp} (opset {Opset}), {place}", seen, wanted));
}

/// <summary>An operation that cannot be made ready, or cannot run on the elements that it got. It never leaves the engine, which returns its error as a value.</summary>
#pragma warning disable CA1032, CA1064 // neither made nor caught elsewhere
internal sealed class Unfit(PtqError error) : Exception(error.Describe())
#pragma warning restore CA1032, CA1064
{
    public PtqError Error { get; } = error;
}
