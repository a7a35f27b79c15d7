using System.Globalization;
using CsvHelper.Configuration.Attributes;
using Ptq.Model;

namespace Ptq.Experiments.Thesis;

/// <summary>The tables of a thesis run, as rows.</summary>
internal static class ThesisTables
{
    private const int FloatBytes = 4, CodeBytes = 1;

    internal sealed record SummaryRow([property: Name("mode")] string Mode, [property: Name("val_acc")] string Validation, [property: Name("test_acc")] string Test, [property: Name("size_bytes")] int Size);

    internal sealed record AblationRow([property: Name("configuration")] string Configuration, [property: Name("val_acc")] string Validation, [property: Name("test_acc")] string Test);

    internal sealed record GreedyRow([property: Name("layer")] string Layer, [property: Name("scheme")] string Scheme, [property: Name("symmetric")] bool Symmetric, [property: Name("mse")] double Error, [property: Name("chosen")] bool Chosen);

    internal sealed record TraceRow(
        [property: Name("step")] int Step, [property: Name("temperature")] double Temperature,
        [property: Name("inp")] double Inp, [property: Name("a1")] double A1, [property: Name("p1")] double P1, [property: Name("a2")] double A2, [property: Name("flat")] double Flat, [property: Name("a3")] double A3, [property: Name("out")] double Out,
        [property: Name("accuracy")] double Accuracy, [property: Name("accepted")] bool Accepted, [property: Name("best")] double Best);

    internal sealed record ConfusionRow([property: Name("rank")] int Rank, [property: Name("real")] int Real, [property: Name("pred")] int Predicted, [property: Name("delta_norm")] string Delta);

    /// <summary>The name of the configuration before annealing.</summary>
    public static string StartName(ThesisPlan plan) => string.Create(CultureInfo.InvariantCulture, $"greedy + p = {plan.StartPercentile}");

    public const string AnnealedName = "greedy + SA";

    public static IEnumerable<SummaryRow> Summary(Graph graph, ThesisResult result) =>
    [
        new("fp32", Percent(result.Float.Validation), Percent(result.Float.Test), FloatBytes * graph.Parameters),
        new("int8-qsim", Percent(result.Annealed.Validation), Percent(result.Annealed.Test), CodeBytes * graph.Parameters),
    ];

    public static IEnumerable<AblationRow> Ablation(ThesisPlan plan, ThesisResult result) =>
    [
        new(StartName(plan), Percent(result.Start.Validation), Percent(result.Start.Test)),
        new(AnnealedName, Percent(result.Annealed.Validation), Percent(result.Annealed.Test)),
    ];

    public static IEnumerable<GreedyRow> Greedy(ThesisResult result) =>
        from choice in result.Choices.Items.AsEnumerable()
        from i in Enumerable.Range(0, choice.Candidates.Length)
        let tried = choice.Candidates[i]
        select new GreedyRow(choice.Node, tried.Scheme.Granularity.Name, tried.Scheme.Symmetric, tried.Error, i == choice.Chosen);

    public static IEnumerable<TraceRow> Trace(ThesisResult result) =>
        from chain in result.Chains.AsEnumerable()
        let p = chain.Last.Proposal.Percentiles
        select new TraceRow(chain.Step, chain.Last.Temperature, p[0], p[1], p[2], p[3], p[4], p[5], p[6], chain.Last.Score, chain.Last.Accepted, chain.BestScore);

    public static IEnumerable<ConfusionRow> Confusions(ThesisResult result) =>
        result.Float.Confusion.LargestShifts(result.Start.Confusion, 12).AsEnumerable()
            .Select((shift, i) => new ConfusionRow(i + 1, shift.Real, shift.Predicted, shift.Delta.ToString("0.00000", CultureInfo.InvariantCulture)));

    private static string Percent(double accuracy) => accuracy.ToString("0.00", CultureInfo.InvariantCulture);
}
