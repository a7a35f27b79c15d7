using Ptq.Numerics;

namespace Ptq.Search;

/// <summary>A point of a search space: one percentile for every quantization point.</summary>
/// <param name="Percentiles">In the order of the space's points.</param>
public sealed record Candidate(Values<double> Percentiles);
