using LanguageExt;
using Ptq.Errors;
using Ptq.Tensors;

namespace Ptq.Data;

/// <summary>The shape that a header declares, before it is believed.</summary>
internal static class DeclaredShape
{
    /// <summary>The shape, where its elements fit an array.</summary>
    public static Either<PtqError, Shape> Of(Place place, long[] lengths, int itemSize) => Fits(lengths, itemSize)
        ? Shape.Of([.. lengths.Select(length => (int)length)])
        : place.Bad("shape", $"{Shown<long>(lengths)} of {itemSize}-byte elements", $"at most {Array.MaxLength} bytes of data");

    /// <summary>Whether the elements of such a shape fit an array. As in NumPy, an axis of length 0 does not excuse the others:
    /// strides stay in range.</summary>
    public static bool Fits(IEnumerable<long> lengths, int itemSize)
    {
        var bytes = (UInt128)itemSize;
        foreach (var length in lengths)
        {
            bytes *= (ulong)Math.Max(length, 1);
            if (bytes > (UInt128)Array.MaxLength) return false;
        }
        return true;
    }

    /// <inheritdoc cref="Fits(IEnumerable{long}, int)"/>
    public static bool Fits(Shape shape, int itemSize) => Fits(shape.Lengths.AsEnumerable().Select(length => (long)length), itemSize);

    /// <summary>A complaint where the data are not as long as the shape wants.</summary>
    public static Either<PtqError, Unit> Fills(Place place, Shape shape, int itemSize, long dataLength)
    {
        var wanted = (long)shape.Count * itemSize;
        return dataLength < wanted ? place.Bad("data", $"{dataLength} bytes", $"{wanted} for shape {Shown(shape.Lengths.Span)}")
            : dataLength > wanted ? place.Bad("data", "bytes after the last element", $"{wanted} bytes for shape {Shown(shape.Lengths.Span)}")
            : Unit.Default;
    }

    // A file may declare 255 axes; a message need not.
    private static string Shown<T>(ReadOnlySpan<T> lengths) =>
        $"[{string.Join(", ", lengths[..Math.Min(8, lengths.Length)].ToArray())}{(lengths.Length > 8 ? ", …" : "")}]";
}
