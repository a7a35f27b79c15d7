using Ptq.Engine;
using Ptq.Evaluation;
using Ptq.Experiments.Commands;
using Ptq.Experiments.Data;
using Ptq.Tests.Architecture;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Readme;

public class The_readme
{
    private static readonly string Text = Repository.Read("README.md");

    [Fact]
    public void Shows_an_example_that_compiles()
    {
        var lines = Repository.Read("tests", "Ptq.Functional.Tests", "Readme", "Example.cs").Split("    // README\n")[1].Split('\n');
        var example = string.Join('\n', lines.Select(line => line.Length >= 4 ? line[4..] : line));
        Assert.Contains($"```csharp\n{example}```", Text, StringComparison.Ordinal);
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
