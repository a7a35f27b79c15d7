using System.Runtime.Intrinsics.X86;
using LanguageExt;
using Ptq.Errors;
using Ptq.Experiments.Bench;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Tensors;
using Ptq.Tests.Runtime;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Cli;

/// <summary>What is measured is different every time; that it is, and how it is judged, is not.</summary>
public class The_bench_command
{
    [Fact]
    public void Reports_every_bad_option_at_once()
    {
        var run = Experiments.Run("bench", "--group", "layers", "kernels", "--threads", "0", "--out", " ");
        Assert.Equal(2, run.ExitCode);
        foreach (var line in (string[])["--group: saw 'kernels', wanted layers, networks, calibration, search", "--threads: saw '0', wanted a whole number from 1 to 512", "--out: saw ' ', wanted a path"])
            Assert.Contains(line, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Writes_what_it_measures()
    {
        using var scratch = new Scratch();
        var run = Experiments.Run("bench", "--group", "layers", "--out", scratch["out"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Not run: what needs the ONNX Runtime. --onnxruntime was not given.", run.Output, StringComparison.Ordinal);
        var lines = File.ReadAllLines(Path.Combine(scratch["out"], "bench.csv"));
        Assert.Equal("group,name,batch,path,metric,value,unit,peer,ratio,spread,must,aim", lines[0]);
        var layers = lines.Where(line => line.StartsWith("layers,", StringComparison.Ordinal)).Select(line => line.Split("\",")[0]).ToArray();
        Assert.Equal(LayerBench.Count, layers.Distinct().Count());
        Assert.All(layers.GroupBy(name => name), layer => Assert.InRange(layer.Count(), 4, 12)); // a row for every width of vectors, run or not, with and without Winograd, and what follows from them
        Assert.Equal(AvxVnni.IsSupported, !lines.Single(line => line.StartsWith("peak,\"vpdpbusd", StringComparison.Ordinal)).Contains("not run", StringComparison.Ordinal));
        Assert.Equal(4, lines.Count(line => line.Contains("share of vpdpbusd's peak", StringComparison.Ordinal)));
        Assert.Equal(Avx2.IsSupported, File.Exists(Path.Combine(scratch["out"], "roofline.svg")));
    }

    [Fact]
    public void Judges_ratios_where_a_peer_ran_and_times_by_themselves()
    {
        BenchRow Rate(double? ratio) => BenchRow.Of("g", "n", "1", "p", "rate", 1234.4, "1/s", ratio is { } r ? new("peer", r, 0.05) : null, new(1.2, 2));
        Assert.True(Rate(1.19).Misses);
        Assert.False(Rate(1.2).Misses);
        Assert.False(Rate(null).Misses); // not run is not missed
        Assert.Equal(("1234", "1.190", "0.050", "1.200"), (Rate(1.19).Value, Rate(1.19).Ratio, Rate(1.19).Spread, Rate(1.19).Must));
        Assert.True(BenchRow.Of("g", "n", "1", "p", "wall", 0.3, "s", target: new(0.25, 0.05, OfRatio: false, AtMost: true)).Misses);
        Assert.False(BenchRow.Of("g", "n", "1", "p", "wall", 0.2, "s", target: new(0.25, 0.05, OfRatio: false, AtMost: true)).Misses);
    }

    [Fact]
    public void Takes_the_median_of_the_rounds_ratios()
    {
        var (turn, order) = (0, new List<string>());
        Contender Fake(string name, Func<int, double> seconds) => new(name, _ =>
        {
            order.Add(name);
            return (10, seconds(turn++ / 2));
        });
        var measured = Right(Interleaved.Of([Fake("a", _ => 1), Fake("b", round => round == 0 ? 1 : round < 5 ? 4 : 2)])); // 10 calls a second; 10, then 2.5, then 5
        Assert.Equal(["a", "b", "a", "b"], order.Take(4));
        Assert.Equal(10, measured.Of("a"));
        Assert.Equal(4, measured.Against("a", "b", "B")!.Ratio);
        Assert.Equal(0.5, measured.Against("a", "b", "B")!.Spread);
        Assert.Null(measured.Against("a", "c", "C"));
        Assert.True(Interleaved.Of([new("broken", _ => new PtqError.BadRequest("x", "y", "z"))]).IsLeft);
    }

    [OnnxRuntimeFact]
    public void Keeps_sessions_of_the_runtime_to_time_them()
    {
        var network = Right(Network.Create(17, [new Port("x", ElementType.Float32, [new Dimension(2)])], ByName<Constant>.Of([]), [new Operation("r", "Relu", ["x"], "y")], [new Port("y", ElementType.Float32, [], false)], NetworkInfo.Named("relu")));
        Right(OnnxRuntime.Server.Keep("relu", Right(OnnxFile.Write(network)), [RuntimeTensor.From("x", Tensor.Of(Shape.Of(2), [1f, -1f]))]));
        var (calls, seconds) = Right(OnnxRuntime.Server.Time("relu", 20));
        Assert.InRange(calls, 1, int.MaxValue);
        Assert.InRange(seconds, 0.02, 60);
        Right(OnnxRuntime.Server.Drop("relu"));
        Assert.True(OnnxRuntime.Server.Time("relu", 1).IsLeft);
    }
}
