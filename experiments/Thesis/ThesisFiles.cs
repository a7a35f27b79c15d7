using System.Text;
using Ptq.Data;
using Ptq.Experiments.Figures;
using Ptq.Model;

namespace Ptq.Experiments.Thesis;

/// <summary>The files of a thesis run. All but latency.csv are functions of the plan, the weights and the data.</summary>
internal static class ThesisFiles
{
    /// <summary>Names and contents, tables first.</summary>
    public static IEnumerable<(string Name, string Text)> Of(Graph graph, ThesisPlan plan, ThesisResult result)
    {
        var start = ThesisTables.StartName(plan);
        return
        [
            ("summary.csv", Csv.Write(ThesisTables.Summary(graph, result))),
            ("ablation.csv", Csv.Write(ThesisTables.Ablation(plan, result))),
            ("greedy.csv", Csv.Write(ThesisTables.Greedy(result))),
            ("sa_trace.csv", Csv.Write(ThesisTables.Trace(result))),
            ("top_confusions.csv", Csv.Write(ThesisTables.Confusions(result))),
            ("confusion_fp32.svg", ConfusionFigure.Of("FP32, test images", result.Float.Confusion)),
            ("confusion_int8.svg", ConfusionFigure.Of($"INT8 ({start}), test images", result.Start.Confusion)),
            ("confusion_difference.svg", ConfusionFigure.Difference($"INT8 ({start}) − FP32", result.Float.Confusion, result.Start.Confusion)),
            ("class_accuracy.svg", ClassAccuracyFigure.Of("Accuracy per class",
                [("FP32", result.Float.Confusion), ($"INT8, {start}", result.Start.Confusion), ($"INT8, {ThesisTables.AnnealedName}", result.Annealed.Confusion)])),
        ];
    }

    /// <summary>How many characters a table of one row has: a table written early, for the first one costs ten times what all others do (code that is compiled when it is needed).</summary>
    public static int Warm() => Csv.Write<ThesisTables.SummaryRow>([new("", "", "", 0)]).Length;

    /// <summary>The same, as bytes below a folder.</summary>
    public static IReadOnlyList<(string Path, ReadOnlyMemory<byte> Bytes)> Below(string folder, IEnumerable<(string Name, string Text)> files) =>
        [.. files.Select(f => (Path.Combine(folder, f.Name), (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(f.Text)))];
}
