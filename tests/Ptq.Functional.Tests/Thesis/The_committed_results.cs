using LanguageExt;
using Ptq.Experiments.Commands;
using Ptq.Experiments.Data;
using Ptq.Experiments.Thesis;
using Ptq.Tests.Architecture;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Thesis;

/// <summary>experiments/results is what a run without a command writes, byte for byte, with any number of threads.</summary>
[Trait("Category", "Paths")]
public class The_committed_results
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Are_what_a_run_writes(int threads)
    {
        var files = Right(
            from graph in ThesisCommand.Load(Embedded.Baseline)
            from splits in ThesisCommand.Load(ThesisPlan.Published)
            from result in new ThesisRun(graph, splits, ThesisPlan.Published, threads).Execute(static (_, _) => { })
            select ThesisFiles.Of(graph, ThesisPlan.Published, result).ToArray());
        Assert.Equal(9, files.Length);
        Assert.All(files, file => Assert.Equal(Repository.Read("experiments", "results", file.Name), file.Text));
    }
}
