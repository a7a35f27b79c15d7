using Ptq.Data;
using Ptq.Errors;
using Ptq.Onnx;
using Ptq.Tests.Deployment;
using Ptq.Tests.Runtime;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Cli;

/// <summary><c>ptq</c> and weights in a file beside the model.</summary>
public class External_data
{
    private static void Write(string path)
    {
        var files = Right(OnnxFile.WriteFiles(LargeNetwork.Of(96, 3), $"{Path.GetFileName(path)}.data", always: true));
        Right(Disk.Write([($"{path}.data", files.Data!.Pieces()), (path, files.Model.Pieces())]));
        Right(Disk.Write(Path.Combine(Path.GetDirectoryName(path)!, "x.npy"), Npy.Write(NpyArray.Of(LargeNetwork.Inputs(5).Items[0].ToTensor()))));
    }

    [OnnxRuntimeFact]
    public void Is_written_on_request_and_read_by_the_runtime()
    {
        using var scratch = new Scratch();
        Write(scratch["m.onnx"]);
        foreach (var (output, more) in ((string, string[])[])[("one.onnx", []), ("two.onnx", ["--external-data"])])
        {
            var run = Tool.Run(["quantize", scratch["m.onnx"], "--calibration", scratch["x.npy"], "-o", scratch[output], "--json", .. more]);
            Assert.True(run.ExitCode == 0, run.Errors);
        }
        Assert.False(File.Exists(scratch["one.onnx.data"]));
        Assert.InRange(new FileInfo(scratch["two.onnx"]).Length, 1, new FileInfo(scratch["one.onnx"]).Length / 2);
        Assert.Contains("two.onnx.data", File.ReadAllText(scratch["two.onnx"]), StringComparison.Ordinal);
        Assert.DoesNotContain(Path.GetFileName(Path.GetDirectoryName(scratch["two.onnx"]))!, File.ReadAllText(scratch["two.onnx"]), StringComparison.Ordinal);

        var x = Agreement.ToRuntime("x", LargeNetwork.Inputs(5).Items[0]);
        Assert.Equal(Right(OnnxRuntime.Run(scratch["one.onnx"], [x])).Items[0].Data, Right(OnnxRuntime.Run(scratch["two.onnx"], [x])).Items[0].Data);
        var inspected = Tool.Run("inspect", scratch["two.onnx"], "--json");
        Assert.Equal(0, inspected.ExitCode);
        Assert.Contains($"\"bytes\": {new FileInfo(scratch["two.onnx"]).Length + new FileInfo(scratch["two.onnx.data"]).Length}", inspected.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("m")]
    [InlineData("m.data")]
    public void Of_the_network_is_not_replaced(string output)
    {
        using var scratch = new Scratch();
        Write(scratch["m"]);
        var before = File.ReadAllBytes(scratch["m.data"]);
        File.Move(scratch["m"], scratch["model.onnx"]);
        var run = Tool.Run("quantize", scratch["model.onnx"], "--calibration", scratch["x.npy"], "-o", scratch[output]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("the network's own weights", run.Errors, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(scratch["m.data"]));
    }

    [Fact]
    public void That_cannot_be_written_leaves_both_files_as_they_were()
    {
        using var scratch = new Scratch();
        foreach (var name in (string[])["q.onnx", "q.onnx.data"]) File.WriteAllText(scratch[name], "old");
        static IEnumerable<ReadOnlyMemory<byte>> Broken()
        {
            yield return new byte[] { 1, 2, 3 };
            throw new IOException("the disk is full");
        }
        var refused = Disk.Write([(scratch["q.onnx.data"], [new byte[] { 1 }]), (scratch["q.onnx"], Broken())]);
        Assert.Contains("the disk is full", refused.Match(Right: _ => "", Left: error => error.Describe()), StringComparison.Ordinal);
        Assert.Equal(["old", "old"], ((string[])["q.onnx", "q.onnx.data"]).Select(name => File.ReadAllText(scratch[name])));
        Assert.Equal(2, Directory.GetFiles(Path.GetDirectoryName(scratch["q.onnx"])!, "*", new EnumerationOptions { AttributesToSkip = 0 }).Length);
    }
}
