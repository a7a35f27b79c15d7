using Ptq.Engine;
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
}
