using System.Buffers.Binary;
using System.IO.Compression;
using Ptq.Data;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;
using Xunit;

namespace Ptq.Tests.Data;

public class Npz_is_NumPys_archive
{
    private static readonly ByName<NpyArray> Two = ByName<NpyArray>.Of([
        ("w", NpyArray.Of(Tensor.Of(Shape.Of(2, 3), [0, 1, 2, 3, 4, 5]))),
        ("labels", NpyArray.Of(Shape.Of(2), (Values<long>)[7, 2])),
    ]);

    [Theory, InlineData(NumPyFiles.Stored), InlineData(NumPyFiles.Deflated)]
    public void NumPys_archives_are_read(string file) =>
        Assert.Equal(Two, Damage.Content(Npz.Parse("f", Convert.FromBase64String(file))));

    [Fact]
    public void What_is_written_is_read()
    {
        Assert.Equal(Two, Damage.Content(Npz.Parse("f", Npz.Write(Two))));
        var none = ByName<NpyArray>.Of([]);
        Assert.Equal(none, Damage.Content(Npz.Parse("f", Npz.Write(none))));
    }

    [Fact]
    public void A_name_is_only_a_name()
    {
        var odd = ByName<NpyArray>.Of(new[] { "../../etc/passwd", "/abs", "C:\\x", "", "é·重", "a.npy", "con" }.Select(name => (name, Two.Items[0])));
        Assert.Equal(odd, Damage.Content(Npz.Parse("f", Npz.Write(odd))));
    }

    [Fact]
    public void The_same_arrays_are_the_same_bytes() =>
        // unzip -Z -v says: version 2.0, MS-DOS, stored, UTF-8 names, 1980 January 1 at 00:00
        Assert.Equal("504B0304" + "1400" + "0008" + "0000" + "0000" + "2100", Convert.ToHexString(Npz.Write(Two).AsSpan(0, 14)));

    [Fact]
    public void A_name_that_does_not_fit_is_our_bug()
    {
        Assert.Throws<ArgumentException>(() => Npz.Write(ByName<NpyArray>.Of([(new string('a', 65532), Two.Items[0])])));
        Assert.ThrowsAny<ArgumentException>(() => Npz.Write(ByName<NpyArray>.Of([("\ud800", Two.Items[0])])));
    }

    [Fact]
    public void What_is_no_archive_is_refused() =>
        Assert.Equal("f: directory of the archive: saw a damaged one, or none, wanted a zip archive", Damage.Complaint(Npz.Parse("f", "not a zip"u8.ToArray())));

    [Theory]
    [InlineData("readme.txt", "f: directory of the archive: saw the entry 'readme.txt', wanted names that end in .npy")]
    [InlineData("folder/", "f: directory of the archive: saw the entry 'folder/', wanted names that end in .npy")]
    [InlineData("\u001b[2J.txt", "f: directory of the archive: saw the entry '\\u001b[2J.txt', wanted names that end in .npy")]
    [InlineData("w.npy", "f: entry 'w.npy', header: saw 0 bytes, wanted at least 10")]
    public void Entries_that_are_no_arrays_are_refused(string name, string complaint) =>
        Assert.Equal(complaint, Damage.Complaint(Npz.Parse("f", Zip((name, [])))));

    [Fact]
    public void A_name_may_stand_there_once()
    {
        var content = Npy.Write(Two.Items[0]);
        Assert.Equal("f: directory of the archive: saw two entries 'w.npy', wanted one of each name", Damage.Complaint(Npz.Parse("f", Zip(("w.npy", content), ("w.npy", content)))));
    }

    [Fact]
    public void A_flipped_bit_in_the_data_is_seen()
    {
        var file = Npz.Write(Two);
        file[30 + "w.npy".Length + 128 + 4] ^= 1;
        Assert.StartsWith("f: entry 'w.npy', CRC-32: saw ", Damage.Complaint(Npz.Parse("f", file)));
    }

