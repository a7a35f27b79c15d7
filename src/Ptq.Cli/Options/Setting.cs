using System.CommandLine;
using Ptq.Terminal;

namespace Ptq.Cli.Options;

/// <summary>What the value of a setting is in a configuration file.</summary>
internal enum SettingKind
{
    /// <summary>A text.</summary>
    Text,

    /// <summary>A number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Flag,

    /// <summary>Texts.</summary>
    List,
}

/// <summary>Something that a user can set, by an option or argument of the command line or by a key of a configuration file.</summary>
/// <param name="Symbol">The option or argument.</param>
/// <param name="Kind">What its value is.</param>
internal sealed record Setting(Symbol Symbol, SettingKind Kind)
{
    /// <summary>How the user writes it: <c>--range</c>, <c>MODEL</c>.</summary>
    public string Name => Symbol.Name;

    /// <summary>Its key in a configuration file: <c>range</c>, <c>model</c>.</summary>
    public string Key => Name.TrimStart('-').ToLowerInvariant();

    /// <summary>A file or folder that comes without an option's name.</summary>
    public static Setting Argument(string name, string description) => new(new Argument<string?>(name) { Description = description, Arity = ArgumentArity.ZeroOrOne }, SettingKind.Text);

    /// <summary>An option with a text.</summary>
    public static Setting Text(string name, string placeholder, string description, params string[] aliases) => Option(name, placeholder, description, SettingKind.Text, aliases);

    /// <summary>An option with a number.</summary>
    public static Setting Number(string name, string placeholder, string description) => Option(name, placeholder, description, SettingKind.Number);

    /// <summary>An option without a value.</summary>
    public static Setting Flag(string name, string description) => new(new Option<bool>(name) { Description = description, Arity = ArgumentArity.Zero }, SettingKind.Flag);

    /// <summary>An option with several texts.</summary>
    public static Setting List(string name, string placeholder, string description) =>
        new(new Option<string[]>(name) { HelpName = placeholder, Description = description, AllowMultipleArgumentsPerToken = true, Arity = ArgumentArity.OneOrMore }, SettingKind.List);

    /// <summary>The values on the command line; null where there is none, or where it is broken at that place.</summary>
    public string[]? On(ParseResult parsed) => Symbol switch
    {
        Option option => parsed.GetResult(option) is { Implicit: false } result && !result.Errors.Any() ? Kind == SettingKind.Flag ? ["true"] : [.. result.Tokens.Select(t => t.Value)] : null,
        Argument argument => parsed.GetResult(argument) is { Tokens.Count: > 0 } result && !result.Errors.Any() ? [.. result.Tokens.Select(t => t.Value)] : null,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Whether the command line names the setting and goes wrong there.</summary>
    public bool IsBrokenOn(ParseResult parsed) => Symbol is Option option && parsed.GetResult(option) is { } result && result.Errors.Any();

    private static Setting Option(string name, string placeholder, string description, SettingKind kind, params string[] aliases)
    {
        var option = new Option<string?>(name, aliases) { HelpName = placeholder, Description = description };
        return new(option, kind);
    }
}
