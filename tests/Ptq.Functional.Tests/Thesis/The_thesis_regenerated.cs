using System.Text.Json;
using LanguageExt;
using Ptq.Experiments.Commands;
using Ptq.Experiments.Thesis;
using Ptq.Model;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Thesis;

/// <summary>
/// The published run with the thesis's own weights, which this repository may not hold. golden/thesis_expected.json was written
/// by a NumPy implementation of the protocol; the tables are the thesis's.
/// </summary>
[Trait("Category", "Paths")]
public class The_thesis_regenerated
{
    private const string Variable = "PTQ_THESIS_WEIGHTS";
    private const string Names = "the thesis's results/baseline_fp32.npz";

    private static readonly Lazy<(Graph Graph, ThesisResult Result)> Run = new(() =>
        Right(from graph in ThesisCommand.Load(Environment.GetEnvironmentVariable(Variable)!)
              from splits in ThesisCommand.Load(ThesisPlan.Published)
              from result in new ThesisRun(graph, splits, ThesisPlan.Published, Environment.ProcessorCount).Execute(static (_, _) => { })
              select (graph, result)));

    private static readonly JsonElement Golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "thesis_expected.json"))).RootElement;

    [OnlyWhere(Variable, Names)]
    public void Its_tables_come_out_digit_for_digit()
    {
        var files = ThesisFiles.Of(Run.Value.Graph, ThesisPlan.Published, Run.Value.Result).ToDictionary(f => f.Name, f => f.Text);
        Assert.Equal("mode,val_acc,test_acc,size_bytes\nfp32,86.44,87.19,82088\nint8-qsim,87.06,87.87,20522\n", files["summary.csv"]);
        Assert.Equal("configuration,val_acc,test_acc\ngreedy + p = 99,84.68,85.12\ngreedy + SA,87.06,87.87\n", files["ablation.csv"]);
        Assert.Equal("""
            rank,real,pred,delta_norm
            1,9,4,0.13082
            2,3,5,0.02079
            3,7,4,0.01848
            4,8,5,0.01643
            5,2,8,0.01550
            6,1,8,0.01322
            7,2,4,-0.01163
            8,5,6,-0.01009
            9,8,6,-0.00821
            10,8,9,-0.00719
            11,8,4,0.00719
            12,7,2,0.00681

            """.ReplaceLineEndings("\n"), files["top_confusions.csv"]);
    }

    [OnlyWhere(Variable, Names)]
    public void Its_weight_schemes_are_chosen_by_the_same_errors()
    {
        foreach (var choice in Run.Value.Result.Choices.Items)
        {
            var golden = Golden.GetProperty("greedy").GetProperty(choice.Node);
            var candidates = golden.GetProperty("candidates").EnumerateArray().ToArray();
            Assert.Equal(golden.GetProperty("chosen").GetInt32(), choice.Chosen);
            Assert.Equal(candidates.Length, choice.Candidates.Length);
            for (var i = 0; i < candidates.Length; i++)
            {
                Assert.Equal((candidates[i].GetProperty("scheme").GetString(), candidates[i].GetProperty("symmetric").GetBoolean()), (choice.Candidates[i].Scheme.Granularity.Name, choice.Candidates[i].Scheme.Symmetric));
                Close(candidates[i].GetProperty("mse").GetDouble(), choice.Candidates[i].Error, 1e-5);
            }
            var scales = golden.GetProperty("scale").EnumerateArray().Select(s => s.GetDouble()).ToArray();
            Assert.Equal(scales, choice.Params.Each.AsEnumerable().Select(p => p.Scale));
        }
    }

    [OnlyWhere(Variable, Names)]
    public void Its_annealing_takes_the_same_steps()
    {
        var golden = Golden.GetProperty("sa").GetProperty("trace").EnumerateArray().ToArray();
        Assert.Equal(golden.Length, Run.Value.Result.Chains.Length);
        foreach (var (step, chain) in golden.Zip(Run.Value.Result.Chains.AsEnumerable(), (g, c) => (g, c)))
        {
            Assert.Equal(LeNetLite.Points.AsEnumerable().Select(p => step.GetProperty("p").GetProperty(p).GetDouble()), chain.Last.Proposal.Percentiles.AsEnumerable());
            Assert.Equal(
                (step.GetProperty("step").GetInt32(), step.GetProperty("temperature").GetDouble(), step.GetProperty("acc").GetDouble(), step.GetProperty("accepted").GetBoolean(), step.GetProperty("best").GetDouble()),
                (chain.Step, chain.Last.Temperature, chain.Last.Score, chain.Last.Accepted, chain.BestScore));
        }
    }

    [OnlyWhere(Variable, Names)]
    public void Its_scores_confusions_and_scales_are_the_same()
    {
        var result = Run.Value.Result;
        Scored(Golden.GetProperty("fp32"), "fp32", result.Float);
        Scored(Golden.GetProperty("init"), "init", result.Start);
        Scored(Golden.GetProperty("sa"), "sa", result.Annealed);
        foreach (var point in Golden.GetProperty("sa").GetProperty("params").EnumerateObject())
        {
            Close(point.Value.GetProperty("scale").GetDouble(), result.Best.Points[point.Name].Scale, 1e-6);
            Assert.Equal(point.Value.GetProperty("zp").GetInt32(), result.Best.Points[point.Name].ZeroPoint);
        }
    }

    private static void Scored(JsonElement golden, string name, Scores scores)
    {
        Assert.Equal((golden.GetProperty("val").GetDouble(), golden.GetProperty("test").GetDouble()), (scores.Validation, scores.Test));
        Assert.Equal(Golden.GetProperty("confusion").GetProperty(name).Deserialize<int[][]>()!.SelectMany(row => row), scores.Confusion.Counts.AsEnumerable());
    }

    private static void Close(double expected, double actual, double relative) => Assert.InRange(actual, expected * (1 - relative), expected * (1 + relative));
}
