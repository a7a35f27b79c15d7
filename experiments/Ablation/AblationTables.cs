using System.Globalization;
using CsvHelper.Configuration.Attributes;
using Ptq.Engine;
using Ptq.Evaluation;
using Ptq.Numerics;
using Ptq.Search;

namespace Ptq.Experiments.Ablation;

/// <summary>The tables of an ablation, as rows.</summary>
internal static class AblationTables
{
    /// <summary>A setting with every parameter that took effect and what it scored. Accuracies and interval ends are percent.</summary>
    internal sealed record AxisRow(
        [property: Name("axis")] string Axis, [property: Name("setting")] string Setting,
        [property: Name("weight_schemes")] string WeightSchemes, [property: Name("weight_bits")] string WeightBits, [property: Name("activations")] string Activations,
        [property: Name("range")] string Range, [property: Name("fused")] string Fused, [property: Name("bias")] string Bias, [property: Name("contract")] string Contract,
        [property: Name("seed")] string Seed, [property: Name("val_n")] int ValidationCount, [property: Name("val_acc")] string Validation,
        [property: Name("test_n")] int TestCount, [property: Name("test_acc")] string Test, [property: Name("test_low")] string Low, [property: Name("test_high")] string High,
        [property: Name("flips")] int Flips, [property: Name("worse")] int Worse, [property: Name("better")] int Better, [property: Name("mcnemar_p")] string P, [property: Name("size_bytes")] long Size);

    internal sealed record AnnealingRow(
        [property: Name("step")] int Step, [property: Name("temperature")] double Temperature, [property: Name("point")] string Point, [property: Name("percentile")] double Percentile,
        [property: Name("accuracy")] double Accuracy, [property: Name("accepted")] bool Accepted, [property: Name("best")] double Best);

    /// <summary>The float network first, then every setting.</summary>
    public static IEnumerable<AxisRow> Axes(Study study, IEnumerable<AxisOutcome> outcomes)
    {
        var (search, test) = (study.Splits.Search.Examples, study.Splits.Test.Examples);
        AxisRow Row(string axis, string setting, Variant? v, Outcome? outcome)
        {
            var predictions = outcome?.Predictions ?? study.Real;
            var compared = McNemar.Of(test.Labels, study.Real.Test, predictions.Test);
            var interval = Wilson.Of(Accuracy.Count(test.Labels, predictions.Test), test.Count);
            return new(axis, setting,
                outcome is null ? "" : SchemesOf(outcome.Quantized), v is null ? "" : Text(v.WeightBits), v is null ? "" : $"{v.Activations.Grid} {(v.Activations.Symmetric ? "symmetric" : "asymmetric")}",
                v is null ? "" : RangeOf(v, outcome!), v is null ? "" : v.Fused ? "true" : "false", v is null ? "" : v.Bias == BiasRule.Kept ? "kept" : "dropped", outcome is null ? "" : $"{outcome.Quantized.Contract}",
                v?.Ranges is RangeSource.Annealed ? Text(Study.Seed) : "",
                search.Count, Percent(Accuracy.Percent(search.Labels, predictions.Search)), test.Count, Percent(Accuracy.Percent(test.Labels, predictions.Test)), Percent(100 * interval.Low), Percent(100 * interval.High),
                compared.Flips, compared.Worse, compared.Better, compared.P.ToString("G4", CultureInfo.InvariantCulture),
                outcome is null ? 4L * study.Graph.Parameters : SizeOf(outcome.Quantized));
        }
        return outcomes.Select(o => Row(o.Axis, o.Setting, o.Variant, o.Outcome)).Prepend(Row("float", "FP32", null, null));
    }

    /// <summary>Every step of the annealing, a row a point.</summary>
    public static IEnumerable<AnnealingRow> Annealing(Values<string> points, Values<Chain> chains) =>
        from chain in chains.AsEnumerable()
        from i in Enumerable.Range(0, points.Length)
        select new AnnealingRow(chain.Step, chain.Last.Temperature, points[i], chain.Last.Proposal.Percentiles[i], chain.Last.Score, chain.Last.Accepted, chain.BestScore);

    /// <summary>⌈bits · weights / 8⌉ for each weight tensor + 4 bytes a bias and a scale + 1 byte a zero point of an asymmetric tensor.</summary>
    public static long SizeOf(QuantizedGraph q)
    {
        long bytes = 0;
        foreach (var node in q.Graph.Weighted)
        {
            var (weights, p) = (node.Layer.WeightTensor!, q.Weights[node.Name]);
            bytes += ((long)weights.Shape.Count * p.Grid.Bits + 7) / 8 + 4 * p.Each.Length + (p.Grid.Narrow ? 0 : p.Each.Length);
            if (q.Bias == BiasRule.Kept) bytes += 4 * (node.Layer.Parameters - weights.Shape.Count);
        }
        return bytes + q.Points.Items.AsEnumerable().Sum(p => 4L + (p.Grid.Narrow ? 0 : 1));
    }

    /// <summary>The annealing's percentiles by name, or the rule.</summary>
    private static string RangeOf(Variant v, Outcome outcome) => outcome.Chains.Length == 0 ? $"{v.Ranges}"
        : string.Join("; ", outcome.Quantized.Points.Names.AsEnumerable().Zip(outcome.Chains[^1].Best.Percentiles.AsEnumerable(), (name, p) => string.Create(CultureInfo.InvariantCulture, $"{name} p = {p}")));

    private static string SchemesOf(QuantizedGraph q)
    {
        var each = q.Weights.Names.AsEnumerable().Select(name => (Name: name, Scheme: $"{q.Weights[name].Granularity.Name} {(q.Weights[name].Grid.Narrow ? "symmetric" : "asymmetric")}")).ToArray();
        return each.All(e => e.Scheme == each[0].Scheme) ? each[0].Scheme : string.Join("; ", each.Select(e => $"{e.Name} {e.Scheme}"));
    }

    private static string Percent(double percent) => percent.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
