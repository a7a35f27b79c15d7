using System.Runtime.InteropServices;
using LanguageExt;
using Ptq.Data;
using Ptq.Numerics;
using Ptq.Tensors;
using Xunit;
using static LanguageExt.Prelude;

namespace Ptq.Tests.Data;

public class Npy_is_NumPys_format
{
    [Theory, MemberData(nameof(NumPyFiles.Arrays), MemberType = typeof(NumPyFiles))]
    public void NumPys_files_mean_what_they_mean_to_NumPy(string expression, string file, int[] shape, string floats)
    {
        var array = Damage.Content(Npy.Parse(expression, Convert.FromBase64String(file)));
        Assert.Equal(Shape.Of(shape), array.Shape);
        Assert.Equal(floats, Convert.ToBase64String(MemoryMarshal.AsBytes(array.ToFloats().Span)));
        Assert.Equal(array.ToFloats(), array.ToTensor().Data);
    }

    [Theory, MemberData(nameof(NumPyFiles.Arrays), MemberType = typeof(NumPyFiles))]
    public void What_is_written_is_what_NumPy_writes(string expression, string file, int[] shape, string floats)
    {
        _ = (shape, floats);
        var array = Damage.Content(Npy.Parse(expression, Convert.FromBase64String(file)));
        var written = Npy.Write(array);
        Assert.Equal(array, Damage.Content(Npy.Parse(expression, written)));
        var inOtherForm = expression.Contains('>') || expression.Contains("version") || expression.Contains("asfortranarray(np.arange");
        if (!inOtherForm) Assert.Equal(file, Convert.ToBase64String(written));
    }

    [Fact]
    public void The_data_begin_at_a_multiple_of_64()
    {
        for (var rank = 0; rank <= NpyArray.MaxRank; rank++)
        {
            var array = NpyArray.Of(Shape.Of(Enumerable.Repeat(1, rank).ToArray()), (Values<byte>)[7]);
            var file = Npy.Write(array);
            Assert.Equal((1, (byte)'\n'), (file.Length % 64, file[^2]));
            Assert.Equal(array, Damage.Content(Npy.Parse("f", file)));
        }
    }

    [Fact]
    public void Values_of_each_kind_come_back()
    {
        var tensor = Tensor.Of(Shape.Of(2, 2), [1.5f, float.NegativeInfinity, float.Epsilon, 0]);
        Assert.Equal(tensor, Damage.Content(Npy.Parse("f", Npy.Write(NpyArray.Of(tensor)))).ToTensor());
        Values<long> labels = [3, -1, long.MinValue, long.MaxValue];
        Assert.Equal(Some(labels), Damage.Content(Npy.Parse("f", Npy.Write(NpyArray.Of(Shape.Of(4), labels)))).ToIntegers());
        Values<byte> pixels = [0, 255];
        Assert.Equal(pixels, Damage.Content(Npy.Parse("f", Npy.Write(NpyArray.Of(Shape.Of(2), pixels)))).Bytes);
    }

    [Fact]
    public void Integers_are_exact_or_none()
    {
        Assert.Equal(None, NpyArray.Of(Shape.Of(1), NpyType.Float64, Values.Of<byte>(new byte[8])).ToIntegers());
        Assert.Equal(Some<Values<long>>([long.MaxValue]), NpyArray.Of(Shape.Of(1), NpyType.UInt64, [255, 255, 255, 255, 255, 255, 255, 127]).ToIntegers());
        Assert.Equal(None, NpyArray.Of(Shape.Of(1), NpyType.UInt64, [0, 0, 0, 0, 0, 0, 0, 128]).ToIntegers());
        Assert.Equal(Some<Values<long>>([-2]), NpyArray.Of(Shape.Of(1), NpyType.Int16, [254, 255]).ToIntegers());
    }

    [Fact]
    public void An_array_fits_its_shape()
    {
        Assert.Throws<ArgumentException>(() => NpyArray.Of(Shape.Of(2), NpyType.Int16, [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => NpyArray.Of(Shape.Of(0, int.MaxValue), (Values<long>)[]));
        Assert.Throws<ArgumentException>(() => NpyArray.Of(Shape.Of(Enumerable.Repeat(1, 65).ToArray()), (Values<byte>)[1]));
    }
}
