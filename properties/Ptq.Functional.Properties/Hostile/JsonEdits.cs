using System.Text;
using System.Text.RegularExpressions;

namespace Ptq.Properties.Hostile;

/// <summary>Configuration files of <c>ptq quantize</c>, and what is done to them.</summary>
internal static partial class JsonEdits
{
    private static (string Key, string[] Values)[] Settings { get; } =
    [
        ("model", ["\"m.onnx\""]), ("calibration", ["\"images.npy\"", "\"samples/\""]), ("output", ["\"out.onnx\"", "\"a/b.onnx\""]), ("input-scale", ["0.00392156862745098", "1e-3"]), ("input-mean", ["0", "127.5"]),
        ("samples", ["10", "512"]), ("threads", ["1", "512"]), ("weights", ["\"per-channel\"", "\"per-tensor\""]), ("weight-bits", ["\"8\"", "\"7\""]), ("activations", ["\"u8\"", "\"s8\"", "\"s8-symmetric\""]),
        ("range", ["\"minmax\"", "\"mse\"", "\"percentile:99.99\""]), ("exclude", ["[]", "[\"/fc/Gemm\", \"b\"]"]), ("sqnr-threshold", ["20", "-3.5"]), ("quiet", ["true", "false"]), ("json", ["true"]),
    ];

    private static string[] Values { get; } =
    [
        "null", "true", "false", "0", "-0", "-1", "1.5", "1e999", "-1e999", "1e-999", "99999999999999999999999999", "0x10", "01", "1.", ".5", "+1", "NaN", "Infinity", "1E400000000000", "\"\"", "\" \"", "\"\\u0000\"", "\"a\\u0000b\"", "\"\\ud800\"",
        "\"\\udc00x\"", "\"\\u001b[2J\"", "\"\n\"", "\"\\x\"", "\"\\u12\"", "\"percentile:1e999\"", "\"percentile:\"", "\"percentile:NaN\"", "\"1e999\"", "'a'", "[]", "[null]", "[1, 2]", "[[\"a\"]]", "[\"\\ud800\"]", "[\"a\", \"\\u0000\"]", "{}", "{\"a\": 1}", "[,]", "", "/* */ 1", "// x",
        "\"../../../../etc/passwd\"", "\"/dev/null\"", "\"\uFFFD\"", "\"\u202E\"", "1e", "tru",
    ];

    private static string[] Texts { get; } = [.. Values.Where(v => v.StartsWith('"'))];

