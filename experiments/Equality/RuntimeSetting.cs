namespace Ptq.Experiments.Equality;

/// <summary>How the runtime is asked to run a file.</summary>
/// <param name="Optimization">How far it may rewrite the graph: <c>all</c> is its default.</param>
/// <param name="Exact">Whether it is asked for the sums that the codes have, by the session options of <see cref="Session"/>.</param>
internal sealed record RuntimeSetting(string Optimization, bool Exact)
{
    /// <summary>All that are compared; the first is the one that everything should equal.</summary>
    public static IReadOnlyList<RuntimeSetting> All { get; } = [new("all", true), new("disabled", true), new("all", false)];

    /// <summary>The session options' name in tables.</summary>
    public string Options => Exact ? "exact" : "default";

    /// <summary>
    /// The session options, by their names behind <c>session.</c>. With u8 activations, exact products where a processor has none of s8 × u8. With s8 that is wrong: then weights
    /// become u8 and QGemm has no kernel; instead the codes of QDQ must stay s8, which by default they do not on x64.
    /// </summary>
    public IReadOnlyDictionary<string, string> Session(string activations) => !Exact ? new Dictionary<string, string>()
        : activations == "u8" ? new Dictionary<string, string> { ["x64quantprecision"] = "1" } : new Dictionary<string, string> { ["qdqisint8allowed"] = "1" };
}
