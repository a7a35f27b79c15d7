using System.Text.Json;
using LanguageExt;
using Ptq.Data;
using Ptq.Errors;

namespace Ptq.Cli.Options;

/// <summary>
/// Settings as JSON: one object whose keys are the names of options without <c>--</c>, and of arguments in lower case. It is strict: a key that
/// the command does not have, one that comes twice, or a value of another kind is a fault, and all of them are found at once.
/// </summary>
internal static class ConfigFile
{
    /// <summary>The settings of a file, and what is wrong with it.</summary>
    public static (Dictionary<Setting, string[]> Given, List<Fault> Faults) Read(string path, IReadOnlyList<Setting> settings) => Disk.ReadAll(path).Match(
        Right: bytes => Parse(path, bytes, settings),
        Left: error => Failed(error is PtqError.NoAccess e ? new Fault("--config", $"'{path}'", $"a file that can be read ({e.Reason})") : new Fault("--config", error.Describe(), "a small file")));

    /// <summary>The settings of a text, and what is wrong with it.</summary>
    internal static (Dictionary<Setting, string[]> Given, List<Fault> Faults) Parse(string path, ReadOnlyMemory<byte> bytes, IReadOnlyList<Setting> settings)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 8 });
            return document.RootElement.ValueKind == JsonValueKind.Object ? Members(path, document.RootElement, settings)
                : Failed(new(path, Shown(document.RootElement), "an object, as {\"range\": \"percentile:99.9\"}"));
        }
        catch (JsonException e)
        {
            return Failed(new(path, $"no JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}", "an object, as {\"range\": \"percentile:99.9\"}"));
        }
    }

    private static (Dictionary<Setting, string[]>, List<Fault>) Members(string path, JsonElement root, IReadOnlyList<Setting> settings)
    {
        var (given, faults, seen) = (new Dictionary<Setting, string[]>(), new List<Fault>(), new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal));
        foreach (var member in root.EnumerateObject())
        {
            var field = $"{path}: {Quoted.Text(member.Name)}";
            if (!seen.Add(member.Name)) faults.Add(new(field, "the key again", "it once"));
            else if (settings.FirstOrDefault(s => s.Key == member.Name) is not { } setting) faults.Add(new(field, "a key that this command does not have", $"one of {string.Join(", ", settings.Select(s => s.Key))}"));
            else if (Values(setting.Kind, member.Value) is not { } values) faults.Add(new(field, Shown(member.Value), Wanted(setting.Kind)));
            else given[setting] = values;
        }
        return (given, faults);
    }

    private static string[]? Values(SettingKind kind, JsonElement value) => (kind, value.ValueKind) switch
    {
        (SettingKind.Text, JsonValueKind.String) => [value.GetString()!],
        (SettingKind.Number, JsonValueKind.Number) => [value.GetRawText()],
        (SettingKind.Flag, JsonValueKind.True) => ["true"],
        (SettingKind.Flag, JsonValueKind.False) => [],
        (SettingKind.List, JsonValueKind.Array) when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) => [.. value.EnumerateArray().Select(item => item.GetString()!)],
        _ => null,
    };

    private static string Wanted(SettingKind kind) => kind switch
    {
        SettingKind.Text => "a text",
        SettingKind.Number => "a number",
        SettingKind.Flag => "true or false",
        _ => "a list of texts",
    };

    private static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => Quoted.Text(value.GetString()!),
        _ => Quoted.Text(value.GetRawText()),
    };

    private static (Dictionary<Setting, string[]>, List<Fault>) Failed(Fault fault) => ([], [fault]);
}
