namespace Ptq.Data;

/// <summary>Bytes of a stream whose length nobody vouches for: the buffer grows with what has come, not with what was promised.</summary>
internal static class Arrivals
{
    private const int FirstBuffer = 16 * 1024;

    /// <summary>What was read before, followed by what the stream still gives, up to <paramref name="limit"/> bytes in all.
    /// Takes at most three times the memory of what it returns, or of a first buffer of 16 KiB.</summary>
    public static ReadOnlyMemory<byte> Read(Stream stream, ReadOnlyMemory<byte> before, int limit)
    {
        var buffer = new byte[Math.Min(limit, Math.Max(FirstBuffer, 2L * before.Length))];
        before.CopyTo(buffer);
        var count = before.Length;
        while (true)
        {
            var got = stream.Read(buffer.AsSpan(count));
            count += got;
            if (got == 0 || count == limit) return buffer.AsMemory(0, count);
            if (count == buffer.Length) Array.Resize(ref buffer, (int)Math.Min(limit, 2L * buffer.Length));
        }
    }

    /// <summary>A stream that reads these bytes, without a copy where they stand in an array.</summary>
    public static Stream Of(ReadOnlyMemory<byte> bytes) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out var part)
            ? new MemoryStream(part.Array!, part.Offset, part.Count, writable: false)
            : new MemoryStream(bytes.ToArray(), writable: false);
}
