using Ptq.Tests.Cli;
using Xunit;

namespace Ptq.Tests.Runtime;

/// <summary>Tests that need the ONNX Runtime are skipped with the reason where it is not.</summary>
public class Where_there_is_no_runtime
{
    [Fact]
    public void The_reason_is_that_node_is_missing() => Assert.Contains("no node on the PATH", RuntimeServer.WhyMissing(AppContext.BaseDirectory, ""), StringComparison.Ordinal);

    [Fact]
    public void The_reason_is_that_the_package_is_missing_or_has_nothing_for_this_machine()
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch["bin"]);
        File.WriteAllText(Path.Combine(scratch["bin"], OperatingSystem.IsWindows() ? "node.exe" : "node"), "");
        var path = string.Join(Path.PathSeparator, scratch["none"], scratch["bin"]);
        Assert.Contains($"serve.mjs, which is not in {scratch["runtime"]}", RuntimeServer.WhyMissing(scratch["runtime"], path), StringComparison.Ordinal);
        Directory.CreateDirectory(scratch["runtime"]);
        File.WriteAllText(Path.Combine(scratch["runtime"], "serve.mjs"), "");
        Assert.Contains($"npm ci --ignore-scripts in {scratch["runtime"]}", RuntimeServer.WhyMissing(scratch["runtime"], path), StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Combine(scratch["runtime"], "node_modules", "onnxruntime-node"));
        Assert.Contains("no build for", RuntimeServer.WhyMissing(scratch["runtime"], path), StringComparison.Ordinal);
    }

    [Fact]
    public void The_attributes_report_it()
    {
        Assert.Equal(OnnxRuntime.Missing, new OnnxRuntimeFactAttribute().Skip);
        Assert.Equal(OnnxRuntime.Missing, new OnnxRuntimeTheoryAttribute().Skip);
    }
}