    [Fact]
    public void An_encrypted_entry_is_refused()
    {
        var file = Npz.Write(Two);
        file[6] |= 1;
        file[Directory(file) + 8] |= 1;
        Assert.Equal("f: entry 'w.npy', flags: saw an encrypted entry, wanted one that is not", Damage.Complaint(Npz.Parse("f", file)));
    }

    [Fact]
    public void An_unknown_compression_is_refused()
    {
        var file = Npz.Write(Two);
        file[8] = file[Directory(file) + 10] = 14;
        Assert.Equal("f: entry 'w.npy', compression: saw an entry that does not open, wanted an intact one, stored or deflated", Damage.Complaint(Npz.Parse("f", file)));
    }

    [Fact]
    public void A_damaged_deflate_stream_is_refused()
    {
        var file = Zip(("w.npy", Npy.Write(Two.Items[0])));
        file.AsSpan(30 + "w.npy".Length, 8).Fill(0xFF);
        Assert.Equal("f: entry 'w.npy', compressed data: saw bytes that do not inflate, wanted an intact deflate stream", Damage.Complaint(Npz.Parse("f", file)));
    }

    [Fact]
    public void A_size_that_is_a_lie_is_refused()
    {
        var file = Zip(("w.npy", Npy.Write(Two.Items[0])));
        file[Directory(file) + 24]++;
        Assert.Equal("f: entry 'w.npy', size: saw 153 bytes in the archive's directory, wanted 152, as its header declares", Damage.Complaint(Npz.Parse("f", file)));
    }

    [Fact]
    public void More_than_deflate_can_hold_is_refused_before_it_is_believed()
    {
        const int Length = 0x70000000;
        var file = Zip(("w.npy", Header(Length)));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(Directory(file) + 24), Length + 128);
        Assert.StartsWith($"f: entry 'w.npy', header: saw {Length + 128} bytes declared, wanted at most ", Damage.Complaint(Npz.Parse("f", file)));
    }

    [Fact]
    public void A_bomb_is_inflated_no_further_than_it_declares()
    {
        var file = Zip(("w.npy", [.. Header(100), .. new byte[50_000_000]]));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(Directory(file) + 24), 228);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Damage.Complaint(Npz.Parse("f", file));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    [Fact]
    public void Entries_cannot_share_their_bytes()
    {
        var file = Zip(("0.npy", [.. Header(1_000_000), .. new byte[1_000_000]]));
        var (directory, end) = (Directory(file), file.Length - 22);
        var records = Enumerable.Range(0, 9).SelectMany(i =>
        {
            var record = file[directory..end];
            record[46] = (byte)('0' + i);
            return record;
        }).ToArray();
        byte[] quine = [.. file[..directory], .. records, .. file[end..]];
        var tail = quine.AsSpan(quine.Length - 22);
        tail[8] = tail[10] = 9;
        BinaryPrimitives.WriteInt32LittleEndian(tail[12..], records.Length);
        Assert.Matches("f: directory of the archive: saw entries of [0-9]+ bytes, wanted at most the [0-9]+ of the archive", Damage.Complaint(Npz.Parse("f", quine)));
    }

    private static byte[] Header(int length) => [.. Npy.Write(NpyArray.Of(Shape.Of(0), (Values<byte>)[])).AsSpan(0, 10),
        .. System.Text.Encoding.ASCII.GetBytes($"{{'descr': '|u1', 'fortran_order': False, 'shape': ({length},)}}".PadRight(118))];

    /// <summary>Where the archive's directory begins: the last record of the file says.</summary>
    private static int Directory(byte[] file) => BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(file.Length - 6));

    private static byte[] Zip(params (string Name, byte[] Content)[] entries)
    {
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
            foreach (var (name, content) in entries)
                using (var entry = zip.CreateEntry(name, CompressionLevel.SmallestSize).Open()) entry.Write(content);
        return bytes.ToArray();
    }
}
