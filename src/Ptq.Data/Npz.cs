using System.IO.Compression;
using LanguageExt;
using Ptq.Errors;
using Ptq.Model;
using static LanguageExt.Prelude;

namespace Ptq.Data;

/// <summary>NPZ, arrays by name: a zip archive (APPNOTE.TXT) of NPY files, as NumPy's <c>savez</c> and <c>savez_compressed</c> write it.</summary>
public static class Npz
{
    private const string Extension = ".npy";

    /// <summary>Reads an archive of stored and deflated NPY files. A name is only ever a name: nothing is written anywhere.</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="bytes">All of the file. Reading takes at most 2 · 1032 times its length in memory and 64 KiB, whatever the
    /// bytes are: deflate packs at most 1032 bytes into one, and what it gives is copied once.</param>
    /// <returns>The arrays, in the order of the archive and without <c>.npy</c> in their names; or a
    /// <see cref="PtqError.BadFile"/> where the archive or an entry is damaged, encrypted or not NPY, two entries have one
    /// name or share their bytes, or sizes and check sums do not agree.</returns>
    public static Either<PtqError, ByName<NpyArray>> Parse(string name, ReadOnlyMemory<byte> bytes)
    {
        var place = new Place(name);
        try
        {
            using var zip = new ZipArchive(Arrivals.Of(bytes), ZipArchiveMode.Read);
            return Entries(place, zip, bytes.Length);
        }
        catch (Exception e) when (Inflation.IsRefusal(e))
        {
            return place.Bad("directory of the archive", "a damaged one, or none", "a zip archive");
        }
    }

    /// <summary>The arrays as an archive of stored entries, in order, dated 1980-01-01: the same arrays are the same bytes.</summary>
    /// <exception cref="ArgumentException">A name does not fit a zip entry, or all of it does not fit 2 GiB or 65534 entries.</exception>
    public static byte[] Write(ByName<NpyArray> arrays) =>
        StoredZip.Write([.. Enumerable.Range(0, arrays.Count).Select(i => (arrays.Names[i] + Extension, Npy.Write(arrays.Items[i])))]);

    private static Either<PtqError, ByName<NpyArray>> Entries(Place place, ZipArchive zip, long archiveLength)
    {
        // Entries that share their bytes would let a small archive inflate without limit.
        var total = zip.Entries.Aggregate(UInt128.Zero, (sum, entry) => sum + (ulong)entry.CompressedLength);
        if (total > (ulong)archiveLength) return place.Bad("directory of the archive", $"entries of {total} bytes", $"at most the {archiveLength} of the archive");

        var arrays = new List<(string, NpyArray)>();
        var names = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in zip.Entries)
        {
            var shown = Place.Quote(entry.FullName);
            if (!entry.FullName.EndsWith(Extension, StringComparison.Ordinal)) return place.Bad("directory of the archive", $"the entry {shown}", "names that end in .npy");
            if (!names.Add(entry.FullName)) return place.Bad("directory of the archive", $"two entries {shown}", "one of each name");
            switch (Entry(new Place(place.File, $"entry {shown}"), entry).Case)
            {
                case LeftCase<PtqError, NpyArray>(var error): return error;
                case RightCase<PtqError, NpyArray>(var array): arrays.Add((entry.FullName[..^Extension.Length], array)); break;
            }
        }
        return ByName<NpyArray>.Of(arrays);
    }

    private static Either<PtqError, NpyArray> Entry(Place place, ZipArchiveEntry entry)
    {
        if (entry.IsEncrypted) return place.Bad("flags", "an encrypted entry", "one that is not");
        try
        {
            using var stream = entry.Open();
            return from file in Inflation.Read(place, stream, entry.CompressedLength, head => WholeLength(place, entry, head))
                   from array in Npy.Parse(place, file)
                   from intact in Intact(place, entry, file.Span)
                   select array;
        }
        catch (Exception e) when (Inflation.IsRefusal(e))
        {
            return place.Bad("compression", "an entry that does not open", "an intact one, stored or deflated");
        }
    }

    private static Either<PtqError, long> WholeLength(Place place, ZipArchiveEntry entry, ReadOnlyMemory<byte> head) =>
        NpyHeader.Parse(place, head.Span).Bind(header => header.FileLength == entry.Length
            ? Right<PtqError, long>(header.FileLength)
            : place.Bad("size", $"{entry.Length} bytes in the archive's directory", $"{header.FileLength}, as its header declares"));

    // .NET does not check the sum.
    private static Either<PtqError, Unit> Intact(Place place, ZipArchiveEntry entry, ReadOnlySpan<byte> file)
    {
        var sum = Crc32.Of(file);
        return sum == entry.Crc32 ? Unit.Default : place.Bad("CRC-32", $"{sum:X8}", $"{entry.Crc32:X8}, as the archive's directory says");
    }
}
