using System.Buffers.Binary;

namespace Ptq.Properties.Hostile;

/// <summary>Changes that fit any file.</summary>
internal static class ByteEdits
{
    /// <summary>Numbers at which something changes.</summary>
    public static long[] Numbers { get; } =
    [
        0, 1, -1, 2, 3, 64, 65, 127, 128, 255, 256, 1000, 32767, 65535, 65536, 1 << 20, 1 << 28, (1 << 28) + 1, Array.MaxLength, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, (1L << 32) + 1, 1L << 40, long.MaxValue, long.MinValue,
    ];

    /// <summary>All of them; the other file of a splice is one of the same format.</summary>
    public static Edit[] All(Func<Drawn, byte[]> other) =>
    [
        new("flip", Flip),
        new("number", (file, drawn) => file.Length == 0 ? file : Number(file, drawn.From(0, file.Length - 1), drawn)),
        new("truncate", (file, drawn) => file[..drawn.From(0, Math.Max(0, file.Length - 1))]),
        new("append", (file, drawn) => [.. file, .. drawn.Each(drawn.From(1, 40), _ => drawn.From(0, 255)).Select(b => (byte)b)]),
        new("delete", (file, drawn) => Part(file, drawn) is var (from, to) ? [.. file[..from], .. file[to..]] : file),
        new("repeat", (file, drawn) => Part(file, drawn) is var (from, to) ? [.. file[..to], .. Enumerable.Repeat(file[from..to], drawn.Of(1, 1, 2, 30)).SelectMany(b => b), .. file[to..]] : file),
        new("move", (file, drawn) => Part(file, drawn) is var (from, to) && drawn.From(0, file.Length - (to - from)) is var at && (byte[])[.. file[..from], .. file[to..]] is var rest ? [.. rest[..at], .. file[from..to], .. rest[at..]] : file),
        new("splice", (file, drawn) => other(drawn) is var b ? [.. file[..drawn.From(0, file.Length)], .. b[drawn.From(0, b.Length)..]] : file),
    ];

    /// <summary>A number of 1, 2, 4 or 8 bytes written over what is there, in either order of bytes.</summary>
    public static byte[] Number(byte[] file, int at, Drawn drawn)
    {
        Span<byte> bytes = stackalloc byte[8];
        var (number, size) = (drawn.Of(Numbers), drawn.Of(1, 2, 4, 8));
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        bytes = bytes[..size];
        if (drawn.From(0, 1) == 0) bytes.Reverse();
        var changed = file.ToArray();
        for (var i = 0; i < size && at + i < file.Length; i++) changed[at + i] = bytes[i];
        return changed;
    }

    /// <summary>The same with a size, in little-endian order.</summary>
    public static byte[] Number(byte[] file, int at, int size, long number)
    {
        var changed = file.ToArray();
        for (var i = 0; i < size && at + i < file.Length; i++) changed[at + i] = (byte)(number >> 8 * i);
        return changed;
    }

    private static byte[] Flip(byte[] file, Drawn drawn)
    {
        if (file.Length == 0) return file;
        var changed = file.ToArray();
        var near = drawn.From(0, 1) == 0 ? Math.Min(file.Length, 100) : file.Length; // structure is thickest at the beginning
        for (var i = drawn.From(0, 3); i >= 0; i--) changed[drawn.From(0, near - 1)] ^= (byte)(1 << drawn.From(0, 7));
        return changed;
    }

    private static (int From, int To) Part(byte[] file, Drawn drawn)
    {
        var from = drawn.From(0, file.Length);
        return (from, Math.Min(file.Length, from + drawn.Of(1, 2, 4, 8, drawn.From(0, 64), drawn.From(0, file.Length))));
    }
}
