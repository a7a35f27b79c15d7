using System.Buffers.Binary;
using LanguageExt;
using Ptq.Errors;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Data;

/// <summary>
/// IDX, the format of MNIST ("The IDX file format", yann.lecun.com/exdb/mnist): two zero bytes, a type, the number of axes, a
/// big-endian 32-bit length for each, the elements in C order. Here the elements are unsigned bytes (type 0x08).
/// </summary>
public static class Idx
{
    private const byte UnsignedByte = 0x08;

    /// <summary>Reads an IDX file, plain or gzipped (which its first two bytes tell).</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="bytes">All of the file. Reading takes at most its length in memory again; gzipped, 2 · 1032 · length, for deflate packs at most 1032 bytes into one; and 64 KiB.</param>
    /// <returns>The array, or a <see cref="PtqError.BadFile"/> where the file is cut short, too long, damaged, of another type,
    /// or declares more than it can hold.</returns>
    public static Either<PtqError, IdxArray> Parse(string name, ReadOnlyMemory<byte> bytes)
    {
        var place = new Place(name);
        return !Gzip.Is(bytes.Span) ? Plain(place, bytes)
            : from inflated in Gzip.Inflate(place, bytes, head => ShapeOf(place, head).Map(shape => (long)HeaderLength(shape.Rank) + shape.Count))
              from array in Plain(place, inflated)
              from end in Gzip.EndsWell(place, bytes.Span, inflated.Span)
              select array;
    }

    /// <summary>The array as a plain IDX file.</summary>
    public static byte[] Write(IdxArray array)
    {
        var rank = array.Shape.Rank;
        var bytes = new byte[HeaderLength(rank) + array.Data.Length];
        bytes[2] = UnsignedByte;
        bytes[3] = (byte)rank;
        for (var axis = 0; axis < rank; axis++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(HeaderLength(axis)), array.Shape[axis]);
        array.Data.Span.CopyTo(bytes.AsSpan(HeaderLength(rank)));
        return bytes;
    }

    /// <summary>The array as a gzipped IDX file. How small it gets is the library's affair and may differ between versions of .NET.</summary>
    public static byte[] WriteGz(IdxArray array) => Gzip.Deflate(Write(array));

    private static int HeaderLength(int rank) => 4 + 4 * rank;

    private static Either<PtqError, IdxArray> Plain(Place place, ReadOnlyMemory<byte> bytes) =>
        from shape in ShapeOf(place, bytes)
        let data = bytes[HeaderLength(shape.Rank)..]
        from full in DeclaredShape.Fills(place, shape, 1, data.Length)
        select IdxArray.Of(shape, Values.Of(data.Span));

    private static Either<PtqError, Shape> ShapeOf(Place place, ReadOnlyMemory<byte> file)
    {
        var bytes = file.Span;
        if (bytes.Length < 4) return place.Bad("header", $"{bytes.Length} bytes", "at least 4");
        if (bytes[0] != 0 || bytes[1] != 0) return place.Bad("magic number", Convert.ToHexString(bytes[..4]), "0000, a type and a number of axes; or 1F8B for gzip");
        if (bytes[2] != UnsignedByte) return place.Bad("element type", TypeName(bytes[2]), TypeName(UnsignedByte));
        int rank = bytes[3];
        if (rank == 0) return place.Bad("number of axes", "0", "1 to 255");
        if (bytes.Length < HeaderLength(rank)) return place.Bad("header", $"{bytes.Length} bytes", $"{HeaderLength(rank)} for {rank} axes");

        var lengths = new long[rank];
        for (var axis = 0; axis < rank; axis++) lengths[axis] = BinaryPrimitives.ReadUInt32BigEndian(bytes[HeaderLength(axis)..]);
        return DeclaredShape.Of(place, lengths, 1);
    }

    private static string TypeName(byte type) => type switch
    {
        UnsignedByte => "0x08 (unsigned byte)",
        0x09 => "0x09 (signed byte)",
        0x0B => "0x0B (int16)",
        0x0C => "0x0C (int32)",
        0x0D => "0x0D (float32)",
        0x0E => "0x0E (float64)",
        _ => $"0x{type:X2}",
    };
}
