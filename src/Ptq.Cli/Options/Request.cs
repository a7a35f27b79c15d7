using LanguageExt;
using Ptq.Errors;
using Ptq.Numerics;
using Ptq.Terminal;
using static LanguageExt.Prelude;

namespace Ptq.Cli.Options;

/// <summary>What a user has set, on the command line and in a configuration file.</summary>
internal sealed class Request
{
    private readonly Dictionary<Setting, string[]> given;
    private readonly IReadOnlyList<Fault> faults;
    private readonly IReadOnlyList<Setting> broken; // the parser has its own word for these

    private Request(Dictionary<Setting, string[]> given, IReadOnlyList<Fault> faults, IReadOnlyList<Setting> broken) => (this.given, this.faults, this.broken) = (given, faults, broken);

    /// <summary>Everything that is set. What is set in both places is a fault: one of the two would not be used.</summary>
    public static Request Of(System.CommandLine.ParseResult parsed, Setting config, IReadOnlyList<Setting> settings)
    {
        var typed = settings.Select(s => (Setting: s, Values: s.On(parsed))).Where(s => s.Values is not null).ToDictionary(s => s.Setting, s => s.Values!);
        var broken = settings.Where(s => s.IsBrokenOn(parsed)).ToArray();
        if (config.On(parsed) is not [{ } path]) return new(typed, [], broken);
        var (written, faults) = ConfigFile.Read(path, settings);
        foreach (var (setting, values) in written)
            if (!typed.TryAdd(setting, values)) faults.Add(new(setting.Name, $"it on the command line and in {path}", "it in one of them"));
        return new(typed, faults, broken);
    }

    /// <summary>Whether everything that is set could be understood as far as its place goes.</summary>
    public Validation<Fault, Unit> Sound => faults.Count == 0 ? Success<Fault, Unit>(unit) : Validation<Fault, Unit>.Fail(faults.ToSeq());

    /// <summary>The text of a setting; null where it is not set.</summary>
    public string? Text(Setting setting) => given.TryGetValue(setting, out var values) && values.Length > 0 ? values[0] : null;

    /// <summary>Whether a flag is set.</summary>
    public bool Flag(Setting setting) => Text(setting) is not null;

    /// <summary>The texts of a list.</summary>
    public Values<string> List(Setting setting) => given.TryGetValue(setting, out var values) ? Values.Of<string>(values) : [];

    /// <summary>A path that must be given.</summary>
    public Validation<Fault, string> Path(Setting setting, string wanted) =>
        broken.Contains(setting) ? Success<Fault, string>("")
        : Text(setting) is null ? Fail<Fault, string>(new(setting.Name, "nothing", wanted)) : OptionText.Path(setting.Name, Text(setting), () => "");

    /// <summary>A whole number that need not be given.</summary>
    public Validation<Fault, Option<int>> Whole(Setting setting, int low, int high) =>
        Text(setting) is not { } text ? Success<Fault, Option<int>>(None) : OptionText.Whole(setting.Name, text, 0, low, high).Map(Some);

    /// <summary>A number that need not be given.</summary>
    public Validation<Fault, Option<double>> Real(Setting setting, double low, double high) =>
        Text(setting) is not { } text ? Success<Fault, Option<double>>(None) : OptionText.Real(setting.Name, text, 0, low, high).Map(Some);

    /// <summary>How many threads.</summary>
    public Validation<Fault, int> Threads(Setting setting) => OptionText.Threads(setting.Name, Text(setting));
}
