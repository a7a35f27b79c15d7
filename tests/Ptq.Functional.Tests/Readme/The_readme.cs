using Ptq.Engine;
using Ptq.Evaluation;
using Ptq.Experiments.Commands;
using Ptq.Experiments.Data;
using Ptq.Onnx;
using Ptq.Tensors;
using Ptq.Tests.Architecture;
using Ptq.Tests.Deployment;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Readme;

public class The_readme
{
    private static readonly string Text = Repository.Read("README.md");

    [Fact]
    public void Shows_examples_that_compile()
    {
        var parts = Repository.Read("tests", "Ptq.Functional.Tests", "Readme", "Example.cs").Split("    // README\n");
        Assert.Equal(5, parts.Length); // two examples, and what stands around them
        foreach (var part in (string[])[parts[1], parts[3]])
        {
            var example = string.Join('\n', part.Split('\n').Select(line => line.Length >= 4 ? line[4..] : line));
            Assert.Contains($"```csharp\n{example}```", Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Shows_an_example_that_writes_a_quantized_file()
    {
        var batch = Networks.Batches(Networks.Read("lenet_fashion"), Networks.Images("lenet_fashion", "calibration").Images, 64).First();
        var file = Right(Example.QuantizeOnnx("lenet_fashion.onnx", Networks.File("lenet_fashion"), [batch]));
        var network = Right(OnnxFile.Read("lenet_fashion.int8.onnx", file));
        Assert.Equal(4, network.Constants.Items.AsEnumerable().Count(c => c.Type == ElementType.Int8 && c.Shape.Rank > 1));
        Assert.InRange(file.Length, 1, Networks.File("lenet_fashion").Length / 3);
    }

    [Fact]
    public void Shows_an_example_that_quantizes_a_network()
    {
        var network = Right(ThesisCommand.Load(Embedded.Baseline));
        var images = Right(Embedded.ThesisValidation()).ToFloats();
        var test = images.First(2000);
        var real = Accuracy.Percent(test.Labels, Accuracy.Predict(FloatEngine.Compile(network).Run(test.Images)));
        var int8 = Right(Example.QuantizeAndScore(network, images.First(256).Images, test));
        Assert.InRange(int8, real - 1, real + 1);
    }

    [Fact]
    public void Shows_the_tables_that_are_committed()
    {
        foreach (var (file, label, row) in ((string, string, int)[])[("summary.csv", "FP32", 1), ("ablation.csv", "INT8, greedy + p = 99", 1), ("ablation.csv", "INT8, greedy + SA", 2), ("summary.csv", "INT8, greedy + SA", 2)])
        {
            var cells = Repository.Read("experiments", "results", file).Split('\n')[row].Split(',');
            var shown = Text.Split('\n').Single(line => line.StartsWith($"| {label} |", StringComparison.Ordinal));
            Assert.Contains($"| {cells[1]} | {cells[2]} |", shown, StringComparison.Ordinal);
        }
    }
}
