using Ptq.Engine;
using Ptq.Engine.Kernels;

namespace Ptq.Experiments.Equality;

/// <summary>The integer engine on one of the paths that this machine has.</summary>
/// <param name="Width">The narrowest vectors that it is had with.</param>
/// <param name="Algorithm">How its sums are made, in every layer that this is proved exact for.</param>
/// <param name="Engine">Compiled for it.</param>
internal sealed record IntegerPath(VectorWidth Width, ConvolutionAlgorithm Algorithm, IntegerEngine Engine)
{
    /// <summary>As a message calls it.</summary>
    public string Name => $"{Width.Name}, {Algorithm}";

    private string Kernels => string.Join('|', Engine.Steps.AsEnumerable().Select(step => step.Kernel));

    /// <summary>Every path of a network that differs in a kernel, each once; the one that the engine takes by itself is the first.</summary>
    public static IReadOnlyList<IntegerPath> All(QuantizedGraph graph)
    {
        var usual = new IntegerPath(VectorWidth.Bits512, ConvolutionAlgorithm.Auto, IntegerEngine.Compile(graph));
        var paths =
            from width in Enum.GetValues<VectorWidth>()
            from algorithm in Enum.GetValues<ConvolutionAlgorithm>().OrderBy(a => a == ConvolutionAlgorithm.Auto) // which is most often one of the others
            select new IntegerPath(width, algorithm, IntegerEngine.Compile(graph, width, algorithm));
        var distinct = paths.DistinctBy(path => path.Kernels, StringComparer.Ordinal).ToLookup(path => path.Kernels == usual.Kernels);
        return [distinct[true].Single() with { Engine = usual.Engine }, .. distinct[false]];
    }
}
