using LanguageExt;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Tensors;
using Ptq.Tests.Deployment;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Onnx;

/// <summary>Tensors in a file of their own (ONNX IR, "External Tensor Data"), written and read.</summary>
public class Files_beside_a_model
{
    [Fact]
    public void Hold_the_large_tensors_at_multiples_of_4_KiB()
    {
        var network = LargeNetwork.Of(96, 3);
        var files = Right(OnnxFile.WriteFiles(network, "m.data", always: true));
        var asked = new List<(long Offset, int Length)>();
        var read = Right(OnnxFile.ReadFiles("m.onnx", files.Model.ToArray(), location =>
        {
            Assert.Equal("m.data", location);
            return new ExternalFile(files.Data!.Length, (offset, to) =>
            {
                asked.Add((offset, to.Length));
                files.Data.Read(offset, to);
                return Prelude.unit;
            });
        }));
        Assert.Equal(network.Constants, read.Constants);
        Assert.Equal(network.Operations, read.Operations);
        Assert.Equal([.. network.Constants.Items.AsEnumerable().Select(c => c.Span.Length).Where(length => length >= 4096)], asked.Select(range => range.Length));
        Assert.All(asked, range => Assert.Equal(0, range.Offset % 4096));
    }

    [Fact]
    public void Are_none_where_nothing_is_large_or_nobody_asks()
    {
        var network = LargeNetwork.Of(96, 3);
        var files = Right(OnnxFile.WriteFiles(network, "m.data"));
        Assert.Null(files.Data);
        Assert.Equal(Right(OnnxFile.Write(network)), files.Model.ToArray());
        var small = Right(Network.Create(17, network.Inputs, ByName<Constant>.Of([]), [new("r", "Relu", ["x"], "y")], [new("y", ElementType.Float32, network.Inputs[0].Dims)], network.Info));
        Assert.Null(Right(OnnxFile.WriteFiles(small, "m.data", always: true)).Data);
    }

    [Fact]
    public void Are_written_in_any_case_beyond_2_GiB()
    {
        var part = Constant.Create(ElementType.Int8, Shape.Of(1 << 24), 0, static (to, _) => to.Fill(7));
        var names = Enumerable.Range(0, 130).Select(i => $"c{i}").ToArray(); // one array in memory, 130 in the file
        var network = Right(Network.Create(17, [], ByName<Constant>.Of(names.Select(name => (name, part))), [.. names.Select(name => new Operation($"{name}_", "Shape", [name], $"{name}_y"))], [new("c0_y", ElementType.Int64, [new(1)])], NetworkInfo.Named("long")));
        Assert.Contains("protobuf has no longer messages", OnnxFile.Write(network).Match(Right: _ => "", Left: error => error.Describe()), StringComparison.Ordinal);
        var files = Right(OnnxFile.WriteFiles(network, "m.data"));
        Assert.Equal(130L << 24, files.Data!.Length);
        var bytes = new byte[3];
        files.Data.Read((130L << 24) - 3, bytes);
        Assert.Equal([7, 7, 7], bytes);
        Assert.InRange(files.Model.Length, 1, 1 << 15);
    }

    [Fact]
    public void May_be_longer_than_an_array()
    {
        var files = Right(OnnxFile.WriteFiles(LargeNetwork.Of(96, 1), "m.data", always: true));
        var far = 5L << 30;
        var model = files.Model.ToArray();
        var read = Right(OnnxFile.ReadFiles("m.onnx", model, _ => new ExternalFile(far, (offset, to) =>
        {
            files.Data!.Read(offset, to);
            return Prelude.unit;
        })));
        Assert.Equal(LargeNetwork.Of(96, 1).Constants, read.Constants);
    }

    [Fact]
    public void Are_refused_with_what_could_not_be_read()
    {
        var files = Right(OnnxFile.WriteFiles(LargeNetwork.Of(96, 1), "m.data", always: true));
        var refused = OnnxFile.ReadFiles("m.onnx", files.Model.ToArray(), location => new ExternalFile(files.Data!.Length, (_, _) => new PtqError.NoAccess(location, "read", "the disk is gone")));
        Assert.Contains("the disk is gone", refused.Match(Right: _ => "", Left: error => error.Describe()), StringComparison.Ordinal);
        var shorter = OnnxFile.ReadFiles("m.onnx", files.Model.ToArray(), _ => new ExternalFile(files.Data!.Length - 1, (offset, to) =>
        {
            files.Data.Read(offset, to);
            return Prelude.unit;
        }));
        Assert.Contains("wanted a range inside the file", shorter.Match(Right: _ => "", Left: error => error.Describe()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../m.data")]
    [InlineData("a:b")]
    [InlineData("")]
    public void Have_names_that_stay_in_the_folder(string location) =>
        Assert.Contains("the name of a file in the model's folder", OnnxFile.WriteFiles(LargeNetwork.Of(96, 1), location, always: true).Match(Right: _ => "", Left: error => error.Describe()), StringComparison.Ordinal);

    [Fact]
    public void Can_be_read_anywhere_and_in_pieces()
    {
        var image = Right(OnnxFile.WriteFiles(LargeNetwork.Of(320, 5), "m.data", always: true)).Data!;
        var all = image.ToArray();
        Assert.InRange(image.Length, 2 << 20, 1 << 24);
        Assert.Equal(all, image.Pieces().SelectMany(piece => piece.ToArray()));
        foreach (var (offset, length) in ((int, int)[])[(0, 1), (4095, 2), (4096, 10_000), (all.Length - 1, 1), (all.Length, 0), (100, all.Length - 200)])
        {
            var some = new byte[length];
            image.Read(offset, some);
            Assert.True(all.AsSpan(offset, length).SequenceEqual(some));
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => image.Read(all.Length - 1, new byte[2]));
    }
}
