using Ptq.Deployment;
using Ptq.Model;

namespace Ptq.Experiments.Equality;

/// <summary>A form in which a quantized network is written for a runtime.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Of">The network in this form.</param>
internal sealed record FileForm(string Name, Func<QuantizedNetwork, Network> Of)
{
    /// <summary>All that are compared.</summary>
    public static IReadOnlyList<FileForm> All { get; } = [new("QOperator", q => q.ToQOperator()), new("QDQ", q => q.ToQdq())];
}

/// <summary>How the runtime is asked to run a file.</summary>
/// <param name="Optimization">How far it may rewrite the graph.</param>
/// <param name="Exact">Whether products of u8 and s8 must be exact; by default their sums saturate on x64 processors without VNNI.</param>
internal sealed record RuntimeSetting(string Optimization, bool Exact)
{
    /// <summary>All that are compared.</summary>
    public static IReadOnlyList<RuntimeSetting> All { get; } = [new("all", true), new("disabled", true), new("all", false)];

    /// <summary>exact, or what the runtime does by default.</summary>
    public string Products => Exact ? "exact" : "default";
}
