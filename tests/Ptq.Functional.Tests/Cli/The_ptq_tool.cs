using System.Text.Json;
using Ptq.Data;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Tensors;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Cli;

public class The_ptq_tool
{
    private const string Scale = "0.00392156862745098";

    private static string Model => Path.Combine(AppContext.BaseDirectory, "models", "lenet_mnist.onnx");

    private static string Mnist(string file) => Path.Combine(AppContext.BaseDirectory, "data", "mnist", $"{file}.idx.gz");

    [Fact]
    public void Quantizes_compares_and_evaluates()
    {
        using var scratch = new Scratch();
        var quantized = Tool.Run("quantize", Model, "--calibration", Mnist("calibration-images"), "--input-scale", Scale, "--samples", "100", "-o", scratch["q.onnx"], "--exclude", "/c1/Conv");
        Assert.Equal((0, ""), (quantized.ExitCode, Bug(quantized)));
        foreach (var part in (string[])["per-channel s8 weights, u8 activations, minmax, qdq, 100 samples", "/c2/Conv", "per-channel s8, u8", "excluded by name", "logits", "% of 829.1 kB"])
            Assert.Contains(part, quantized.Output, StringComparison.Ordinal);
        Assert.InRange(new FileInfo(scratch["q.onnx"]).Length, 829_000 / 5, 829_000 * 2 / 5);

        string[] data = ["--data", Mnist("test-images"), "--input-scale", Scale, "--samples", "300", "--json"];
        var one = Tool.Run(["compare", Model, scratch["q.onnx"], .. data, "--threads", "1"]);
        var three = Tool.Run(["compare", Model, scratch["q.onnx"], .. data, "--threads", "3", "--quiet"]);
        Assert.Equal((0, one.Output), (three.ExitCode, three.Output));
        Assert.Equal("", three.Errors);
        var compared = JsonDocument.Parse(one.Output).RootElement;
        Assert.Equal(["command", "fp32", "int8", "n", "tensors", "outputs", "sqnr_threshold", "first_below_threshold", "remarks", "contracts"], compared.EnumerateObject().Select(p => p.Name));
        Assert.All(compared.GetProperty("tensors").EnumerateArray(), t => Assert.True(t.GetProperty("tensor").GetString() == "/c1/Conv_output_0" // excluded: nothing differs
            ? t.GetProperty("max_error").GetDouble() == 0 && t.GetProperty("sqnr_db").ValueKind == JsonValueKind.Null && t.GetProperty("scale").ValueKind == JsonValueKind.Null
            : t.GetProperty("sqnr_db").GetDouble() > 25 && t.GetProperty("scale").GetDouble() > 0, t.ToString()));
        Assert.Contains("/r2/Relu_output_0", compared.GetProperty("tensors").EnumerateArray().Select(t => t.GetProperty("tensor").GetString()));
        Assert.InRange(compared.GetProperty("outputs")[0].GetProperty("agreement_percent").GetDouble(), 99, 100);

        var scored = Tool.Run("evaluate", scratch["q.onnx"], "--data", Mnist("test-images"), "--input-scale", Scale, "--samples", "1000", "--json", "--labels", Mnist("test-labels"), "--require-top1", "99.95");
        Assert.Equal(4, scored.ExitCode);
        Assert.Contains("--require-top1: saw ", scored.Errors, StringComparison.Ordinal);
        var accuracy = JsonDocument.Parse(scored.Output).RootElement;
        Assert.Equal(1000, accuracy.GetProperty("n").GetInt32());
        Assert.InRange(accuracy.GetProperty("top1").GetDouble(), 97, 99.9);
        Assert.Equal(accuracy.GetProperty("correct").GetInt32() / 10.0, accuracy.GetProperty("top1").GetDouble(), 9);
    }

