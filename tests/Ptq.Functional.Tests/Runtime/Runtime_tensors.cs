using Ptq.Tensors;
using Xunit;

namespace Ptq.Tests.Runtime;

/// <summary>What is put into a tensor for the ONNX Runtime comes out again.</summary>
public class Runtime_tensors
{
    [Fact]
    public void Keep_elements_of_every_type()
    {
        Keeps<float>("float", 1.5f, float.NaN, -0f);
        Keeps<double>("double", 1e300, double.NegativeInfinity);
        Keeps<Half>("float16", (Half)1.5f, Half.MinValue);
        Keeps<bool>("bool", true, false);
        Keeps<sbyte>("int8", sbyte.MinValue, 127);
        Keeps<byte>("uint8", 0, 255);
        Keeps<short>("int16", short.MinValue);
        Keeps<ushort>("uint16", ushort.MaxValue);
        Keeps<int>("int32", int.MinValue);
        Keeps<uint>("uint32", uint.MaxValue);
        Keeps<long>("int64", long.MinValue, long.MaxValue);
        Keeps<ulong>("uint64", ulong.MaxValue);
    }

    [Fact]
    public void Give_integers_whatever_their_width()
    {
        Assert.Equal([-128, 127], RuntimeTensor.Of<sbyte>("x", Shape.Of(2), [-128, 127]).ToIntegers());
        Assert.Equal([255], RuntimeTensor.Of<byte>("x", Shape.Of(1), [255]).ToIntegers());
        Assert.Equal([long.MinValue], RuntimeTensor.Of("x", Shape.Of(), [long.MinValue]).ToIntegers());
        Assert.Throws<InvalidOperationException>(() => RuntimeTensor.Of("x", Shape.Of(1), [1f]).ToIntegers());
    }

    [Fact]
    public void Refuse_what_does_not_fit()
    {
        Assert.Throws<ArgumentException>(() => RuntimeTensor.Of("x", Shape.Of(2, 2), [1f]));
        Assert.Throws<ArgumentException>(() => RuntimeTensor.Of("x", Shape.Of(1), ['a']));
        Assert.Throws<ArgumentException>(() => RuntimeTensor.FromBytes("x", "float32", Shape.Of(1), new byte[4])); // NumPy's name
        Assert.Throws<InvalidOperationException>(() => RuntimeTensor.Of<byte>("x", Shape.Of(1), [1]).ToFloats());
    }

    [Fact]
    public void Compare_by_content()
    {
        Assert.Equal(RuntimeTensor.Of("x", Shape.Of(2), [1f, 2f]), RuntimeTensor.From("x", Tensor.Of(Shape.Of(2), [1f, 2f])));
        Assert.NotEqual(RuntimeTensor.Of("x", Shape.Of(1), [0]), RuntimeTensor.Of("x", Shape.Of(1), [0f]));
    }

    private static void Keeps<T>(string type, params T[] elements) where T : unmanaged
    {
        var tensor = RuntimeTensor.Of<T>("x", Shape.Of(elements.Length), elements);
        Assert.Equal(type, tensor.Type);
        Assert.Equal(elements, tensor.Elements<T>());
    }
}
