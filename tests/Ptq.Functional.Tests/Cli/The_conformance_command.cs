using Ptq.Experiments.Conformance;
using Ptq.Tests.Architecture;
using Xunit;

namespace Ptq.Tests.Cli;

public class The_conformance_command
{
    [Fact]
    public void Says_where_cases_are_to_be_had_when_there_are_none()
    {
        using var scratch = new Scratch();
        var run = Experiments.Run("conformance", "--data", scratch["none"], "--out", scratch["out"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Equal($"{scratch["none"]}: cannot read it: it holds none of ONNX's test cases: install libonnx-testdata, or let --data or PTQ_ONNX_TESTDATA name its data folder\n", run.Errors);
        Assert.False(Directory.Exists(scratch["out"]));
    }

    [Onnx.WithTheCases]
    public void Writes_what_is_committed()
    {
        using var scratch = new Scratch();
        var run = Experiments.Run("conformance", "--out", scratch["out"], "--check");
        Assert.Equal(0, run.ExitCode);
        foreach (var name in (string[])["conformance.csv", "conformance.md"])
            Assert.Equal(Repository.Read("experiments", "results", name), File.ReadAllText(Path.Combine(scratch["out"], name)));
        Assert.Contains("By kind", run.Output, StringComparison.Ordinal);
    }

    [Onnx.WithTheCases]
    public void Fails_its_check_by_naming_the_case()
    {
        using var scratch = new Scratch();
        foreach (var name in (string[])["test_abs", "test_neg"])
        {
            var (source, target) = (Path.Combine(StandardCases.DefaultFolder, "node", name), Directory.CreateDirectory(Path.Combine(scratch["data"], "node", name, "test_data_set_0")).FullName);
            File.Copy(Path.Combine(source, "model.onnx"), Path.Combine(scratch["data"], "node", name, "model.onnx"));
            File.Copy(Path.Combine(source, "test_data_set_0", "input_0.pb"), Path.Combine(target, "input_0.pb"));
            File.Copy(Path.Combine(source, "test_data_set_0", name == "test_abs" ? "input_0.pb" : "output_0.pb"), Path.Combine(target, "output_0.pb"));
        }
        var run = Experiments.Run("conformance", "--data", scratch["data"], "--out", scratch["out"], "--check");
        Assert.Equal(4, run.ExitCode);
        Assert.Contains("node/test_abs: output 'y' ", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("node/test_neg", run.Errors, StringComparison.Ordinal);
        Assert.Equal("operator,cases,passed,failed,deliberate,unsupported,not_read,reason\nAbs,1,0,1,0,0,0,another output\nNeg,1,1,0,0,0,0,\n", File.ReadAllText(Path.Combine(scratch["out"], "conformance.csv")));
        Assert.Equal(0, Experiments.Run("conformance", "--data", scratch["data"], "--out", scratch["out"]).ExitCode);
    }
}
