using Ptq.Data;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;
using Ptq.Tests.Cli;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Data;

public class Samples_fit_the_inputs
{
    private static readonly Port Image = Port("x", ElementType.Float32, -1, 1, 2, 3), Fixed = Port("x", ElementType.Float32, 2, 1, 2, 3), Free = Port("x", ElementType.Float32, -1, 1, -1, -1), Tokens = Port("ids", ElementType.Int64, -1, -1);

    [Theory]
    [InlineData(new[] { 4, 2, 3 })] // the axis of channels is missing
    [InlineData(new[] { 4, 6 })] // flat
    [InlineData(new[] { 4, 1, 2, 3 })]
    [InlineData(new[] { 4, 2, 3, 1 })] // channels last, but only one
    public void Samples_with_as_many_elements_are_reshaped(int[] shape)
    {
        var samples = Of(Image, Bytes(shape));
        Assert.Equal(4, samples.Count);
        var inputs = Right(samples.Read(new(1, 2, 2)));
        Assert.Equal(Operand.Of(ElementType.Float32, Shape.Of(2, 1, 2, 3), Values.From(Enumerable.Range(6, 12).Select(i => (float)i))), inputs["x"]);
    }

    [Theory]
    [InlineData(new[] { 2, 3 }, true)]
    [InlineData(new[] { 1, 1, 2, 3 }, true)]
    [InlineData(new[] { 5, 7 }, false)]
    [InlineData(new[] { 1, 5, 7 }, false)]
    public void One_sample_alone_is_one(int[] shape, bool isFixed)
    {
        var samples = Of(isFixed ? Image : Free, Bytes(shape));
        Assert.Equal(1, samples.Count);
        Assert.Equal(Shape.Of([1, 1, .. shape[^2..]]), Right(samples.Read(new(0, 1, 1)))["x"].Shape);
    }

    [Fact]
    public void Free_lengths_are_those_of_the_data() =>
        Assert.Equal(Shape.Of(3, 1, 5, 7), Of(Free, Bytes(3, 5, 7)).ShapesOf(new(0, 3, 3))["x"]);

    [Fact]
    public void Numbers_are_shifted_and_scaled_in_float32()
    {
        var samples = Right(Samples.Of("f", Alone(NpyArray.Of(Shape.Of(1, 2), [0, 255])), [Port("x", ElementType.Float32, -1, 2)], new InputScaling(1 / 255f, 0.1f)));
        Assert.Equal([(0 - 0.1f) * (1 / 255f), (255 - 0.1f) * (1 / 255f)], Right(samples.Read(new(0, 1, 1)))["x"].Floats.AsEnumerable());
    }

    [Fact]
    public void A_network_of_two_samples_at_once_gets_two()
    {
        var samples = Of(Fixed, Bytes(5, 2, 3));
        Assert.Equal([new(0, 2, 2), new(2, 2, 2)], samples.Ranges(32, Remainder.LeftOut));
        Assert.Equal([new(0, 2, 2), new(2, 2, 2), new SampleRange(4, 1, 2)], samples.Ranges(32, Remainder.FilledUp));
        var last = Right(samples.Read(new(4, 1, 2)))["x"].Floats.AsEnumerable().ToArray();
        Assert.Equal(last[..6], last[6..]); // the last one twice
        Assert.Equal(24f, last[0]);
        Assert.Equal([new SampleRange(0, 2, 2)], samples.First(3).Ranges(1, Remainder.LeftOut));
    }