    [Fact]
    public void Quantizes_to_operators_on_codes_and_compares_contracts()
    {
        using var scratch = new Scratch();
        foreach (var form in (string[])["qdq", "qoperator"])
        {
            var run = Tool.Run("quantize", Model, "--calibration", Mnist("calibration-images"), "--input-scale", Scale, "--samples", "100", "-o", scratch[form], "--format", form, "--quiet");
            Assert.Equal((0, ""), (run.ExitCode, Bug(run)));
        }
        Assert.Equal(["QuantizeLinear", "QLinearConv", "MaxPool", "QLinearConv", "MaxPool", "Flatten", "QGemm", "QGemm", "DequantizeLinear"], Right(OnnxFile.Read("q", File.ReadAllBytes(scratch["qoperator"]))).Operations.AsEnumerable().Select(o => o.Op));

        string[] data = ["--data", Mnist("test-images"), "--input-scale", Scale, "--samples", "300", "--json"];
        var rows = ((string[])["qdq", "qoperator"]).Select(form => JsonDocument.Parse(Tool.Run(["compare", Model, scratch[form], .. data, "--contracts"]).Output).RootElement).ToArray();
        Assert.Equal(rows[0].GetProperty("contracts").ToString(), rows[1].GetProperty("contracts").ToString());
        Assert.Equal(["QLinearConv", "QLinearConv", "QGemm", "QGemm"], rows[1].GetProperty("contracts").EnumerateArray().Select(row => row.GetProperty("op").GetString()));
        Assert.All(rows[1].GetProperty("contracts").EnumerateArray(), row => Assert.InRange(row.GetProperty("onnx_spec").GetInt64(), 0, row.GetProperty("codes").GetInt64() / 10_000));
        Assert.Contains("/r2/Relu_output_0", rows[1].GetProperty("tensors").EnumerateArray().Select(t => t.GetProperty("tensor").GetString()));

        var scores = new (string Form, string[] How)[] { ("qdq", []), ("qdq", ["--on-codes"]), ("qoperator", []) }.Select(run => JsonDocument.Parse(Tool.Run(["evaluate", scratch[run.Form], .. data, "--labels", Mnist("test-labels"), .. run.How]).Output).RootElement.GetProperty("correct").GetInt32()).ToArray();
        Assert.Equal(scores[2], scores[1]);
        Assert.InRange(scores[0], scores[1] - 1, scores[1] + 1);
    }

