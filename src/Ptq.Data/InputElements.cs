using LanguageExt;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;
using static LanguageExt.Prelude;

namespace Ptq.Data;

/// <summary>From the elements of files to those of a network's input.</summary>
internal static class InputElements
{
    /// <summary>Whether elements of a type may go into an input: integers and truth values anywhere, floats only into floats.</summary>
    public static Either<PtqError, Unit> Check(Place place, NpyType type, Port port) =>
        port.Type.IsFloat || type is not (NpyType.Float16 or NpyType.Float32 or NpyType.Float64) ? Unit.Default
        : place.Bad("element type", type.ToString().ToLowerInvariant(), $"integers for input {Place.Quote(port.Name)} ({port})");

    /// <summary>Pieces, one after the other, as an input of a shape; where they do not fill it, the last sample is repeated.</summary>
    /// <returns>The input; or the element that is not finite, or no number of the input's type.</returns>
    public static Either<PtqError, Operand> Of(Port port, Shape shape, int sample, IReadOnlyList<Piece> pieces, InputScaling scaling) => port.Type.IsFloat
        ? Floats(pieces, shape.Count, sample, port.Type, scaling).Map(all => Operand.Of(port.Type, shape, all))
        : Integers(pieces, shape.Count, sample, port).Map(all => Operand.Of(port.Type, shape, all));

    private static Either<PtqError, Values<float>> Floats(IReadOnlyList<Piece> pieces, int length, int sample, ElementType type, InputScaling scaling)
    {
        var (all, filled) = (new float[length], 0);
        foreach (var piece in pieces)
        {
            var part = all.AsSpan(filled, piece.Length);
            Elements(piece).ToFloats().Span.CopyTo(part);
            for (var i = 0; i < part.Length; i++)
                if (!float.IsFinite(part[i])) return piece.Place.Bad($"element {piece.First + i}", part[i].ToString(System.Globalization.CultureInfo.InvariantCulture), "a finite number");
            filled += piece.Length;
        }
        scaling.Apply(all.AsSpan(0, filled));
        if (type == ElementType.Float16)
            foreach (ref var x in all.AsSpan(0, filled)) x = (float)(Half)x; // what a runtime of that width would be given
        Repeat(all, filled, sample);
        return Values.Of<float>(all);
    }

    private static Either<PtqError, Values<long>> Integers(IReadOnlyList<Piece> pieces, int length, int sample, Port port)
    {
        var (low, high) = Range(port.Type);
        var (all, filled) = (new long[length], 0);
        foreach (var piece in pieces)
        {
            if (Elements(piece).ToIntegers().Case is not SomeCase<Values<long>>(var integers)) return piece.Place.Bad("elements", "integers above 2⁶³ − 1", $"{port.Type.Name}");
            for (var i = 0; i < integers.Length; i++)
                if (integers[i] < low || integers[i] > high) return piece.Place.Bad($"element {piece.First + i}", $"{integers[i]}", $"{low} to {high} for input {Place.Quote(port.Name)} ({port})");
            integers.Span.CopyTo(all.AsSpan(filled));
            filled += piece.Length;
        }
        Repeat(all, filled, sample);
        return Values.Of<long>(all);
    }

    private static NpyArray Elements(Piece piece) => piece.Length == piece.Array.Shape.Count ? piece.Array
        : NpyArray.Of(Shape.Of(piece.Length), piece.Array.Type, Values.Of(piece.Array.Bytes.Span.Slice(piece.First * piece.Array.Type.ItemSize, piece.Length * piece.Array.Type.ItemSize)));

    private static void Repeat<T>(T[] all, int filled, int sample)
    {
        for (var to = filled; to < all.Length; to += sample) all.AsSpan(filled - sample, sample).CopyTo(all.AsSpan(to));
    }

    private static (long Low, long High) Range(ElementType type) => type switch
    {
        ElementType.Bool => (0, 1),
        ElementType.Int64 => (long.MinValue, long.MaxValue),
        ElementType.UInt64 => (0, long.MaxValue),
        ElementType.Int4 or ElementType.Int8 or ElementType.Int16 or ElementType.Int32 => (-(1L << type.Bits - 1), (1L << type.Bits - 1) - 1),
        _ => (0, (1L << type.Bits) - 1),
    };
}
