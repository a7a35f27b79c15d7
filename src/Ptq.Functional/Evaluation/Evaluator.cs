using Ptq.Engine;
using Ptq.Engine.Kernels;
using Ptq.Numerics;

namespace Ptq.Evaluation;

/// <summary>
/// Scores candidates on the same images and keeps what the next candidate is likely to need: a value that a search passes along. The score never depends on what was
/// scored before.
/// </summary>
public sealed class Evaluator
{
    /// <summary>256 MiB: the sums behind the first convolution of a small network over some thousand images, a few times.</summary>
    public const long Memory = 1L << 28;

    private const int Portion = 128; // images between two questions whether to go on

    private readonly LabelledImages images;
    private readonly KeptRuns runs;

    private Evaluator(LabelledImages images, KeptRuns runs) => (this.images, this.runs) = (images, runs);

    /// <summary>Bytes of codes and sums kept.</summary>
    internal long Bytes => runs.Bytes;

    /// <summary>An evaluator that has scored nothing.</summary>
    /// <param name="images">What candidates are scored on.</param>
    /// <param name="threads">At most so many threads, from 1; no score depends on it.</param>
    /// <param name="memory">At most so many bytes of codes and sums are kept, from 0. While a candidate is scored, its evaluator and the next one can be there, each with so many.</param>
    public static Evaluator Of(LabelledImages images, int threads = 1, long memory = Memory) => new(images, KeptRuns.Of(images.Images, threads, memory, VectorWidth.Bits512));

    /// <summary>Top-1 accuracy in percent, and the evaluator for the next candidate; this one stays as it is.</summary>
    /// <param name="graph">A candidate that takes the images.</param>
    public (double Percent, Evaluator Next) Score(QuantizedGraph graph)
    {
        var (output, next) = runs.Run(graph);
        return (Accuracy.Percent(images.Labels, Accuracy.Predict(output)), new(images, next));
    }

    /// <summary>
    /// An evaluator for scoring that may stop: it looks first at the images that a candidate gets wrong, then at those that it nearly does, by the distance of the right class's code to the largest other one. No score depends on it.
    /// </summary>
    /// <param name="images">What candidates are scored on.</param>
    /// <param name="by">The candidate that a search starts with.</param>
    /// <param name="threads">At most so many threads, from 1; no score depends on it.</param>
    /// <param name="memory">At most so many bytes of codes and sums are kept, from 0.</param>
    public static Evaluator HardestFirst(LabelledImages images, QuantizedGraph by, int threads = 1, long memory = Memory)
    {
        var codes = IntegerEngine.Compile(by).Run(images.Images, threads);
        var classes = codes.Shape.Stride(0);
        var margins = Enumerable.Range(0, images.Count).Select(i => Margin(codes.Codes.Span.Slice(i * classes, classes), images.Labels[i])).ToArray();
        var ordered = images.Pick(Values.From(Enumerable.Range(0, images.Count).OrderBy(i => margins[i])));
        return new(ordered, KeptRuns.Of(ordered.Images, threads, memory, VectorWidth.Bits512, eager: true));
    }

    /// <summary>The same, or NaN and this evaluator as soon as the candidate is lost.</summary>
    /// <param name="graph">A candidate that takes the images.</param>
    /// <param name="lost">Whether a score that lies between two is of no more interest.</param>
    public (double Percent, Evaluator Next) Score(QuantizedGraph graph, Func<double, double, bool> lost)
    {
        var (right, seen, classes) = (0, 0, graph.Graph.Shapes[graph.Graph.Output].Count);
        var (output, next) = runs.Run(graph, Portion, (codes, done) =>
        {
            for (; seen < done; seen++)
                if (Accuracy.First<int>(codes.AsSpan(seen * classes, classes)) == images.Labels[seen]) right++;
            return lost((double)right / images.Count * 100, (double)(right + images.Count - done) / images.Count * 100);
        });
        return output is null ? (double.NaN, this) : (Accuracy.Percent(images.Labels, Accuracy.Predict(output)), new(images, next));
    }

    /// <summary>How far the right class's code lies above the largest other one; with a class that the network does not have, below everything.</summary>
    private static int Margin(ReadOnlySpan<int> codes, int label)
    {
        if (label < 0 || label >= codes.Length) return int.MinValue;
        var other = -1000; // below every code
        for (var c = 0; c < codes.Length; c++)
            if (c != label) other = Math.Max(other, codes[c]);
        return codes[label] - other;
    }
}