    public static FileFormat Format { get; } = new("c.json", Sound,
    [
        .. ByteEdits.All(Sound),
        new("value", (file, drawn) => InText(file, text => Replaced(text, Value().Matches(text), drawn, ": " + drawn.Of(drawn.Of(Values), drawn.Of(Settings).Values[0])))),
        new("path", (file, drawn) => InText(file, text => Regex.Replace(text, $"\"{drawn.Of("model", "output", "calibration")}\": \"[^\"]*\"", place => place.Value[..(place.Value.IndexOf(':', StringComparison.Ordinal) + 2)] + drawn.Of(Texts)))),
        new("key", (file, drawn) => InText(file, text => Replaced(text, Key().Matches(text), drawn, $"{drawn.Of("\"\"", "\"x\"", "\"Range\"", "\"--range\"", "\"help\"", "\"config\"", "\"\\ud800\"", "\"\\u0000\"", "range", "1", $"\"{drawn.Of(Settings).Key}\"", $"\"{new string('k', 5000)}\"")}:"))),
        new("key again", (file, drawn) => InText(file, text => Key().Matches(text) is { Count: > 0 } keys ? text.Replace("{", $"{{{keys[drawn.From(0, keys.Count - 1)].Value} {drawn.Of(Values)}, ", StringComparison.Ordinal) : text)),
        new("member gone", (file, drawn) => InText(file, text => Replaced(text, Member().Matches(text), drawn, ""))),
        new("deep", (file, drawn) => InText(file, text => Replaced(text, Value().Matches(text), drawn, ": " + Nested(drawn)))),
        new("only deep", (_, drawn) => Encoding.UTF8.GetBytes(Nested(drawn))),
        new("many keys", (_, drawn) => Many(drawn, i => $"\"{(char)('a' + i % 26)}{i / 26}\":1")),
        new("the same key many times", (_, drawn) => Many(drawn, _ => "\"range\":\"mse\"")),
        new("a long list", (file, drawn) => InText(file, text => Replaced(text, Value().Matches(text), drawn, $": [{string.Join(',', Enumerable.Repeat(drawn.Of("\"\"", "1", "\"node\""), drawn.Of(10, 1000, 10_000)))}]"))),
        new("a long text", (file, drawn) => InText(file, text => Replaced(text, Value().Matches(text), drawn, $": \"{new string('x', drawn.Of(10, 1000, 100_000))}\""))),
        new("a long number", (file, drawn) => InText(file, text => Replaced(text, Value().Matches(text), drawn, $": {drawn.Of("", "-", "0.", "1e")}{new string('9', drawn.Of(400, 5000, 100_000))}"))),
        new("no UTF-8", (file, drawn) => InText(file, text => text.Replace(drawn.Of("a", "m", ":", "\"", "1"), "\u0001", StringComparison.Ordinal)) is var marked ? [.. marked.SelectMany(b => b == 1 ? drawn.Of<byte[]>([0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80]) : [b])] : file),
        new("byte-order mark", (file, drawn) => [.. drawn.Of<byte[]>([0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0xFE, 0xFF], [0]), .. file]),
        new("UTF-16", (file, drawn) => InText(file, text => text) is var bytes ? Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(bytes)) : file),
    ]);

    private static byte[] Sound(Drawn drawn)
    {
        var (members, keys) = (new List<string>(), new HashSet<string>());
        var complete = drawn.From(0, 3) > 0; // a network, data and where to put the result
        for (var i = complete ? 0 : 3; i < 3 + drawn.From(0, 8); i++)
            if ((i < 3 ? Settings[i] : drawn.Of(Settings)) is var (key, values) && keys.Add(key)) members.Add($"\"{key}\": {drawn.Of(values)}");
        return Encoding.UTF8.GetBytes(drawn.From(0, 1) == 0 ? $"{{{string.Join(", ", members)}}}" : $"{{\n  {string.Join(",\n  ", members)}\n}}\n");
    }

    private static string Nested(Drawn drawn)
    {
        var (depth, open, close) = (drawn.Of(2, 7, 8, 9, 64, 65, 1000, 20_000), drawn.Of("[", "{\"a\":"), drawn.From(0, 1));
        return string.Concat(Enumerable.Repeat(open, depth)) + "1" + (close == 0 ? "" : new string(open == "[" ? ']' : '}', depth));
    }

    private static byte[] Many(Drawn drawn, Func<int, string> member) => Encoding.UTF8.GetBytes($"{{{string.Join(',', Enumerable.Range(0, drawn.Of(20, 500, 10_000)).Select(member))}}}");

    private static byte[] InText(byte[] file, Func<string, string> edit) => file.Length > 1 << 16 ? file : Encoding.UTF8.GetBytes(edit(Encoding.UTF8.GetString(file)));

    private static string Replaced(string text, MatchCollection places, Drawn drawn, string with) =>
        places.Count == 0 ? text : places[drawn.From(0, places.Count - 1)] is var place ? text[..place.Index] + with + text[(place.Index + place.Length)..] : text;

    [GeneratedRegex("""("[^"]*"|\w+)\s*:""")]
    private static partial Regex Key();

    [GeneratedRegex(""":\s*("[^"]*"|[\w.+-]+|\[[^\]]*\])""")]
    private static partial Regex Value();

    [GeneratedRegex("""("[^"]*"|\w+)\s*:\s*("[^"]*"|[\w.+-]+|\[[^\]]*\]),?""")]
    private static partial Regex Member();
}