    [Fact]
    public void A_folder_has_a_sample_a_file_in_the_order_of_names()
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch["d"]);
        foreach (var (name, width, first) in (ReadOnlySpan<(string, int, byte)>)[("b.npy", 3, 2), ("B.npy", 3, 1), ("c.npy", 4, 3), (".hidden.npy", 9, 9)])
            File.WriteAllBytes(scratch[Path.Combine("d", name)], Npy.Write(NpyArray.Of(Shape.Of(1, width), Values.From(Enumerable.Repeat(first, width)))));
        File.WriteAllText(scratch[Path.Combine("d", "README")], "");

        var samples = Right(Samples.Open(scratch["d"], [Free], InputScaling.None));
        Assert.Equal([new(0, 2, 2), new SampleRange(2, 1, 1)], samples.Ranges(32, Remainder.FilledUp)); // widths differ
        Assert.Equal(Operand.Of(ElementType.Float32, Shape.Of(2, 1, 1, 3), [1f, 1, 1, 2, 2, 2]), Right(samples.Read(new(0, 2, 2)))["x"]);
        Assert.Equal(Shape.Of(1, 1, 1, 4), Right(samples.Read(new(2, 1, 1)))["x"].Shape);

        File.WriteAllBytes(scratch[Path.Combine("d", "e.npz")], Npz.Write(ByName<NpyArray>.Of([("y", Bytes(2, 1, 1, 4))])));
        Assert.Contains($"e.npz: entry 'y', shape: saw uint8 [2, 1, 1, 4], wanted samples of [1, ?, ?] for input 'x' (float32 [?, 1, ?, ?])", Refusal(Samples.Open(scratch["d"], [Free], InputScaling.None)), StringComparison.Ordinal);
    }

    [Fact]
    public void Entries_are_named_as_the_inputs_and_a_single_one_need_not_be()
    {
        var both = ByName<NpyArray>.Of([("mask", NpyArray.Of(Shape.Of(3, 2), NpyType.Bool, [1, 0, 1, 1, 0, 0])), ("ids", NpyArray.Of(Shape.Of(3, 2), [7L, 8, 9, 10, 11, -1])), ("labels", Bytes(1))]);
        var samples = Right(Samples.Of("f.npz", both, [Tokens, Port("mask", ElementType.Bool, -1, 2)], InputScaling.None));
        var inputs = Right(samples.Read(new(1, 2, 2)));
        Assert.Equal([9L, 10, 11, -1], inputs["ids"].Integers.AsEnumerable());
        Assert.Equal([1L, 1, 0, 0], inputs["mask"].Integers.AsEnumerable());
        Assert.Equal(1, Right(Samples.Of("f.npz", ByName<NpyArray>.Of([("arr_0", Bytes(1, 2, 3))]), [Image], InputScaling.None)).Count);
        Assert.Equal("f.npz: entries: saw 'mask', 'ids', 'labels', wanted one named 'x', as the input", Refusal(Samples.Of("f.npz", both, [Image], InputScaling.None)));
        Assert.Equal("f.npy: arrays: saw one without a name, wanted an NPZ file with entries 'ids', 'x'", Refusal(Samples.Of("f.npy", Alone(Bytes(1, 6)), [Tokens, Image], InputScaling.None)));
        Assert.Equal("f.npz: entry 'b', samples: saw 2, wanted 3, as for input 'a'", Refusal(Samples.Of("f.npz", ByName<NpyArray>.Of([("a", Bytes(3, 4)), ("b", Bytes(2, 4))]), [Port("a", ElementType.Float32, -1, 4), Port("b", ElementType.Float32, -1, 4)], InputScaling.None)));
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        string Shaped(Port port, params int[] shape) => Refusal(Samples.Of("f.npy", Alone(Bytes(shape)), [port], InputScaling.None));
        Assert.Equal("f.npy: shape: saw uint8 [4, 5], wanted samples of [1, 2, 3] for input 'x' (float32 [?, 1, 2, 3])", Shaped(Image, 4, 5));
        Assert.EndsWith("; the axes are in another order, and reshaping would scramble them", Shaped(Port("x", ElementType.Float32, -1, 3, 8, 8), 4, 8, 8, 3), StringComparison.Ordinal);
        Assert.Equal("f.npy: shape: saw [0, 2, 3], wanted at least one sample, and elements in it", Shaped(Image, 0, 2, 3));
        Assert.Equal("f.npy: element type: saw float32, wanted integers for input 'ids' (int64 [?, ?])", Refusal(Samples.Of("f.npy", Alone(NpyArray.Of(Tensor.Of(Shape.Of(1, 2), [1f, 2f]))), [Tokens], InputScaling.None)));

        var narrow = Right(Samples.Of("f.npy", Alone(NpyArray.Of(Shape.Of(2, 2), [1L, 2, 3, 300])), [Port("x", ElementType.UInt8, -1, 2)], InputScaling.None));
        Assert.Equal("f.npy: element 3: saw 300, wanted 0 to 255 for input 'x' (uint8 [?, 2])", Refusal(narrow.Read(new(1, 1, 1))));
        var broken = Right(Samples.Of("f.npy", Alone(NpyArray.Of(Tensor.Of(Shape.Of(2, 2), [1f, 2f, 3f, float.NaN]))), [Port("x", ElementType.Float32, -1, 2)], InputScaling.None));
        Assert.Equal("f.npy: element 3: saw NaN, wanted a finite number", Refusal(broken.Read(new(1, 1, 1))));
    }

    [Fact]
    public void Labels_are_an_integer_a_sample()
    {
        Assert.Equal([3, 1, 2], Right(Labels.Parse("l", Npy.Write(NpyArray.Of(Shape.Of(3, 1), [3L, 1, 2])))).AsEnumerable());
        Assert.Equal([3, 1], Right(Labels.Parse("l", Idx.WriteGz(IdxArray.Of(Shape.Of(2), [3, 1])))).AsEnumerable());
        Assert.Equal("l: shape: saw [2, 2], wanted one label a sample: [N]", Refusal(Labels.Parse("l", Npy.Write(Bytes(2, 2)))));
        Assert.Equal("l: element 1: saw -1, wanted a class, from 0", Refusal(Labels.Parse("l", Npy.Write(NpyArray.Of(Shape.Of(2), [3L, -1])))));
        Assert.Equal("l: element type: saw float32, wanted integers", Refusal(Labels.Parse("l", Npy.Write(NpyArray.Of(Tensor.Of(Shape.Of(1), [1f]))))));
        Assert.Equal("l: first bytes: saw 89504E47, wanted those of NPY (934E5550), NPZ (504B), IDX (0000) or gzipped IDX (1F8B)", Refusal(Labels.Parse("l", (byte[])[0x89, 0x50, 0x4E, 0x47, 1])));
    }

    private static Port Port(string name, ElementType type, params int[] lengths) => new(name, type, Values.From(lengths.Select(n => new Dimension(n))));

    private static ByName<NpyArray> Alone(NpyArray array) => ByName<NpyArray>.Of([(DataFile.Nameless, array)]);

    private static NpyArray Bytes(params int[] shape) => NpyArray.Of(Shape.Of(shape), Values.From(Enumerable.Range(0, Shape.Of(shape).Count).Select(i => (byte)i)));

    private static Samples Of(Port port, NpyArray array) => Right(Samples.Of("f.npy", Alone(array), [port], InputScaling.None));

    private static string Refusal<T>(LanguageExt.Either<PtqError, T> either) => either.Match(Right: _ => "", Left: error => error.Describe());
}
