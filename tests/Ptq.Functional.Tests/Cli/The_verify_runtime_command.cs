using Ptq.Tests.Runtime;
using Xunit;

namespace Ptq.Tests.Cli;

public class The_verify_runtime_command
{
    [Fact]
    public void Reports_every_bad_option_at_once()
    {
        var run = Experiments.Run("verify-runtime", "--images", "10001", "--model", "lenet_mnist", "alexnet", "--threads", "0", "--out", " ");
        Assert.Equal(2, run.ExitCode);
        foreach (var line in (string[])[
            "--images: saw '10001', wanted a whole number from 1 to 10000",
            "--model: saw 'alexnet', wanted lenet_mnist, lenet_fashion, lenet_fashion_skew, resnet8_fashion, mobile_fashion",
            "--threads: saw '0', wanted a whole number from 1 to 512",
            "--out: saw ' ', wanted a path"])
            Assert.Contains(line, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_what_the_runtime_lacks()
    {
        using var scratch = new Scratch();
        var run = Experiments.Run("verify-runtime", "--onnxruntime", scratch["none"], "--out", scratch["out"]);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"--onnxruntime: saw '{scratch["none"]}', wanted the ONNX Runtime there. The ONNX Runtime ", run.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(scratch["out"]));
    }

    [OnnxRuntimeFact]
    public void Writes_a_row_for_every_comparison()
    {
        using var scratch = new Scratch();
        var run = Experiments.Run("verify-runtime", "--images", "20", "--model", "lenet_fashion", "--out", scratch["out"], "--check");
        Assert.Equal("", run.Errors.Replace("lenet_fashion …\n", "", StringComparison.Ordinal));
        Assert.Equal(0, run.ExitCode);
        var lines = File.ReadAllLines(Path.Combine(scratch["out"], "equality.csv"));
        Assert.Equal("model,weights,activations,form,optimization,options,engine,images,codes,different,furthest,classes,top1_runtime,top1_engine,note", lines[0]);
        Assert.Equal(1 + 2 * 2 * 2 * 3 * 2, lines.Length);
        Assert.StartsWith("lenet_fashion,per-tensor,u8,QOperator,all,exact,integer,20,200,0,0,0,", lines[1], StringComparison.Ordinal);
        Assert.Contains("lenet_fashion, integer paths of scalar: ", run.Output, StringComparison.Ordinal);
        Assert.All(run.Output.Split('\n').Where(line => !line.Contains("rows:", StringComparison.Ordinal)), line => Assert.True(line.Length <= 130, line));
    }

    [Fact]
    public void Explains_itself()
    {
        var run = Experiments.Run("verify-runtime", "--help");
        Assert.Equal(0, run.ExitCode);
        Assert.All((string[])["--images", "--model", "--onnxruntime", "--out", "--threads", "--check"], option => Assert.Contains(option, run.Output, StringComparison.Ordinal));
        Assert.All((string[])["verify-runtime", "conformance"], command => Assert.Contains(command, Experiments.Run("--help").Output, StringComparison.Ordinal));
    }
}
