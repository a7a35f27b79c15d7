using System.Text;

namespace Ptq.Data;

/// <summary>
/// A zip archive (APPNOTE.TXT 6.3, sections 4.3 and 4.4) of entries as they are, without compression. Written here because
/// .NET's ZipArchive puts the platform and its file permissions into the bytes.
/// </summary>
internal static class StoredZip
{
    private const ushort Version = 20, Utf8Names = 0x0800, Midnight = 0, NewYear1980 = 0x0021;
    private const int LocalLength = 30, CentralLength = 46, EndLength = 22;

    /// <summary>The archive.</summary>
    /// <exception cref="ArgumentException">A name is not Unicode or longer than 65535 bytes, or there are too many bytes or entries.</exception>
    public static byte[] Write(IReadOnlyList<(string Name, byte[] Content)> entries)
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        var records = entries.Select(e => (Name: utf8.GetBytes(e.Name), e.Content, Sum: Crc32.Of(e.Content))).ToArray();
        var length = records.Sum(r => LocalLength + CentralLength + 2L * r.Name.Length + r.Content.Length) + EndLength;
        if (length > Array.MaxLength || records.Length >= ushort.MaxValue || records.Any(r => r.Name.Length > ushort.MaxValue))
            throw new ArgumentException($"{length} bytes in {records.Length} entries do not fit a plain zip archive.", nameof(entries));

        var bytes = new MemoryStream((int)length);
        using var writer = new BinaryWriter(bytes);
        var offsets = new uint[records.Length];
        for (var i = 0; i < records.Length; i++)
        {
            offsets[i] = (uint)bytes.Position;
            writer.Write(0x04034B50u);
            Description(records[i]);
            writer.Write(records[i].Name);
            writer.Write(records[i].Content);
        }
        var directory = (uint)bytes.Position;
        for (var i = 0; i < records.Length; i++)
        {
            writer.Write(0x02014B50u);
            writer.Write(Version); // made by: MS-DOS, which has no permissions
            Description(records[i]);
            writer.Write((ushort)0); // comment
            writer.Write((ushort)0); // disk
            writer.Write((ushort)0); // internal attributes
            writer.Write(0u); // external attributes
            writer.Write(offsets[i]);
            writer.Write(records[i].Name);
        }
        var end = (uint)bytes.Position;
        writer.Write(0x06054B50u);
        writer.Write(0u); // this disk, the directory's disk
        writer.Write((ushort)records.Length);
        writer.Write((ushort)records.Length);
        writer.Write(end - directory);
        writer.Write(directory);
        writer.Write((ushort)0); // comment
        return bytes.ToArray();

        void Description((byte[] Name, byte[] Content, uint Sum) record)
        {
            writer.Write(Version); // needed
            writer.Write(Utf8Names);
            writer.Write((ushort)0); // stored
            writer.Write(Midnight);
            writer.Write(NewYear1980);
            writer.Write(record.Sum);
            writer.Write(record.Content.Length);
            writer.Write(record.Content.Length);
            writer.Write((ushort)record.Name.Length);
            writer.Write((ushort)0); // extra field
        }
    }
}
