using Ptq.Numerics;

namespace Ptq.Data;

/// <summary>The check sum of gzip (RFC 1952, section 8) and zip.</summary>
internal static class Crc32
{
    private static readonly Values<uint> Table = Values.Create<uint, uint>(256, 0xEDB88320, static (table, polynomial) =>
    {
        for (var i = 0u; i < 256; i++)
        {
            var c = i;
            for (var bit = 0; bit < 8; bit++) c = (c & 1) != 0 ? polynomial ^ (c >> 1) : c >> 1;
            table[(int)i] = c;
        }
    });

    /// <summary>The check sum of all the bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var table = Table.Span;
        var c = uint.MaxValue;
        foreach (var b in bytes) c = table[(byte)(c ^ b)] ^ (c >> 8);
        return ~c;
    }
}
