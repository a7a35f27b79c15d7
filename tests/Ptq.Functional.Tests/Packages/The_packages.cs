using System.Text.Json;
using Ptq.Data;
using Ptq.Model;
using Ptq.Tensors;
using Ptq.Tests.Architecture;
using Ptq.Tests.Deployment;
using Ptq.Tests.Readme;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Packages;

/// <summary>What a user gets: the packages, installed where there is nothing else of this project.</summary>
[Collection("dotnet")] // builds of the same projects would get into each other's way
public class The_packages(MadePackages packages) : IClassFixture<MadePackages>
{
    private static string Model => Path.Combine(AppContext.BaseDirectory, "models", "lenet_fashion.onnx");

    private static string Images(string split) => Path.Combine(AppContext.BaseDirectory, "data", "fashion", $"{split}-images.idx.gz");

    /// <summary>What stands around the README's example: real images in, a file out, which is read back and asked for classes.</summary>
    private const string Around = """
        using LanguageExt;
        using Ptq.Calibration;
        using Ptq.Data;
        using Ptq.Deployment;
        using Ptq.Engine;
        using Ptq.Errors;
        using Ptq.Evaluation;
        using Ptq.Model;
        using Ptq.Numerics;
        using Ptq.Onnx;
        using Ptq.Tensors;

        var (model, output) = (args[0], args[3]);
        Either<PtqError, ByName<Operand>> Batch(Network network, string path) =>
            from samples in Samples.Open(path, network.Inputs, new InputScaling(1 / 255f, 0))
            from batch in samples.Read(new SampleRange(0, 64, 64))
            select batch;
        Either<PtqError, Values<int>> Classes(Network network, ByName<Operand> batch) =>
            from engine in NetworkEngine.Prepare(network, batch.Map((_, input) => input.Shape))
            from outputs in engine.Run(batch)
            select Accuracy.Predict(outputs.Items[0]);

        return (from file in Disk.ReadAll(model)
                from network in OnnxFile.Read(model, file)
                from calibration in Batch(network, args[1])
                from quantized in Example.QuantizeOnnx(model, file, [calibration])
                from written in Disk.Write(output, quantized)
                from bytes in Disk.ReadAll(output)
                from read in OnnxFile.Read(output, bytes)
                from test in Batch(network, args[2])
                from real in Classes(network, test)
                from codes in Classes(read, test)
                let int8 = read.Constants.Items.AsEnumerable().Count(c => c.Type == ElementType.Int8 && c.Shape.Rank > 1)
                select $"{int8} constants of INT8, {Enumerable.Range(0, 64).Count(i => real[i] == codes[i])} of 64 classes agree")
            .Match(Right: text => { Console.WriteLine(text); return 0; }, Left: error => { Console.Error.WriteLine(error.Describe()); return 1; });

        internal static class Example
        {
        @
        }
        """;

    [Fact]
    public void Run_the_readmes_example_in_an_empty_project()
    {
        var project = packages.At("Empty");
        packages.Dotnet(packages.At("."), "new", "console", "--no-restore", "--output", project);
        foreach (var package in (string[])["Ptq.Onnx", "Ptq.Data"]) packages.Dotnet(project, "add", "package", package);
        var example = Repository.Read("README.md").Split("```csharp\n").Select(part => part.Split("```")[0]).Single(code => code.Contains("QuantizeOnnx", StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(project, "Program.cs"), Around.Replace("@", example, StringComparison.Ordinal));

        var output = packages.Dotnet(project, "run", "--", Model, Images("calibration"), Images("test"), "int8.onnx");
        Assert.Matches("^4 constants of INT8, 6[1-4] of 64 classes agree\n$", output);
        Assert.Equal(["ptq.data", "ptq.functional", "ptq.onnx"], Directory.EnumerateDirectories(packages.At("cache"), "ptq.*").Select(Path.GetFileName).Where(name => name != "ptq.cli").Order()!);

        // The packages compute what the projects do.
        var samples = Right(Samples.Open(Images("calibration"), Networks.Read("lenet_fashion").Inputs, new(1 / 255f, 0)));
        var here = Right(Example.QuantizeOnnx(Model, Networks.File("lenet_fashion"), [Right(samples.Read(new(0, 64, 64)))]));
        Assert.Equal(here, File.ReadAllBytes(Path.Combine(project, "int8.onnx")));
    }

    [Fact]
    public void Install_the_tool()
    {
        var here = packages.At(".");
        packages.Dotnet(here, "tool", "install", "Ptq.Cli", "--tool-path", packages.At("tools"));
        var ptq = Path.Combine(packages.At("tools"), OperatingSystem.IsWindows() ? "ptq.exe" : "ptq");
        var report = packages.Run(here, true, ptq, "quantize", Model, "--calibration", Images("calibration"), "--input-scale", "0.00392156862745098", "--samples", "64", "-o", "tool.onnx", "--json");
        Assert.Equal(64, JsonDocument.Parse(report).RootElement.GetProperty("samples").GetInt32());
        Assert.InRange(new FileInfo(packages.At("tool.onnx")).Length, 1, Networks.File("lenet_fashion").Length / 3);
    }
}
