using System.CommandLine;

namespace Ptq.Terminal;

/// <summary>
/// Options are read as text and checked by the plan that they belong to, so that a number out of range and a word that is no
/// number are reported together.
/// </summary>
public static class Options
{
    /// <summary>An option with one value.</summary>
    public static Option<string?> Text(string name, string placeholder, string description, bool required = false) =>
        new(name) { HelpName = placeholder, Description = description, Required = required };

    /// <summary>How many threads.</summary>
    public static Option<string?> Threads() => Text("--threads", "N", "At most N threads, 1 to 512; no result depends on it [default: all cores]");

    /// <summary>What was typed; nothing where it was not, or where the command line is broken at that place.</summary>
    public static string? Typed(this ParseResult parsed, Option<string?> option) =>
        parsed.GetResult(option) is { Tokens: [{ Value: var text }] } result && !result.Errors.Any() ? text : null;
}
