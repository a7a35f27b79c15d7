using System.Text.Json;
using Ptq.Experiments.Commands;
using Ptq.Experiments.Data;
using Ptq.Experiments.Thesis;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Thesis;

/// <summary>
/// The thesis run with the embedded weights at three plans, against golden/protocol_runs.json, which names its maker: the
/// published plan; a low start with long steps, where proposals meet their lower end and the limit on losses; a run so long
/// that the temperature meets its end.
/// </summary>
public class Another_implementation
{
    private static readonly JsonElement[] Runs = [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "protocol_runs.json"))).RootElement.GetProperty("runs").EnumerateArray()];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Finds_the_same(int index)
    {
        var golden = Runs[index];
        string? Asked(string name) => golden.GetProperty("args").TryGetProperty(name, out var value) ? value.GetString() : null;
        var plan = Valid(ThesisPlan.Parse(Asked("seed"), Asked("iterations"), Asked("start-percentile"), Asked("step"), Asked("calibration"), Asked("objective")));
        var result = Right(
            from graph in ThesisCommand.Load(Embedded.Baseline)
            from splits in ThesisCommand.Load(plan)
            from found in new ThesisRun(graph, splits, plan, Environment.ProcessorCount).Execute(static (_, _) => { })
            select found);

        foreach (var (name, scores) in ((string, Scores)[])[("fp32", result.Float), ("start", result.Start), ("annealed", result.Annealed)])
            Assert.Equal((golden.GetProperty(name)[0].GetDouble(), golden.GetProperty(name)[1].GetDouble()), (scores.Validation, scores.Test));
        foreach (var choice in result.Choices.Items)
        {
            var layer = golden.GetProperty("greedy").GetProperty(choice.Node);
            Assert.Equal(layer.GetProperty("chosen").GetInt32(), choice.Chosen);
            Assert.All(layer.GetProperty("mse").Deserialize<double[]>()!.Zip(choice.Candidates.AsEnumerable(), (wanted, seen) => seen.Error / wanted), ratio => Assert.InRange(ratio, 1 - 1e-5, 1 + 1e-5));
        }
        Assert.Equal(
            golden.GetProperty("trace").EnumerateArray().Select(row => string.Join(' ', row.EnumerateArray().Select(cell => cell.ValueKind is JsonValueKind.Number ? $"{cell.GetDouble():R}" : $"{cell.GetBoolean()}"))),
            result.Chains.AsEnumerable().Select(c => string.Join(' ', ((IEnumerable<string>)[$"{c.Step}", $"{c.Last.Temperature:R}", $"{c.Last.Score:R}", $"{c.Last.Accepted}", $"{c.BestScore:R}"]).Concat(c.Last.Proposal.Percentiles.AsEnumerable().Select(p => $"{p:R}")))));
        Assert.Equal(
            golden.GetProperty("confusions").EnumerateArray().Select(row => (row[0].GetInt32(), row[1].GetInt32(), row[2].GetDouble())),
            result.Float.Confusion.LargestShifts(result.Start.Confusion, 12).AsEnumerable().Select(s => (s.Real, s.Predicted, s.Delta)));
    }
}
