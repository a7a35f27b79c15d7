using Ptq.Model;
using Ptq.Quantization;

namespace Ptq.Calibration;

/// <summary>How an activation tensor is quantized once its range is known.</summary>
/// <param name="Grid">Its codes.</param>
/// <param name="Symmetric">Whether the range is made symmetric around 0.</param>
public sealed record ActivationScheme(Grid Grid, bool Symmetric)
{
    /// <summary>Unsigned 8 bits with a zero point: what follows a ReLU uses every code.</summary>
    public static ActivationScheme UInt8 { get; } = new(Grid.UInt8, false);

    /// <summary>Signed 8 bits around 0.</summary>
    public static ActivationScheme Int8Symmetric { get; } = new(Grid.Int8, true);

    /// <summary>The same scheme for every tensor of a graph that must have a point: the input, and whatever is made by arithmetic (after the ReLU or Clip that can run inside).</summary>
    public static ByName<ActivationScheme> Everywhere(Graph graph, ActivationScheme scheme)
    {
        var made = graph.Nodes.AsEnumerable()
            .Where(n => !n.Layer.KeepsCodes)
            .Select(n => graph.ActivationInside(n, static _ => false).Match(inside => inside.Output, () => n.Output));
        return ByName<ActivationScheme>.Of(made.Prepend(graph.Input).Select(name => (name, scheme)));
    }
}
