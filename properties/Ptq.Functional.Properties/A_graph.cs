using LanguageExt;
using Ptq.Engine;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Properties.Framework;
using Ptq.Tensors;
using static Ptq.Properties.Expect;

namespace Ptq.Properties;

public class A_graph
{
    [Property(Arbitrary = [typeof(Generators)])]
    public bool Keeps_its_function_when_BatchNorms_are_folded(Rng rng, byte outputs, bool linear)
    {
        var channels = outputs % 6 + 1;
        Tensor Normal(double offset, params int[] lengths)
        {
            var shape = Shape.Of(lengths);
            var xs = new double[shape.Count];
            rng = rng.FillStandardNormal(xs);
            return Tensor.Of(shape, Values.From(xs.Select(x => (float)(offset + x / 3))));
        }
        var (image, layer) = linear
            ? (Shape.Of(7), (Layer)new Layer.Linear(Normal(0, channels, 7), Normal(0, channels).Data))
            : (Shape.Of(2, 5, 6), new Layer.Conv2d(Normal(0, channels, 2, 3, 3), Normal(0, channels).Data, Window.Square(3, padding: 1)));
        var norm = new Layer.BatchNorm(Normal(1, channels).Data, Normal(0, channels).Data, Normal(0, channels).Data, Normal(3, channels).Data.Map(MathF.Abs));
        var graph = Right(Graph.Create("x", image, [new("c", layer, "x", "c"), new("n", norm, "c", "n"), new("r", new Layer.Relu(), "n", "y")], "y"));
        var folded = Right(Folding.BatchNorms(graph));
        var x = Normal(0, [3, .. image.Lengths.Span]);
        var (before, after) = (FloatEngine.Compile(graph).Run(x), FloatEngine.Compile(folded).Run(x));
        return folded.Nodes.Length == 2 && before.Data.AsEnumerable().Zip(after.Data.AsEnumerable(), (a, b) => Math.Abs(a - b)).All(d => d < 1e-4);
    }

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Without_BatchNorms_is_left_as_it_is_by_folding(Network network) => Right(Folding.BatchNorms(network.Graph)) == network.Graph;

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Has_in_every_tensor_the_shape_that_it_promised(Network network) =>
        FloatEngine.Compile(network.Graph).Trace(network.Images) is var trace && network.Graph.Shapes.Names.AsEnumerable().All(name => trace[name].Shape == network.Graph.Shapes[name].Batch(network.Images.Shape[0]));
}
