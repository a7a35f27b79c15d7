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
