using Ptq.Data;
using Ptq.Tensors;
using Xunit;

namespace Ptq.Tests.Data;

public class Idx_is_MNISTs_format
{
    internal static readonly IdxArray Small = IdxArray.Of(Shape.Of(2, 1, 3), [10, 20, 30, 40, 50, 255]);

    private const string Plain = "000008030000000200000001000000030A141E2832FF";

    /// <summary>Python: base64.b64encode(gzip.compress(bytes.fromhex(Plain), mtime=0)).</summary>
    private const string Gzipped = "H4sIAAAAAAACA2Ng4GBmYGBgAmJGIGbmEpHTMPoPABsLVbwWAAAA";

    [Fact]
    public void The_bytes_are_those_of_the_specification()
    {
        Assert.Equal(Plain, Convert.ToHexString(Idx.Write(Small)));
        Assert.Equal(Small, Damage.Content(Idx.Parse("f", Convert.FromHexString(Plain))));
    }

    [Fact]
    public void Gzip_is_recognised() => Assert.Equal(Small, Damage.Content(Idx.Parse("f", Convert.FromBase64String(Gzipped))));

    public static TheoryData<int[]> Shapes => [[1], [0], [7], [0, 28, 28], [3, 0, 1000, 1000], [300, 28, 28], Enumerable.Repeat(1, 255).ToArray()];

    [Theory, MemberData(nameof(Shapes))]
    public void What_is_written_is_read(int[] lengths)
    {
        var shape = Shape.Of(lengths);
        var array = IdxArray.Of(shape, Ptq.Numerics.Values.From(Enumerable.Range(0, shape.Count).Select(i => (byte)(i * i % 251))));
        Assert.Equal(array, Damage.Content(Idx.Parse("f", Idx.Write(array))));
        Assert.Equal(array, Damage.Content(Idx.Parse("f", Idx.WriteGz(array))));
    }

    [Fact]
    public void A_part_of_a_buffer_is_read_like_a_file() =>
        Assert.Equal(Small, Damage.Content(Idx.Parse("f", ((byte[])[1, 2, .. Idx.WriteGz(Small), 3]).AsMemory(2..^1))));

    [Theory]
    [InlineData("", "f: header: saw 0 bytes, wanted at least 4")]
    [InlineData("000008", "f: header: saw 3 bytes, wanted at least 4")]
    [InlineData("0100080100000000", "f: magic number: saw 01000801, wanted 0000, a type and a number of axes; or 1F8B for gzip")]
    [InlineData("00000D0100000000", "f: element type: saw 0x0D (float32), wanted 0x08 (unsigned byte)")]
    [InlineData("0000420100000000", "f: element type: saw 0x42, wanted 0x08 (unsigned byte)")]
    [InlineData("0000080001", "f: number of axes: saw 0, wanted 1 to 255")]
    [InlineData("0000080300000002000000", "f: header: saw 11 bytes, wanted 16 for 3 axes")]
    [InlineData("000008010000000301", "f: data: saw 1 bytes, wanted 3 for shape [3]")]
    [InlineData("00000801000000010102", "f: data: saw bytes after the last element, wanted 1 bytes for shape [1]")]
    [InlineData("00000801FFFFFFFF01", "f: shape: saw [4294967295] of 1-byte elements, wanted at most 2147483591 bytes of data")]
    [InlineData("00000802000100000001000001", "f: shape: saw [65536, 65536] of 1-byte elements, wanted at most 2147483591 bytes of data")]
    [InlineData("0000080300000000FFFFFFFF00000002", "f: shape: saw [0, 4294967295, 2] of 1-byte elements, wanted at most 2147483591 bytes of data")]
    [InlineData("1F8B08", "f: header: saw 0 bytes, wanted at least 4")]
    [InlineData("1F8BFF00000000000003", "f: compressed data: saw bytes that do not inflate, wanted an intact deflate stream")]
    public void A_file_that_is_none_is_refused(string file, string complaint) =>
        Assert.Equal(complaint, Damage.Complaint(Idx.Parse("f", Convert.FromHexString(file))));

    [Fact]
    public void A_gzip_file_ends_with_the_sum_of_what_is_inside()
    {
        var file = Convert.FromBase64String(Gzipped);
        const string End = "f: end of the gzip member: saw ";
        for (var cut = 1; cut <= 8; cut++) Assert.StartsWith(End, Damage.Complaint(Idx.Parse("f", file.AsMemory(0, file.Length - cut))));
        Assert.StartsWith(End, Damage.Complaint(Idx.Parse("f", (byte[])[.. file, 0])));
        Assert.StartsWith("f: data: saw bytes after", Damage.Complaint(Idx.Parse("f", (byte[])[.. file, .. file])));
    }

    [Fact]
    public void More_than_deflate_can_hold_is_refused_before_it_is_believed()
    {
        var header = Packed([0, 0, 8, 1, 0x7F, 0, 0, 0]);
        Assert.Equal($"f: header: saw 2130706440 bytes declared, wanted at most {1032 * header.Length + 1024}, all that {header.Length} compressed bytes can hold",
            Damage.Complaint(Idx.Parse("f", header)));
    }

    [Fact]
    public void A_bomb_is_inflated_no_further_than_it_declares()
    {
        var bomb = Packed([0, 0, 8, 1, 0, 0, 0, 100, .. new byte[50_000_000]]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("f: data: saw bytes after the last element, wanted 100 bytes for shape [100]", Damage.Complaint(Idx.Parse("f", bomb)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    [Fact]
    public void The_most_that_deflate_can_hold_is_accepted()
    {
        var array = IdxArray.Of(Shape.Of(5_000_000), Ptq.Numerics.Values.Of<byte>(new byte[5_000_000]));
        var file = Idx.WriteGz(array);
        Assert.True(file.Length < 6000);
        Assert.Equal(array, Damage.Content(Idx.Parse("f", file)));
    }

    [Fact]
    public void An_array_fits_its_shape()
    {
        Assert.Throws<ArgumentException>(() => IdxArray.Of(Shape.Of(2), [1]));
        Assert.Throws<ArgumentException>(() => IdxArray.Of(Shape.Of(), [1]));
        Assert.Throws<ArgumentException>(() => IdxArray.Of(Shape.Of(0, int.MaxValue, 2), []));
    }

    private static byte[] Packed(byte[] content)
    {
        var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.SmallestSize)) gzip.Write(content);
        return packed.ToArray();
    }
}
