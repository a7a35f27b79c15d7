using Ptq.Numerics;

namespace Ptq.Model;

/// <summary>A layer at its place in a graph.</summary>
/// <param name="Name">Its name, unique among the nodes.</param>
/// <param name="Layer">What it computes.</param>
/// <param name="Inputs">The tensors it reads.</param>
/// <param name="Output">The tensor it writes, unique among all tensors.</param>
public sealed record Node(string Name, Layer Layer, Values<string> Inputs, string Output)
{
    /// <summary>A node with one input.</summary>
    public Node(string name, Layer layer, string input, string output) : this(name, layer, [input], output) { }

    /// <summary>The first input.</summary>
    public string Input => Inputs[0];
}
