using System.Buffers.Binary;
using System.IO.Compression;
using Ptq.Data;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Properties.Hostile;

/// <summary>IDX files, plain and gzipped, and what is done to them.</summary>
internal static class IdxEdits
{
    public static FileFormat Plain { get; } = new("x.idx", Sound, [.. ByteEdits.All(Sound), new("magic", Magic), new("rank", Rank), new("dimension", Dimension), new("dimension that fits", Fitting)]);

    public static FileFormat Gzipped { get; } = new("x.idx.gz", Packed,
    [
        .. ByteEdits.All(Packed),
        new("header", (file, drawn) => ByteEdits.Number(file, drawn.From(0, 10), 1, drawn.Of(0, 1, 2, 4, 8, 16, 255, 0x1F, 0x8B))),
        new("trailer", (file, drawn) => ByteEdits.Number(file, Math.Max(0, file.Length - drawn.Of(4, 8)), 4, drawn.Of(ByteEdits.Numbers))),
        new("member", (file, drawn) => [.. file, .. Packed(drawn)]),
        new("bomb", (_, drawn) => Compressed(Bomb(drawn))),
        new("inside", (file, drawn) => drawn.Of(Plain.Edits).Apply(Inflated(file), drawn) is { Length: <= 1 << 21 } inside ? Compressed(inside) : file),
    ]);

    private static byte[] Sound(Drawn drawn)
    {
        var shape = Shape.Of(drawn.Each(drawn.From(1, 4), _ => drawn.Of(0, 1, 1, 2, 3, 5, 28)));
        return Idx.Write(IdxArray.Of(shape, Values.From(Enumerable.Range(0, shape.Count).Select(_ => (byte)drawn.Of(0, drawn.From(0, 255))))));
    }

    private static byte[] Packed(Drawn drawn) => Compressed(Sound(drawn));

    private static byte[] Compressed(byte[] inside)
    {
        var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.SmallestSize)) stream.Write(inside);
        return packed.ToArray();
    }

    private static byte[] Inflated(byte[] file)
    {
        try
        {
            using var stream = new GZipStream(new MemoryStream(file), CompressionMode.Decompress);
            var (inside, chunk) = (new MemoryStream(), new byte[4096]);
            for (int got; inside.Length < 1 << 20 && (got = stream.Read(chunk)) > 0;) inside.Write(chunk.AsSpan(0, got));
            return inside.ToArray();
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return [];
        }
    }

    // Zeros, whose number may be declared truly, one more, one fewer, or anything.
    private static byte[] Bomb(Drawn drawn)
    {
        var count = drawn.Of(1000, 16 * 1024, 100_000, 1_000_000, 4_000_000);
        var file = new byte[8 + count];
        (file[2], file[3]) = (8, 1);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4), (int)drawn.Of(count, count + 1, count - 1, drawn.Of(ByteEdits.Numbers)));
        return file;
    }

    private static byte[] Magic(byte[] file, Drawn drawn) => ByteEdits.Number(file, drawn.From(0, 2), 1, drawn.Of(0, 8, 9, 0x0B, 0x0C, 0x0D, 0x0E, 0x1F, 0x8B, 255));

    private static byte[] Rank(byte[] file, Drawn drawn) => ByteEdits.Number(file, 3, 1, drawn.Of(0, 1, 2, 3, 4, 5, 64, 255));

    private static byte[] Dimension(byte[] file, Drawn drawn) => ByteEdits.Number(file, 4 + 4 * drawn.From(0, 3), drawn);

    // The data are as long as the new dimensions say.
    private static byte[] Fitting(byte[] file, Drawn drawn)
    {
        var lengths = drawn.Each(drawn.Of(1, 2, 3, 255), _ => drawn.Of(1, 1, 1, 1, 1, 1, 1, 1, 1, 2));
        return lengths.Aggregate(1L, (a, b) => a * b) is <= 1 << 20 and var count ? [0, 0, 8, (byte)lengths.Length, .. lengths.SelectMany(n => (byte[])[0, 0, 0, (byte)n]), .. new byte[count]] : file;
    }
}
