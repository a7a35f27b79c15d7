using System.Globalization;
using CsvHelper.Configuration.Attributes;

namespace Ptq.Experiments.Bench;

/// <summary>A measurement of bench.csv.</summary>
internal sealed record BenchRow(
    [property: Name("group")] string Group, [property: Name("name")] string Name, [property: Name("batch")] string Batch, [property: Name("path")] string Path, [property: Name("metric")] string Metric,
    [property: Name("value")] string Value, [property: Name("unit")] string Unit, [property: Name("peer")] string Peer, [property: Name("ratio")] string Ratio, [property: Name("spread")] string Spread,
    [property: Name("must")] string Must, [property: Name("aim")] string Aim)
{
    /// <summary>Whether it misses what it must reach.</summary>
    [Ignore]
    public bool Misses { get; private init; }

    /// <summary>Whether it was measured.</summary>
    [Ignore]
    public bool WasRun { get; private init; } = true;

    /// <summary>A rate or a time, that of a peer in the same run, and what the ratio must be.</summary>
    public static BenchRow Of(string group, string name, string batch, string path, string metric, double value, string unit, Peer? peer = null, Target? target = null)
    {
        var judged = target is null ? double.NaN : target.OfRatio ? peer?.Ratio ?? double.NaN : value;
        return new(group, name, batch, path, metric, Text(value), unit, peer?.Name ?? "", peer is null ? "" : Text(peer.Ratio), peer is null ? "" : Text(peer.Spread), target is null ? "" : Text(target.Must), target is null ? "" : Text(target.Aim))
        {
            Misses = target is not null && !double.IsNaN(judged) && (target.AtMost ? judged > target.Must : judged < target.Must),
        };
    }

    /// <summary>What could not be measured here, and why; it misses nothing.</summary>
    public static BenchRow NotRun(string group, string name, string batch, string path, string metric, string unit, string why, Target? target = null) =>
        new(group, name, batch, path, metric, $"not run: {why}", unit, "", "", "", target is null ? "" : Text(target.Must), target is null ? "" : Text(target.Aim)) { WasRun = false };

    private static string Text(double value) => value.ToString(Math.Abs(value) >= 1000 ? "0" : Math.Abs(value) >= 10 ? "0.0" : "0.000", CultureInfo.InvariantCulture);
}

/// <summary>Another implementation of the same.</summary>
/// <param name="Name">Whose.</param>
/// <param name="Ratio">How many times faster ours is: the median over the rounds.</param>
/// <param name="Spread">The distance of the ratio's quartiles, as a share of it.</param>
internal sealed record Peer(string Name, double Ratio, double Spread);

/// <summary>What a measurement must and should reach.</summary>
/// <param name="Must">The least (or most).</param>
/// <param name="Aim">What is aimed at.</param>
/// <param name="OfRatio">Whether it is the ratio that is judged, or the value.</param>
/// <param name="AtMost">Whether less is better.</param>
internal sealed record Target(double Must, double Aim, bool OfRatio = true, bool AtMost = false);
