using System.Buffers.Binary;
using System.IO.Compression;
using LanguageExt;
using Ptq.Errors;

namespace Ptq.Data;

/// <summary>A file in gzip (RFC 1952) of one member.</summary>
internal static class Gzip
{
    private const int TrailerLength = 8;

    /// <summary>Whether the bytes begin as a gzip file does.</summary>
    public static bool Is(ReadOnlySpan<byte> bytes) => bytes.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]);

    /// <summary>What is inside; at most one byte more than it declares of itself.</summary>
    public static Either<PtqError, ReadOnlyMemory<byte>> Inflate(Place place, ReadOnlyMemory<byte> bytes, WholeLength wholeLength)
    {
        using var stream = new GZipStream(Arrivals.Of(bytes), CompressionMode.Decompress);
        return Inflation.Read(place, stream, bytes.Length, wholeLength);
    }

    /// <summary>A complaint where the file does not end with the check sum and length of what was inside: .NET's reader is content
    /// with a file whose end is cut off, and with anything at all behind it.</summary>
    public static Either<PtqError, Unit> EndsWell(Place place, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> inflated)
    {
        var end = bytes[^Math.Min(TrailerLength, bytes.Length)..];
        Span<byte> wanted = stackalloc byte[TrailerLength];
        BinaryPrimitives.WriteUInt32LittleEndian(wanted, Crc32.Of(inflated));
        BinaryPrimitives.WriteUInt32LittleEndian(wanted[4..], (uint)inflated.Length);
        return end.SequenceEqual(wanted) ? Unit.Default
            : place.Bad("end of the gzip member", Convert.ToHexString(end), $"{Convert.ToHexString(wanted)}, its check sum and length, and nothing behind");
    }

    /// <summary>The bytes, compressed. No time stands in the header.</summary>
    public static byte[] Deflate(ReadOnlySpan<byte> bytes)
    {
        var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.SmallestSize)) stream.Write(bytes);
        return packed.ToArray();
    }
}
