using LanguageExt;
using Ptq.Errors;
using Ptq.Numerics;
using Ptq.Tensors;
using static LanguageExt.Prelude;

namespace Ptq.Model;

/// <summary>A float32 network: nodes in an order in which they can run, from one input tensor to one output tensor.</summary>
public sealed record Graph
{
    private Graph(string input, Values<Node> nodes, string output, ByName<Shape> shapes) => (Input, Nodes, Output, Shapes) = (input, nodes, output, shapes);

    /// <summary>The name of the input tensor.</summary>
    public string Input { get; }

    /// <summary>The nodes; each reads the input or what a node before it wrote.</summary>
    public Values<Node> Nodes { get; }

    /// <summary>The name of the output tensor.</summary>
    public string Output { get; }

    /// <summary>The shape of one image of every tensor (the batch axis left out), in the order of creation.</summary>
    public ByName<Shape> Shapes { get; }

    /// <summary>The shape of one input image, [C, H, W] or [K].</summary>
    public Shape InputShape => Shapes[Input];

    /// <summary>How many numbers the network has learnt.</summary>
    public int Parameters => Nodes.AsEnumerable().Sum(n => n.Layer.Parameters);

    /// <summary>The nodes with weights, in order.</summary>
    public IEnumerable<Node> Weighted => Nodes.AsEnumerable().Where(n => n.Layer.WeightTensor is not null);

    /// <summary>The nodes that read a tensor, in order.</summary>
    public IEnumerable<Node> ReadersOf(string tensor) => Nodes.AsEnumerable().Where(n => n.Inputs.Span.Contains(tensor));

    /// <summary>The node that writes a tensor; none for the input.</summary>
    public Option<Node> WriterOf(string tensor) => Nodes.AsEnumerable().Where(n => n.Output == tensor).ToArray() is [var node] ? Some(node) : None;

    /// <summary>The ReLU or Clip that can run inside a node: the node makes codes, and the activation alone reads what it writes.</summary>
    /// <param name="node">A node of this graph.</param>
    /// <param name="hasPoint">Whether a tensor has a quantization point of its own: then it must exist, and nothing runs inside.</param>
    public Option<Node> ActivationInside(Node node, Func<string, bool> hasPoint) =>
        !node.Layer.KeepsCodes && node.Layer is not Layer.Softmax && node.Output != Output && !hasPoint(node.Output)
        && ReadersOf(node.Output).ToArray() is [{ Layer: Layer.Relu or Layer.Clip } only] ? Some(only) : None;

    /// <summary>Checks names, order, weights and shapes.</summary>
    /// <param name="input">The input tensor's name.</param>
    /// <param name="inputShape">The shape of one image.</param>
    /// <param name="nodes">At least one node, in an order in which they can run.</param>
    /// <param name="output">The output tensor's name.</param>
    public static Either<PtqError, Graph> Create(string input, Shape inputShape, Values<Node> nodes, string output)
    {
        var shapes = ByName<Shape>.Of([(input, inputShape)]);
        var names = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            if (!names.Add(node.Name)) return Bad(node, "name", "a name used before", "a name of its own");
            if (shapes.Has(node.Output)) return Bad(node, $"output '{node.Output}'", "a tensor that is already written", "a tensor that nothing writes yet");
            if (node.Inputs.Length != node.Layer.Arity) return Bad(node, "inputs", $"{node.Inputs.Length}", $"{node.Layer.Arity}");
            foreach (var name in node.Inputs)
                if (!shapes.Has(name)) return Bad(node, $"input '{name}'", "a tensor that nothing before it writes", $"one of {string.Join(", ", shapes.Names.AsEnumerable())}");

            switch (ShapeInference.Of(node, node.Inputs.Map(name => shapes[name])).Case)
            {
                case LeftCase<PtqError, Shape>(var error): return error;
                case RightCase<PtqError, Shape>(var shape): shapes = shapes.With(node.Output, shape); break;
            }
        }
        return nodes.Length == 0 ? new PtqError.BadGraph("", "nodes", "none", "at least one")
            : !shapes.Has(output) || output == input ? new PtqError.BadGraph("", $"output '{output}'", "a tensor that nothing writes", "one that a node writes")
            : new Graph(input, nodes, output, shapes);
    }

    private static PtqError Bad(Node node, string place, string seen, string wanted) => new PtqError.BadGraph(node.Name, place, seen, wanted);
}
