namespace Ptq.Search;

/// <summary>A geometric cooling schedule.</summary>
/// <param name="Start">The first temperature.</param>
/// <param name="Factor">Every step multiplies by it.</param>
/// <param name="End">The temperature never falls below.</param>
public sealed record Cooling(double Start, double Factor, double End)
{
    /// <summary>The temperature after one more step.</summary>
    public double After(double temperature) => Math.Max(Factor * temperature, End);
}