    [Fact]
    public void Takes_its_settings_from_a_file_and_remarks_on_bytes_as_they_are()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch["c.json"], JsonSerializer.Serialize(new Dictionary<string, object> { ["model"] = Model, ["calibration"] = Mnist("calibration-images"), ["samples"] = 20, ["output"] = scratch["q.onnx"], ["range"] = "percentile:99.9", ["activations"] = "s8", ["json"] = true }));
        var run = Tool.Run("quantize", "--config", scratch["c.json"], "--weights", "per-tensor");
        Assert.Equal((0, ""), (run.ExitCode, Bug(run)));
        var report = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(("per-tensor", "s8", "percentile:99.9", 20), (report.GetProperty("weights").GetString(), report.GetProperty("activations").GetString(), report.GetProperty("range").GetString(), report.GetProperty("samples").GetInt32()));
        Assert.Contains("was calibrated over 0…255", report.GetProperty("remarks")[0].GetString(), StringComparison.Ordinal);
        Assert.True(report.GetProperty("layers")[0].GetProperty("clipped_percent").GetDouble() > 0);
    }

    [Fact]
    public void Reports_every_bad_setting_at_once()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch["c.json"], """{"weights": "per-layer", "range": 99, "labels": "x", "threads": 2, "threads": 3, "output": "a.onnx"}""");
        var run = Tool.Run("quantize", "--config", scratch["c.json"], "-o", scratch["q.onnx"], "--activations", "s4", "--input-scale", "0", "--samples", "none", "--nonsense=1");
        Assert.Equal(2, run.ExitCode);
        foreach (var line in (string[])[
            $"{scratch["c.json"]}: 'range': saw '99', wanted a text",
            $"{scratch["c.json"]}: 'labels': saw a key that this command does not have, wanted one of model, calibration,",
            $"{scratch["c.json"]}: 'threads': saw the key again, wanted it once",
            $"--output: saw it on the command line and in {scratch["c.json"]}, wanted it in one of them",
            "--calibration: saw nothing, wanted an NPY, NPZ or IDX file, or a folder of NPY or NPZ files",
            "--weights: saw 'per-layer', wanted per-channel or per-tensor",
            "--activations: saw 's4', wanted u8 or s8 or s8-symmetric",
            "--input-scale: saw '0', wanted a finite number other than 0",
            "--samples: saw 'none', wanted a whole number from 1"])
            Assert.Contains(line, run.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(scratch["q.onnx"]));
    }

    [Fact]
    public void Leaves_an_old_file_where_something_is_wrong()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch["q.onnx"], "old");
        foreach (var (message, args) in (ReadOnlySpan<(string, string[])>)[
            ("wrong.npy: shape: saw float32 [3, 5], wanted samples of [1, 28, 28] for input 'input'", ["--calibration", scratch["wrong.npy"]]),
            ("nowhere: cannot read it: there is no such file", ["--calibration", scratch["nowhere"]]),
            ("--exclude: saw '/c9/Conv', wanted the name of an operation", ["--calibration", Mnist("calibration-images"), "--exclude", "/c9/Conv"])])
        {
            File.WriteAllBytes(scratch["wrong.npy"], Npy.Write(NpyArray.Of(Tensor.Of(Shape.Of(3, 5), Values.From(new float[15])))));
            var run = Tool.Run(["quantize", Model, "-o", scratch["q.onnx"], .. args]);
            Assert.Equal(1, run.ExitCode);
            Assert.Contains(message, run.Errors, StringComparison.Ordinal);
            Assert.Equal("old", File.ReadAllText(scratch["q.onnx"]));
        }
    }

    [Fact]
    public void Inspects_a_network_that_cannot_run()
    {
        using var scratch = new Scratch();
        Port At(string name, params int[] lengths) => new(name, ElementType.Float32, Values.From(lengths.Select(n => new Dimension(n))));
        var weights = Constant.Of(Tensor.Of(Shape.Of(2, 3, 1, 1), Values.From(Enumerable.Repeat(1f, 6))));
        var network = Right(Network.Create(13, [At("x", -1, 3, -1, -1)], ByName<Constant>.Of([("w", weights)]),
            [new("conv", "Conv", ["x", "w"], "a"), new("odd", "Frobnicate", ["a"], "b"), new("relu", "Relu", ["b"], "c"), new("other", "Twiddle", ["c"], "y")], [At("y", -1)], NetworkInfo.Named("net")));
        File.WriteAllBytes(scratch["m.onnx"], Right(OnnxFile.Write(network)));

        var run = Tool.Run("inspect", scratch["m.onnx"], "--shape", "2x3x10x20", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        var found = JsonDocument.Parse(run.Output).RootElement;
        Assert.False(found.GetProperty("runs").GetBoolean());
        Assert.Equal(["odd Frobnicate 13", "other Twiddle 13"], found.GetProperty("refused").EnumerateArray().Select(r => $"{r.GetProperty("node")} {r.GetProperty("op")} {r.GetProperty("opset")}"));
        Assert.Equal((6, 2L * 2 * 10 * 20 * 3), (found.GetProperty("parameters").GetInt64(), found.GetProperty("macs").GetInt64()));
        Assert.Equal("[2, 2, 10, 20]", found.GetProperty("nodes")[0].GetProperty("outputs")[0].GetProperty("shape").GetString());

        var text = Tool.Run("inspect", scratch["m.onnx"]);
        foreach (var part in (string[])["'odd': Frobnicate (opset 13), there is no such operator here", "'other': Twiddle (opset 13)", "are taken to be those of [1, 3, 224, 224]; --shape gives others"])
            Assert.Contains(part, text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Shows_how_the_integer_engine_would_run_a_network()
    {
        var run = Tool.Run("inspect", Model, "--plan", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        var found = JsonDocument.Parse(run.Output).RootElement;
        var steps = found.GetProperty("plan").GetProperty("steps").EnumerateArray().ToArray();
        Assert.Equal(found.GetProperty("macs").GetInt64(), steps.Sum(s => s.GetProperty("macs").GetInt64()));
        Assert.InRange(steps.Sum(s => s.GetProperty("bytes").GetInt64()), found.GetProperty("parameters").GetInt64(), 16 * found.GetProperty("parameters").GetInt64()); // 16 bits a weight at least, narrow layers filled up
        Assert.All(steps, s => Assert.Equal(s.GetProperty("macs").GetInt64() > 0, s.GetProperty("proof").GetString()!.StartsWith("pairs ≤ ", StringComparison.Ordinal)));
        Assert.False(JsonDocument.Parse(Tool.Run("inspect", Model, "--json").Output).RootElement.TryGetProperty("plan", out _));

        var text = Tool.Run("inspect", Model, "--plan");
        foreach (var part in (string[])["Integer engine", "of buffers a thread"]) Assert.Contains(part, text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Explains_itself()
    {
        var root = Tool.Run("--help");
        Assert.Equal(0, root.ExitCode);
        Assert.All((string[])["quantize", "inspect", "compare", "evaluate", "Exit codes: 0 done"], part => Assert.Contains(part, root.Output, StringComparison.Ordinal));
        var quantize = Tool.Run("quantize", "--help");
        Assert.All((string[])["--calibration", "--output", "-o", "--weights", "--activations", "--range", "--exclude", "--input-scale", "--input-mean", "--config", "--sqnr-threshold", "--threads", "--quiet", "--json", "percentile:99.99"], part => Assert.Contains(part, quantize.Output, StringComparison.Ordinal));
    }

    private static string Bug(Experiments.Outcome run) => run.Errors.Split('\n').FirstOrDefault(line => line.Contains("bug", StringComparison.Ordinal)) ?? "";
}
