using LanguageExt;
using Ptq.Errors;
using Ptq.Numerics;

namespace Ptq.Data;

/// <summary>
/// NPY, one array in a file, as NumPy's <c>save</c> writes it (numpy.lib.format; NEP 1): a magic number, a version, a Python
/// dict that gives type, order and shape, then the elements. Read are versions 1.0, 2.0 and 3.0, of booleans, integers and floats.
/// </summary>
public static class Npy
{
    /// <summary>Reads an NPY file.</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="bytes">All of the file. Reading takes at most its length in memory again, and 64 KiB.</param>
    /// <returns>The array in C order and little-endian, or a <see cref="PtqError.BadFile"/> where the header is not as
    /// specified, the type is structured or of Python objects, a boolean is neither 0 nor 1, or the data are not exactly as
    /// long as the shape wants.</returns>
    public static Either<PtqError, NpyArray> Parse(string name, ReadOnlyMemory<byte> bytes) => Parse(new Place(name), bytes);

    /// <summary>The array as a version 1.0 file, byte for byte as NumPy writes it.</summary>
    public static byte[] Write(NpyArray array) => [.. NpyHeader.Write(array.Type, array.Shape), .. array.Bytes.Span];

    /// <inheritdoc cref="Parse(string, ReadOnlyMemory{byte})"/>
    internal static Either<PtqError, NpyArray> Parse(Place place, ReadOnlyMemory<byte> file) =>
        from header in NpyHeader.Parse(place, file.Span)
        let data = file[header.Length..]
        from full in DeclaredShape.Fills(place, header.Shape, header.Type.ItemSize, data.Length)
        from clean in Truths(place, header.Type, data.Span)
        select NpyArray.Of(header.Shape, header.Type, InOrder(header, data));

    private static Either<PtqError, Unit> Truths(Place place, NpyType type, ReadOnlySpan<byte> data)
    {
        var i = type == NpyType.Bool ? data.IndexOfAnyExceptInRange((byte)0, (byte)1) : -1;
        return i < 0 ? Unit.Default : place.Bad($"element {i}", $"{data[i]}", "0 or 1, a boolean");
    }

    private static Values<byte> InOrder(NpyHeader header, ReadOnlyMemory<byte> data)
    {
        var straight = !header.Fortran || header.Shape.Rank < 2;
        return straight && (!header.BigEndian || header.Type.ItemSize == 1) ? Values.Of(data.Span)
            : Values.Create<byte, (NpyHeader Header, ReadOnlyMemory<byte> Data, bool Straight)>(data.Length, (header, data, straight), static (dst, s) =>
            {
                var size = s.Header.Type.ItemSize;
                if (s.Straight) s.Data.Span.CopyTo(dst);
                else Transpose(s.Header.Shape, size, s.Data.Span, dst);
                for (var at = 0; s.Header.BigEndian && at < dst.Length; at += size) dst.Slice(at, size).Reverse();
            });
    }

    // Walks the target in C order; place[] counts like an odometer, last axis fastest, and from follows it in the source.
    private static void Transpose(Tensors.Shape shape, int size, ReadOnlySpan<byte> source, Span<byte> target)
    {
        var (place, from) = (new int[shape.Rank], 0);
        for (var to = 0; to < target.Length; to += size)
        {
            source.Slice(from * size, size).CopyTo(target[to..]);
            for (var (axis, stride) = (shape.Rank - 1, shape.Count / shape[shape.Rank - 1]); axis >= 0; axis--)
            {
                from += stride;
                if (++place[axis] < shape[axis]) break;
                from -= stride * shape[axis];
                place[axis] = 0;
                if (axis > 0) stride /= shape[axis - 1];
            }
        }
    }
}
