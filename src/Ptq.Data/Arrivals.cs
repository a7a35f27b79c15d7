namespace Ptq.Data;

/// <summary>Bytes of a stream whose length nobody vouches for: the buffer grows with what has come, not with what was promised.</summary>
internal static class Arrivals
{
    private const int FirstBuffer = 16 * 1024;

    /// <summary>What the stream gives, up to <paramref name="limit"/> bytes; the first buffer has at most <paramref name="first"/>.
    /// Takes at most three times the memory of what it returns, or of the first buffer.</summary>
    public static ReadOnlyMemory<byte> Read(Stream stream, int limit, int first = FirstBuffer)
    {
        var (buffer, count) = (new byte[Math.Min(limit, first)], 0);
        while (true)
        {
            var got = stream.Read(buffer.AsSpan(count));
            count += got;
            if (got == 0 || count == limit) return buffer.AsMemory(0, count);
            if (count == buffer.Length) Array.Resize(ref buffer, (int)Math.Min(limit, 2L * buffer.Length));
        }
    }

    /// <summary>What was read before, followed by what the stream still gives, up to <paramref name="limit"/> bytes in all, for which there is room at once.</summary>
    public static ReadOnlyMemory<byte> Fill(Stream stream, ReadOnlyMemory<byte> before, int limit)
    {
        var buffer = new byte[limit];
        before.CopyTo(buffer);
        return buffer.AsMemory(0, before.Length + stream.ReadAtLeast(buffer.AsSpan(before.Length), limit - before.Length, throwOnEndOfStream: false));
    }

    /// <summary>A stream that reads these bytes, without a copy where they stand in an array.</summary>
    public static Stream Of(ReadOnlyMemory<byte> bytes) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out var part)
            ? new MemoryStream(part.Array!, part.Offset, part.Count, writable: false)
            : new MemoryStream(bytes.ToArray(), writable: false);
}
