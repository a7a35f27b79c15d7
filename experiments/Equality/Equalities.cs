using Ptq.Engine;
using Ptq.Engine.Kernels;

namespace Ptq.Experiments.Equality;

/// <summary>What was compared, and how it came out.</summary>
/// <param name="Rows">The runtime against the engines here.</param>
/// <param name="Paths">The paths of the integer engine that gave its codes, of every network.</param>
internal sealed record Equalities(IReadOnlyList<EqualityRow> Rows, IReadOnlyList<(string Model, VectorWidth Width, ConvolutionAlgorithm Algorithm)> Paths)
{
    /// <summary>Nothing yet.</summary>
    public static Equalities None { get; } = new([], []);

    /// <summary>These and others.</summary>
    public Equalities And(Equalities others) => new([.. Rows, .. others.Rows], [.. Paths.Union(others.Paths)]);

    /// <summary>A line for every network and width of vectors.</summary>
    public IEnumerable<string> PathLines =>
        from path in Paths
        group path.Algorithm by (path.Model, path.Width) into kind
        orderby kind.Key.Model, kind.Key.Width
        select $"{kind.Key.Model}, integer paths of {kind.Key.Width.Name}: {string.Join(", ", kind.Order())}";
}
