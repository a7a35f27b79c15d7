using System.Text.Json;
using System.Text.Unicode;
using LanguageExt;
using Ptq.Data;
using Ptq.Errors;

namespace Ptq.Cli.Options;

/// <summary>
/// Settings as JSON: one object whose keys are the names of options without <c>--</c>, and of arguments in lower case. It is strict: a key that
/// the command does not have, one that comes twice, or a value of another kind is a fault, and the first 20 of them are told at once. Whatever the bytes,
/// reading allocates at most 8 times their number and 64 KiB.
/// </summary>
internal static class ConfigFile
{
    private const int MostFaults = 20, MostDepth = 8;

    /// <summary>The settings of a file, and what is wrong with it.</summary>
    public static (Dictionary<Setting, string[]> Given, List<Fault> Faults) Read(string path, IReadOnlyList<Setting> settings) => Disk.ReadAll(path).Match(
        Right: bytes => Parse(path, bytes, settings),
        Left: error => Failed(error is PtqError.NoAccess e ? new Fault("--config", $"'{path}'", $"a file that can be read ({e.Reason})") : new Fault("--config", error.Describe(), "a small file")));

    /// <summary>The settings of a text, and what is wrong with it.</summary>
    internal static (Dictionary<Setting, string[]> Given, List<Fault> Faults) Parse(string path, ReadOnlyMemory<byte> bytes, IReadOnlyList<Setting> settings)
    {
        if (!Utf8.IsValid(bytes.Span)) return Failed(new(path, $"bytes that are no UTF-8, from byte {ValidLength(bytes.Span) + 1} on", "JSON in UTF-8"));
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = MostDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object ? Members(path, document.RootElement, settings)
                : Failed(new(path, Shown(document.RootElement), "an object, as {\"range\": \"percentile:99.9\"}"));
        }
        catch (JsonException e)
        {
            return Failed(new(path, $"no JSON (or more than {MostDepth} levels of it) at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}", "an object, as {\"range\": \"percentile:99.9\"}"));
        }
    }

    private static (Dictionary<Setting, string[]>, List<Fault>) Members(string path, JsonElement root, IReadOnlyList<Setting> settings)
    {
        var (given, faults, seen, keys, more) = (new Dictionary<Setting, string[]>(), new List<Fault>(), new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal), $"one of {string.Join(", ", settings.Select(s => s.Key))}", 0);
        foreach (var member in root.EnumerateObject())
            if (faults.Count == MostFaults) more++; // whoever writes thousands of them is not read to the end
            else if (Member(path, member, settings, seen, given, keys) is { } fault) faults.Add(fault);
        if (more > 0) faults.Add(new(path, $"{more} more keys", "first of all that those before them are right"));
        return (given, faults);
    }

    private static Fault? Member(string path, JsonProperty member, IReadOnlyList<Setting> settings, System.Collections.Generic.HashSet<string> seen, Dictionary<Setting, string[]> given, string keys)
    {
        var field = path;
        try
        {
            var name = member.Name; // a new string whenever it is asked for
            field = $"{path}: {Quoted.Text(name)}";
            if (!seen.Add(name)) return new(field, "the key again", "it once");
            if (settings.FirstOrDefault(s => s.Key == name) is not { } setting) return new(field, "a key that this command does not have", keys);
            if (Values(setting.Kind, member.Value) is not { } values) return new(field, Shown(member.Value), Wanted(setting.Kind));
            given[setting] = values;
            return null;
        }
        catch (InvalidOperationException) // what is no text is found when the text is asked for
        {
            return new(field, "half of a surrogate pair", "a text");
        }
    }

    private static int ValidLength(ReadOnlySpan<byte> bytes)
    {
        Utf8.ToUtf16(bytes, new char[bytes.Length], out var read, out _, replaceInvalidSequences: false);
        return read;
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
