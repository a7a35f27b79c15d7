using Ptq.Cli.Commands;
using Ptq.Cli.Options;
using Ptq.Errors;
using Xunit;

namespace Ptq.Tests.Cli;

/// <summary>Configuration files that once ended in an exception or a flood (found by properties/…/A_hostile_file.cs).</summary>
public class Hostile_configurations
{
    [Fact]
    public void A_key_that_is_no_UTF_8() => Assert.Equal(["c.json: saw bytes that are no UTF-8, from byte 4 on, wanted JSON in UTF-8"], Faults([.. "{\"r"u8, 0xFF, .. "\": 1}"u8]));

    [Fact]
    public void A_value_that_is_no_UTF_8() => Assert.Equal(["c.json: saw bytes that are no UTF-8, from byte 12 on, wanted JSON in UTF-8"], Faults([.. "{\"range\": \""u8, 0xC3, .. "\"}"u8]));

    [Fact]
    public void Half_of_a_surrogate_pair_in_a_value() => Assert.Equal(["c.json: 'range': saw half of a surrogate pair, wanted a text"], Faults("""{"range": "\ud800"}"""));

    [Fact]
    public void Half_of_a_surrogate_pair_in_a_list() => Assert.Equal(["c.json: 'exclude': saw half of a surrogate pair, wanted a text"], Faults("""{"exclude": ["a", "\udc00"]}"""));

    [Fact]
    public void Half_of_a_surrogate_pair_in_a_key() => Assert.Equal(["c.json: saw half of a surrogate pair, wanted a text"], Faults("""{"\ud800": 1}"""));

    [Fact]
    public void Thousands_of_keys_that_nobody_knows()
    {
        var faults = Faults($"{{{string.Join(',', Enumerable.Range(0, 5000).Select(i => $"\"k{i}\":1"))}}}");
        Assert.Equal(21, faults.Length);
        Assert.Equal("c.json: saw 4980 more keys, wanted first of all that those before them are right", faults[^1]);
    }

    [Fact]
    public void A_long_key_that_was_copied_for_every_setting()
    {
        byte[] file = [.. "{\""u8, .. Enumerable.Repeat((byte)'k', 100_000), .. "\":1}"u8];
        Faults(file); // once, so that nothing is made for the first time
        var before = GC.GetAllocatedBytesForCurrentThread();
        Faults(file);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 * file.Length + (64 << 10));
    }

    [Fact]
    public void Lists_in_lists_twenty_thousand_deep() => Assert.StartsWith("c.json: saw no JSON (or more than 8 levels of it) at line 1, byte ", Assert.Single(Faults($"{{\"range\": {new string('[', 20_000)}")), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"model": "m.onnx", "calibration": "x.npy", "output": "a\u0000b"}""", "--output: saw 'a\\u0000b', wanted a path")]
    [InlineData("""{"model": "\u0000", "calibration": "x.npy", "output": "b"}""", "MODEL: saw '\\u0000', wanted a path")]
    public void A_path_with_the_character_0(string text, string fault)
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch["c.json"], text);
        var command = new QuantizeCommand();
        Assert.Equal([fault], command.Parse(command.Command.Parse(["--config", scratch["c.json"]])).Match(_ => [], faults => faults.Select(f => f.Describe()).ToArray()));
    }

    private static string[] Faults(string text) => Faults(System.Text.Encoding.UTF8.GetBytes(text));

    private static string[] Faults(byte[] bytes) => [.. ConfigFile.Parse("c.json", bytes, new QuantizeCommand().Settings).Faults.Select((Fault f) => f.Describe())];
}
