using Ptq.Calibration;
using Ptq.Engine;
using Ptq.Engine.Kernels;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Engine;

public class Runs_after_the_first
{
    [Fact]
    public void Allocate_little_beside_their_results()
    {
        var shape = Shape.Of(8, 32, 32);
        var graph = Right(Graph.Create("x", shape, [new("pool", new Layer.MaxPool2d(Window.Square(2, 2, 0)), "x", "p"), new("mean", new Layer.GlobalAveragePool(), "p", "y")], "y"));
        var unit = AffineParams.Of(1, 0, Grid.UInt8);
        var engine = IntegerEngine.Compile(Right(QuantizedGraph.Create(graph, ByName<AffineParams>.Of([("x", unit), ("y", unit)]), ByName<TensorParams>.Of([]))));
        var images = Tensor.Of(shape.Batch(20), Values.From(Enumerable.Range(0, 20 * shape.Count).Select(i => (float)(i % 251))));
        var first = engine.Run(images);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var second = engine.Run(images);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(first, second);
        Assert.InRange(allocated, 0, 2 * shape.Count * sizeof(short)); // the buffers of 16 images would be ten times that
    }

    [Fact]
    public void Allocate_nothing_an_image_but_its_result_whatever_its_convolutions_are()
    {
        var rng = Rng.FromSeed(1);
        Tensor Normal(params int[] lengths)
        {
            var normals = new double[Shape.Of(lengths).Count];
            rng = rng.FillStandardNormal(normals);
            return Tensor.Of(Shape.Of(lengths), Values.From(normals.Select(n => (float)n)));
        }
        Layer Conv(int inputs, int outputs, Window window, int groups = 1) => new Layer.Conv2d(Normal(outputs, inputs / groups, window.Rows.Kernel, window.Columns.Kernel), Values.From(Enumerable.Repeat(0f, outputs)), window, groups);
        var shape = Shape.Of(3, 16, 16);
        var graph = Right(Graph.Create("x", shape,
        [
            new("first", Conv(3, 32, Window.Square(3, 1, 1)), "x", "a"), new("pool", new Layer.MaxPool2d(Window.Square(2, 2)), "a", "b"), new("tiled", Conv(32, 32, Window.Square(3, 1, 1)), "b", "c"),
            new("channels", Conv(32, 32, Window.Square(3, 1, 1), 32), "c", "d"), new("points", Conv(32, 32, Window.Square(1)), "d", "e"), new("add", new Layer.Add(), ["c", "e"], "f"),
            new("mean", new Layer.GlobalAveragePool(), "f", "g"), new("flat", new Layer.Flatten(), "g", "h"), new("linear", new Layer.Linear(Normal(10, 32), Values.From(Enumerable.Repeat(0f, 10))), "h", "y"),
        ], "y"));
        var (many, few) = (Normal(48, 3, 16, 16), Normal(16, 3, 16, 16));
        var codes = AffineParams.Of(0.05, 7, Grid.UInt8);
        var points = ByName<AffineParams>.Of(ActivationScheme.Everywhere(graph, ActivationScheme.UInt8).Names.AsEnumerable().Select(name => (name, codes)));
        var weights = ByName<TensorParams>.Of(graph.Weighted.Select(node => (node.Name, TensorParams.PerTensor(AffineParams.Of(0.03, 0, Grid.Int8)))));
        var quantized = Right(QuantizedGraph.Create(graph, points, weights));
        foreach (var algorithm in Enum.GetValues<ConvolutionAlgorithm>())
        {
            var engine = IntegerEngine.Compile(quantized, VectorWidth.Bits512, algorithm);
            long Allocated(Tensor images)
            {
                engine.Run(images);
                var before = GC.GetAllocatedBytesForCurrentThread();
                engine.Run(images);
                return GC.GetAllocatedBytesForCurrentThread() - before;
            }
            Assert.Equal((48 - 16) * 10 * sizeof(int), Allocated(many) - Allocated(few));
            Assert.InRange(Allocated(few), 0, 16 * 10 * sizeof(int) + 4096);
        }
    }
}
