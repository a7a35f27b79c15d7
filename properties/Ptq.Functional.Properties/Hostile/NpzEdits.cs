using System.IO.Compression;
using Ptq.Data;
using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Properties.Hostile;

/// <summary>NPZ files, and what is done to their entries and their directory (APPNOTE.TXT 6.3, section 4.3).</summary>
internal static class NpzEdits
{
    private static readonly byte[] local = [(byte)'P', (byte)'K', 3, 4], central = [(byte)'P', (byte)'K', 1, 2], end = [(byte)'P', (byte)'K', 5, 6];

    // Offset and size of every field behind the signature.
    private static readonly (int At, int Size)[]
        localFields = [(4, 2), (6, 2), (8, 2), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2)],
        centralFields = [(4, 2), (6, 2), (8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (32, 2), (34, 2), (38, 4), (42, 4)],
        endFields = [(4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2)];

    public static FileFormat Format { get; } = new("x.npz", Sound,
    [
        .. ByteEdits.All(Sound),
        new("local field", (file, drawn) => Field(file, drawn, local, localFields)),
        new("directory field", (file, drawn) => Field(file, drawn, central, centralFields)),
        new("end field", (file, drawn) => Field(file, drawn, end, endFields)),
        new("name", Name),
        new("directory entry twice", (file, drawn) => Repeated(file, drawn, drawn.Of(1, 1, 100, 2000))),
        new("directory entry gone", (file, drawn) => Repeated(file, drawn, -1)),
        new("bomb", (_, drawn) => Zip(drawn, drawn.Of(1, 1, 3), () => Bomb(drawn))),
        new("many entries", (_, drawn) => Zip(drawn, drawn.Of(20, 300), () => Npy.Write(NpyArray.Of(Shape.Of(1), [7])))),
        new("damaged entry", (_, drawn) => Zip(drawn, 2, () => drawn.Of(NpyEdits.Format.Edits).Apply(NpyEdits.Sound(drawn), drawn))),
    ]);

    private static byte[] Sound(Drawn drawn)
    {
        var count = drawn.From(0, 3);
        if (drawn.From(0, 2) > 0) return Zip(drawn, count, () => NpyEdits.Sound(drawn));
        return Npz.Write(ByName<NpyArray>.Of(Enumerable.Range(0, count).Select(i => ($"a{i}", Ptq.Properties.Expect.Right(Npy.Parse("a", NpyEdits.Sound(drawn)))))));
    }

    private static byte[] Zip(Drawn drawn, int count, Func<byte[]> content)
    {
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
            for (var i = 0; i < count; i++)
            {
                using var stream = zip.CreateEntry($"a{i}.npy", drawn.Of(CompressionLevel.NoCompression, CompressionLevel.SmallestSize, CompressionLevel.SmallestSize)).Open();
                stream.Write(content());
            }
        return bytes.ToArray();
    }

    private static byte[] Bomb(Drawn drawn)
    {
        var count = drawn.Of(1000, 100_000, 1_000_000, 3_000_000);
        var declared = drawn.Of($"{count}", $"{count - 1}", $"{count + 1}", "1", "2147483591", "1000000000");
        return [.. NpyEdits.Header($"{{'descr': '|u1', 'fortran_order': False, 'shape': ({declared},)}}", 1), .. new byte[count]];
    }

    private static byte[] Field(byte[] file, Drawn drawn, byte[] signature, (int At, int Size)[] fields) => Places(file, signature) is { Length: > 0 } places && drawn.Of(fields) is var (at, size)
        ? ByteEdits.Number(file, drawn.Of(places) + at, size, drawn.From(0, 2) == 0 ? drawn.From(0, file.Length) : drawn.Of(ByteEdits.Numbers)) : file;

    // The same in the entry and in the directory, or only in one of them.
    private static byte[] Name(byte[] file, Drawn drawn)
    {
        byte[] name = drawn.Of<byte[]>([.. "a0.npy"u8], [.. "../x.npy"u8[..6]], [0x1B, (byte)'[', .. ".npy"u8], [0xFF, 0xFE, .. ".npy"u8], [.. "/a.npy"u8], [.. "a0.npx"u8], [0, 0, .. ".npy"u8]);
        var changed = file.ToArray();
        foreach (var at in Places(file, local).Select(p => p + 30).Concat(Places(file, central).Select(p => p + 46)))
            if (at + name.Length <= file.Length && drawn.From(0, 1) == 0) name.CopyTo(changed, at);
        return changed;
    }

    // Its counts are set right behind it, so that the directory is as it should be in all but the repetition.
    private static byte[] Repeated(byte[] file, Drawn drawn, int times)
    {
        var (places, ends) = (Places(file, central), Places(file, end));
        if (places.Length == 0 || ends.Length == 0) return file;
        var (which, last) = (drawn.From(0, places.Length - 1), ends[^1]);
        var (from, to) = (places[which], which + 1 < places.Length ? places[which + 1] : last);
        if (to <= from || to > last) return file;
        byte[] directory = times < 0 ? [.. file[..from], .. file[to..last]] : [.. file[..to], .. Enumerable.Repeat(file[from..to], times).SelectMany(b => b), .. file[to..last]];
        var changed = (byte[])[.. directory, .. file[last..]];
        var count = places.Length + times;
        changed = ByteEdits.Number(ByteEdits.Number(changed, directory.Length + 8, 2, count), directory.Length + 10, 2, count);
        return ByteEdits.Number(changed, directory.Length + 12, 4, directory.Length - places[0]);
    }

    private static int[] Places(byte[] file, byte[] signature)
    {
        var places = new List<int>();
        for (var at = file.AsSpan().IndexOf(signature); at >= 0;)
        {
            places.Add(at);
            var next = file.AsSpan(at + 1).IndexOf(signature);
            at = next < 0 ? -1 : at + 1 + next;
        }
        return [.. places];
    }
}
