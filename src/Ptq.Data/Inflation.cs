using LanguageExt;
using Ptq.Errors;
using static LanguageExt.Prelude;

namespace Ptq.Data;

/// <summary>How long a file wants to be in all, judged by its first 16 KiB (or all of it, where it is shorter).</summary>
internal delegate Either<PtqError, long> WholeLength(ReadOnlyMemory<byte> head);

/// <summary>
/// Reading a compressed file that may lie. Its own header says how long it is; a length that deflate cannot have packed into
/// so few bytes is refused before anything is allocated for it, and no more than that length and one byte is inflated. So the
/// memory taken is at most 3 · (1032 · compressed + 17 KiB), whatever the bytes are.
/// </summary>
internal static class Inflation
{
    private const int HeadBytes = 16 * 1024;

    /// <summary>What the most favourable deflate stream (RFC 1951) inflates to: a match of 258 bytes costs two bits at least,
    /// which is 1032 to 1; and something for short streams.</summary>
    public static long Limit(long compressed) => 1032 * compressed + 1024;

    /// <summary>The inflated bytes, at most one more than the header declares: the parser sees by that one that there are too many.</summary>
    /// <param name="place">What is being read.</param>
    /// <param name="inflated">The inflating stream.</param>
    /// <param name="compressed">How many bytes it inflates from.</param>
    /// <param name="wholeLength">Reads the header.</param>
    public static Either<PtqError, ReadOnlyMemory<byte>> Read(Place place, Stream inflated, long compressed, WholeLength wholeLength)
    {
        try
        {
            // A short stream ends within a small buffer, which then grows at most once.
            var head = Arrivals.Read(inflated, HeadBytes, (int)Math.Min(HeadBytes, Limit(compressed)));
            return wholeLength(head).Bind(length =>
                length > Limit(compressed) ? Left<PtqError, ReadOnlyMemory<byte>>(TooLong(place, length, compressed))
                : length < head.Length || head.Length < HeadBytes ? Right<PtqError, ReadOnlyMemory<byte>>(head)
                : Right<PtqError, ReadOnlyMemory<byte>>(Arrivals.Fill(inflated, head, (int)Math.Min(length + 1, System.Array.MaxLength))));
        }
        catch (Exception e) when (IsRefusal(e))
        {
            return place.Bad("compressed data", "bytes that do not inflate", "an intact deflate stream");
        }
    }

    /// <summary>Whether this is how the zip and deflate library says that it does not like the bytes.</summary>
    public static bool IsRefusal(Exception e) =>
        e is InvalidDataException or IOException or NotSupportedException or ArgumentException or ArithmeticException or InvalidOperationException;

    private static PtqError TooLong(Place place, long length, long compressed) =>
        place.Bad("header", $"{length} bytes declared", $"at most {Limit(compressed)}, all that {compressed} compressed bytes can hold");
}
