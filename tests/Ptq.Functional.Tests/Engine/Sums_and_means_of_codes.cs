using Ptq.Engine;
using Ptq.Engine.Kernels;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;
using Xunit;
using static Ptq.Tests.Engine.Operators.OneOperation;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Engine;

/// <summary>The integer engine adds and averages as its contract says: under <see cref="Contract.MlasFloat32"/> as the ONNX Runtime's operators do.</summary>
[Trait("Category", "Paths")]
public class Sums_and_means_of_codes
{
    // x + x in steps of 4, zero point 1: 0.5 + 1 is the tie 1.5 where the zero point is added first, and 0 + 1 where it is added last.
    [Theory]
    [InlineData(Contract.Thesis, 2)]
    [InlineData(Contract.MlasFloat32, 2)]
    [InlineData(Contract.OnnxSpec, 1)]
    [InlineData(Contract.FixedPoint, 1)]
    public void Round_a_sum_with_its_zero_point_or_before(Contract contract, int expected) =>
        Assert.Equal(expected, CodesOf(new Layer.Add(), Shape.Of(1), contract, Params(1, 0), Params(4, 1), 1)[0]);

    // The mean ½ of 0 and 1, whose zero point is 1; over all of a plane the sum 1 is multiplied by ½, and the zero point added last.
    [Theory]
    [InlineData(Contract.MlasFloat32, 2, 1)]
    [InlineData(Contract.OnnxSpec, 1, 1)]
    [InlineData(Contract.FixedPoint, 2, 2)]
    public void Round_a_mean_with_its_zero_point_but_that_of_a_plane_before(Contract contract, int some, int all)
    {
        var window = new Window(new(1), new(2, Stride: 2));
        Assert.Equal([some, some], CodesOf(new Layer.AveragePool2d(window), Shape.Of(1, 1, 4), contract, Params(1, 0), Params(1, 1), 0, 1, 1, 0));
        Assert.Equal([all], CodesOf(new Layer.AveragePool2d(window), Shape.Of(1, 1, 2), contract, Params(1, 0), Params(1, 1), 0, 1));
        Assert.Equal([all], CodesOf(new Layer.GlobalAveragePool(), Shape.Of(1, 1, 2), contract, Params(1, 0), Params(1, 1), 0, 1));
    }

    [Fact]
    public void Are_those_of_the_operators()
    {
        var rng = Rng.FromSeed(21);
        for (var i = 0; i < 60; i++)
        {
            AffineParams Any()
            {
                (var scale, rng) = rng.Uniform(0.01, 0.1);
                (var zero, rng) = rng.Integer(0, 256);
                return Params((float)scale, (int)zero);
            }
            var (x, y) = (Any(), Any());
            var image = new long[3 * 7 * 8];
            for (var k = 0; k < image.Length; k++) (image[k], rng) = rng.Integer(0, 256);
            var pool = (Operand?[])[Integers(ElementType.UInt8, Shape.Of(1, 3, 7, 8), image), One(x.Scale), One(x.ZeroPoint), One(y.Scale), One(y.ZeroPoint)];
            int[] codes = [.. image.Select(code => (int)code)];
            Window window = new(new(3, 2, 1, 0), new(2, 1, 0, 1)), whole = new(new(7), new(8));
            Same(Run("com.microsoft.QLinearAveragePool", Attributes(window), pool), CodesOf(new Layer.AveragePool2d(window), Shape.Of(3, 7, 8), Contract.MlasFloat32, x, y, codes));
            Same(Run("com.microsoft.QLinearAveragePool", [.. Attributes(window), ("count_include_pad", Attribute(1))], pool), CodesOf(new Layer.AveragePool2d(window, true), Shape.Of(3, 7, 8), Contract.MlasFloat32, x, y, codes));
            Same(Run("com.microsoft.QLinearAveragePool", Attributes(whole), pool), CodesOf(new Layer.AveragePool2d(whole), Shape.Of(3, 7, 8), Contract.MlasFloat32, x, y, codes));
            Same(Run("com.microsoft.QLinearGlobalAveragePool", pool), CodesOf(new Layer.GlobalAveragePool(), Shape.Of(3, 7, 8), Contract.MlasFloat32, x, y, codes));
            Same(Run("com.microsoft.QLinearAdd", [.. pool[..3], .. pool[..3], .. pool[3..]]), CodesOf(new Layer.Add(), Shape.Of(3, 7, 8), Contract.MlasFloat32, x, y, codes));
        }
    }

    [Theory]
    [InlineData(0.02f, 3, 0.05f, 250, 0.03f, 128, 0, 255)]
    [InlineData(0.5f, 0, 0.25f, 7, 1f, -1, -1, 127)] // ties, and a fused ReLU
    [InlineData(1e30f, 5, 1e30f, 5, 1e-8f, 0, -128, 127)] // infinite ratios: NaN at 0 · ∞
    [InlineData(3e7f, 1, 1f, 0, 0.5f, 9, 3, 90)] // more than INT32 holds
    public void Are_the_same_one_by_one_and_eight_at_a_time(float scaleA, int zeroA, float scaleB, int zeroB, float scale, int zero, int low, int high)
    {
        var sum = new CodeSum((scaleA, zeroA), (scaleB, zeroB), (scale, zero), low, high);
        var pairs = (from a in Enumerable.Range(-128, 384) from b in Enumerable.Range(-128, 384) select (A: (short)a, B: (short)b)).Append((A: (short)1, B: (short)2)).ToArray(); // one is left over
        Assert.All(Enum.GetValues<VectorWidth>(), width =>
        {
            var codes = new short[pairs.Length];
            AddKernel.Run(sum, Array.ConvertAll(pairs, p => p.A), Array.ConvertAll(pairs, p => p.B), codes, width);
            Assert.Equal(pairs.Select(p => (short)sum.Of(p.A, p.B)), codes);
        });
    }

    private static void Same(Operand expected, int[] codes) => Assert.Equal(expected.Integers.AsEnumerable(), codes.Select(code => (long)code));

    private static Operand One(double scale) => Floats(Shape.Of(), (float)scale);

    private static Operand One(int zero) => Integers(ElementType.UInt8, Shape.Of(), zero);

    private static (string, AttributeValue)[] Attributes(Window w) =>
    [
        ("kernel_shape", Attribute((long[])[w.Rows.Kernel, w.Columns.Kernel])), ("strides", Attribute((long[])[w.Rows.Stride, w.Columns.Stride])),
        ("pads", Attribute((long[])[w.Rows.Before, w.Columns.Before, w.Rows.After, w.Columns.After])),
    ];

    /// <summary>The codes that a layer makes of codes, both of its inputs the same where it has two.</summary>
    private static int[] CodesOf(Layer layer, Shape shape, Contract contract, AffineParams x, AffineParams y, params int[] codes)
    {
        var graph = Right(Graph.Create("x", shape, [new Node("it", layer, [.. Enumerable.Repeat("x", layer.Arity)], "y")], "y"));
        var quantized = Right(QuantizedGraph.Create(graph, ByName<AffineParams>.Of([("x", x), ("y", y)]), ByName<TensorParams>.Of([]), contract));
        var image = Tensor.Of(shape.Batch(1), Values.From(codes.Select(code => Affine.Dequantize(x, code))));
        return [.. IntegerEngine.Compile(quantized).Run(image).Codes.AsEnumerable()];
    }

    private static AffineParams Params(float scale, int zero) => AffineParams.Of(scale, zero, Grid.UInt8);
}
