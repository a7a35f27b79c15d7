using Ptq.Data;
using Ptq.Evaluation;
using Ptq.Experiments.Figures;

namespace Ptq.Experiments.Ablation;

/// <summary>The files of an ablation: functions of the weights and the data.</summary>
internal static class AblationFiles
{
    /// <summary>Names and contents, tables first.</summary>
    public static IEnumerable<(string Name, string Text)> Of(Study study, IReadOnlyList<AxisOutcome> outcomes)
    {
        var annealed = outcomes.First(o => o.Variant.Ranges is RangeSource.Annealed).Outcome;
        var plain = outcomes.First(o => o.Variant == Variant.Base).Outcome;
        var points = annealed.Quantized.Points.Names;
        return
        [
            ("axes.csv", Csv.Write(AblationTables.Axes(study, outcomes))),
            ("annealing.csv", Csv.Write(AblationTables.Annealing(points, annealed.Chains))),
            ("axes.svg", AxesFigure.Of("One axis at a time around the base", Accuracy.Percent(study.Splits.Test.Examples.Labels, study.Real.Test), [.. outcomes.Select(o => RowOf(study, o))])),
            ("annealing.svg", AnnealingFigure.Of("Annealed percentiles", points, annealed.Chains)),
            ("histograms.svg", HistogramFigure.Of($"Activations and their ranges, {Variant.Base.Ranges}",
                [.. plain.Quantized.Points.Names.AsEnumerable().Select(name => new HistogramFigure.Histogram(name, study.Samples[name], ((RangeSource.Rule)Variant.Base.Ranges).Range.Of(study.Samples[name])))])),
        ];
    }

    private static AxesFigure.Row RowOf(Study study, AxisOutcome o)
    {
        var test = study.Splits.Test.Examples;
        var predicted = o.Outcome.Predictions.Test;
        var interval = Wilson.Of(Accuracy.Count(test.Labels, predicted), test.Count);
        return new(o.Axis, o.Setting, Accuracy.Percent(test.Labels, predicted), 100 * interval.Low, 100 * interval.High);
    }
}
