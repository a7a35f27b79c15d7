using Ptq.Data;
using Ptq.Experiments.Data;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Cli;

public class The_thesis_command
{
    [Fact]
    public void Writes_its_tables_and_figures_and_says_where()
    {
        using var scratch = new Scratch();
        var run = Experiments.Run("thesis", "--out", scratch["out"], "--iterations", "2", "--objective", "100", "--calibration", "64", "--seed", "99999999999999999999999999");
        Assert.Equal("", run.Errors.Split('\n').FirstOrDefault(line => line.Contains("bug", StringComparison.Ordinal)) ?? "");
        Assert.Equal(0, run.ExitCode);
        string[] names = ["summary.csv", "ablation.csv", "greedy.csv", "sa_trace.csv", "top_confusions.csv", "confusion_fp32.svg", "confusion_int8.svg", "confusion_difference.svg", "class_accuracy.svg", "latency.csv"];
        Assert.Equal(names.Order(StringComparer.Ordinal), Directory.GetFiles(scratch["out"]).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        Assert.All(names, name => Assert.Contains(name, run.Output, StringComparison.Ordinal));
        Assert.Contains("seed 99999999999999999999999999\n", run.Output, StringComparison.Ordinal);
        Assert.All(run.Output.Split('\n').Where(line => !line.Contains(scratch["out"], StringComparison.Ordinal)), line => Assert.True(line.Length <= 80, line));
        Assert.Equal(4, File.ReadAllLines(scratch[Path.Combine("out", "sa_trace.csv")]).Length);
        Assert.Equal("mode,lat_mean_ms,lat_p50_ms,lat_p90_ms,repetitions,lat_mean_min_ms,lat_mean_max_ms", File.ReadLines(scratch[Path.Combine("out", "latency.csv")]).First());
        Assert.DoesNotContain('\r', File.ReadAllText(scratch[Path.Combine("out", "summary.csv")]));
    }

    [Fact]
    public void Reports_every_bad_option_at_once()
    {
        using var scratch = new Scratch();
        var run = Experiments.Run("thesis", "--out", scratch["out"], "--seed", "-1", "--iterations", "many", "--start-percentile", "20", "--step", "NaN", "--calibration", "5001", "--objective", "0", "--nonsense");
        Assert.Equal(2, run.ExitCode);
        foreach (var line in (string[])[
            "--seed: saw '-1', wanted an integer from 0, at most 1,000 digits",
            "--iterations: saw 'many', wanted a whole number from 0 to 1000000",
            "--start-percentile: saw '20', wanted a number from 50 to 100",
            "--step: saw 'NaN', wanted a number from 0 to 50",
            "--calibration: saw '5001', wanted a whole number from 1 to 5000",
            "--objective: saw '0', wanted a whole number from 1 to 5000",
            "'--nonsense'"])
            Assert.Contains(line, run.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(scratch["out"]));
    }

    public static TheoryData<string, string> BadWeights => new()
    {
        { "missing", "cannot read it: there is no such file" },
        { "empty", "saw" },
        { "truncated", "saw" },
        { "shape", "array 'fc1.W': saw shape [64, 255], wanted [64, 256]" },
        { "nan", "array 'c2.b': saw NaN or an infinity, wanted finite numbers" },
        { "lacking", "array 'fc2.b': saw none, wanted one of shape [10]" },
        { "unknown", "array 'extra': saw an unknown array, wanted only c1.W" },
    };

    [Theory, MemberData(nameof(BadWeights))]
    public void Refuses_weights_that_it_cannot_use(string what, string message)
    {
        using var scratch = new Scratch();
        var file = scratch["weights.npz"];
        var good = File.ReadAllBytes(Embedded.Baseline);
        var arrays = Right(Npz.Parse(file, good));
        byte[]? bytes = what switch
        {
            "missing" => null,
            "empty" => [],
            "truncated" => good[..(good.Length / 2)],
            "shape" => Npz.Write(arrays.With("fc1.W", NpyArray.Of(Zeros(64, 255)))),
            "nan" => Npz.Write(arrays.With("c2.b", NpyArray.Of(Tensor.Of(Shape.Of(16), Values.From(Enumerable.Repeat(float.NaN, 16)))))),
            "lacking" => Npz.Write(ByName<NpyArray>.Of(arrays.Names.AsEnumerable().Where(n => n != "fc2.b").Select(n => (n, arrays[n])))),
            _ => Npz.Write(arrays.With("extra", NpyArray.Of(Zeros(1)))),
        };
        if (bytes is not null) File.WriteAllBytes(file, bytes);

        var run = Experiments.Run("thesis", "--weights", file, "--out", scratch["out"]);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith(file, run.Errors, StringComparison.Ordinal);
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.Exists(scratch["out"]) ? Directory.GetFiles(scratch["out"]) : []);
    }

    [Fact]
    public void Refuses_a_folder_that_it_cannot_write_before_it_computes()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch["file"], "");
        var run = Experiments.Run("thesis", "--out", Path.Combine(scratch["file"], "below"));
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"{Path.Combine(scratch["file"], "below")}: cannot write it: ", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Annealing", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Explains_itself()
    {
        var run = Experiments.Run("thesis", "--help");
        Assert.Equal(0, run.ExitCode);
        Assert.All(Options, option => Assert.Contains(option, run.Output, StringComparison.Ordinal));
        Assert.All((string[])["thesis", "ablation", "train-baseline", "build-data"], command => Assert.Contains(command, Experiments.Run("--help").Output, StringComparison.Ordinal));
    }

    private static readonly string[] Options = ["--weights", "--out", "--seed", "--iterations", "--start-percentile", "--step", "--calibration", "--objective", "--threads"];

    private static Tensor Zeros(params int[] lengths) => Tensor.Of(Shape.Of(lengths), Values.From(new float[Shape.Of(lengths).Count]));
}
