using Ptq.Engine;
using Ptq.Evaluation;
using Ptq.Experiments.Commands;
using Ptq.Experiments.Data;
using Ptq.Tests.Architecture;
using Xunit;

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
        var network = ThesisCommand.Load(Embedded.Baseline).IfLeft(e => throw new InvalidOperationException(e.Describe()));
        var images = Embedded.ThesisValidation().IfLeft(e => throw new InvalidOperationException(e.Describe())).ToFloats();
        var test = images.First(2000);
        var real = Accuracy.Percent(test.Labels, Accuracy.Predict(FloatEngine.Compile(network).Run(test.Images)));
        var int8 = Example.QuantizeAndScore(network, images.First(256).Images, test).IfLeft(e => throw new InvalidOperationException(e.Describe()));
        Assert.InRange(int8, real - 1, real + 1);
    }

    [Fact]
    public void Shows_the_tables_that_are_committed()
    {
        foreach (var name in (string[])["summary.csv", "ablation.csv"])
            foreach (var row in Repository.Read("experiments", "results", name).TrimEnd().Split('\n').Skip(1))
            {
                var cells = row.Split(',');
                Assert.Contains($"| {cells[1]} | {cells[2]} |", Text, StringComparison.Ordinal);
            }
    }
}
