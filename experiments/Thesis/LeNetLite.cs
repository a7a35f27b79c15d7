using LanguageExt;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Experiments.Thesis;

/// <summary>The thesis's network: two 5×5 convolutions with pools and two linear layers, for 28×28 digits.</summary>
internal static class LeNetLite
{
    /// <summary>The quantization points, in the order of the annealing's draws.</summary>
    public static Values<string> Points { get; } = ["inp", "a1", "p1", "a2", "flat", "a3", "out"];

    /// <summary>The digits.</summary>
    public const int Classes = 10;

    /// <summary>The shape of every weight tensor, by its name in the thesis's file.</summary>
    public static ByName<Shape> Shapes { get; } = ByName<Shape>.Of(
    [
        ("c1.W", Shape.Of(8, 1, 5, 5)), ("c1.b", Shape.Of(8)),
        ("c2.W", Shape.Of(16, 8, 5, 5)), ("c2.b", Shape.Of(16)),
        ("fc1.W", Shape.Of(64, 256)), ("fc1.b", Shape.Of(64)),
        ("fc2.W", Shape.Of(10, 64)), ("fc2.b", Shape.Of(10)),
    ]);

    /// <summary>The network with these weights.</summary>
    /// <param name="file">Where the weights come from, for messages.</param>
    /// <param name="weights">Tensors by the names of <see cref="Shapes"/>; others are refused.</param>
    public static Either<PtqError, Graph> Create(string file, ByName<Tensor> weights)
    {
        foreach (var name in weights.Names)
            if (!Shapes.Has(name)) return new PtqError.BadFile(file, $"array '{name}'", "an unknown array", $"only {string.Join(", ", Shapes.Names.AsEnumerable())}");
        foreach (var name in Shapes.Names)
        {
            if (weights.Find(name).Case is not SomeCase<Tensor>(var tensor)) return new PtqError.BadFile(file, $"array '{name}'", "none", $"one of shape {Shapes[name]}");
            if (tensor.Shape != Shapes[name]) return new PtqError.BadFile(file, $"array '{name}'", $"shape {tensor.Shape}", $"{Shapes[name]}");
            if (!tensor.IsFinite) return new PtqError.BadFile(file, $"array '{name}'", "NaN or an infinity", "finite numbers");
        }
        return Graph.Create("inp", Shape.Of(1, 28, 28),
        [
            new("c1", new Layer.Conv2d(weights["c1.W"], weights["c1.b"].Data, Window.Square(5)), "inp", "z1"),
            new("relu1", new Layer.Relu(), "z1", "a1"),
            new("pool1", new Layer.MaxPool2d(Window.Square(2, stride: 2)), "a1", "p1"),
            new("c2", new Layer.Conv2d(weights["c2.W"], weights["c2.b"].Data, Window.Square(5)), "p1", "z2"),
            new("relu2", new Layer.Relu(), "z2", "a2"),
            new("pool2", new Layer.MaxPool2d(Window.Square(2, stride: 2)), "a2", "p2"),
            new("flatten", new Layer.Flatten(), "p2", "flat"),
            new("fc1", new Layer.Linear(weights["fc1.W"], weights["fc1.b"].Data), "flat", "z3"),
            new("relu3", new Layer.Relu(), "z3", "a3"),
            new("fc2", new Layer.Linear(weights["fc2.W"], weights["fc2.b"].Data), "a3", "out"),
        ], "out");
    }
}
