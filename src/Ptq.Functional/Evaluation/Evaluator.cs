using Ptq.Engine;
using Ptq.Engine.Kernels;

namespace Ptq.Evaluation;

/// <summary>
/// Scores candidates on the same images and keeps what the next candidate is likely to need: a value that a search passes along. The score never depends on what was
/// scored before.
/// </summary>
public sealed class Evaluator
{
    /// <summary>256 MiB: the sums behind the first convolution of a small network over some thousand images, a few times.</summary>
    public const long Memory = 1L << 28;

    private readonly LabelledImages images;
    private readonly KeptRuns runs;

    private Evaluator(LabelledImages images, KeptRuns runs) => (this.images, this.runs) = (images, runs);

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
}
