using LanguageExt;
using Ptq.Data;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Evaluation;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;
using static LanguageExt.Prelude;

namespace Ptq.Cli.Runs;

/// <summary>The classes that a network gives samples.</summary>
/// <param name="Each">A class a sample.</param>
/// <param name="Classes">How many classes there are; none where the network says classes itself.</param>
internal sealed record Predictions(Values<int> Each, Option<int> Classes);

/// <summary>A network as a classifier.</summary>
internal static class Classification
{
    /// <summary>Runs a network on all samples. The first of the largest scores wins.</summary>
    /// <param name="model">The network.</param>
    /// <param name="output">Which output has the scores [N, classes], or the classes [N] as integers.</param>
    /// <param name="samples">The data.</param>
    /// <param name="threads">At most so many threads; the result does not depend on it.</param>
    /// <param name="progress">Told the share of samples that are done, from any thread.</param>
    public static Either<PtqError, Predictions> Of(ModelFile model, string output, Samples samples, int threads, Action<double> progress)
    {
        var (engines, done) = (new Engines(model), 0);
        Either<PtqError, Predictions> One(SampleRange range)
        {
            var result =
                from inputs in samples.Read(range)
                from outputs in engines.Run(inputs)
                from predictions in Predict(model, output, outputs[output], range)
                select predictions;
            progress((double)Interlocked.Add(ref done, range.Count) / samples.Count);
            return result;
        }

        return Portions.Of(model, samples, Remainder.FilledUp).Bind(ranges =>
        {
            var (each, classes) = (new List<int>(), Option<int>.None);
            foreach (var result in ranges.AsParallel().AsOrdered().WithDegreeOfParallelism(NetworkEngine.ThreadsFor(model.Network, threads)).WithMergeOptions(ParallelMergeOptions.NotBuffered).Select(One))
                switch (result.Case)
                {
                    case LeftCase<PtqError, Predictions>(var error): return error;
                    case RightCase<PtqError, Predictions>(var found):
                        each.AddRange(found.Each.Span);
                        classes = found.Classes;
                        break;
                }
            return Right<PtqError, Predictions>(new(Values.From(each), classes));
        });
    }

    private static Either<PtqError, Predictions> Predict(ModelFile model, string output, Operand scores, SampleRange range)
    {
        var shape = scores.Shape;
        PtqError Misfit() => new PtqError.BadFile(model.Path, $"output {Quoted.Text(output)} for {range.Length} samples", $"{scores}", $"scores [{range.Length}, classes], or classes [{range.Length}] as integers");
        if (shape.Rank == 0 || shape[0] != range.Length || shape.Count == 0) return Misfit();
        if (!scores.Type.IsFloat && shape.Count == range.Length)
            return scores.Integers.Span[..range.Count].ContainsAnyExceptInRange(0L, int.MaxValue) ? Misfit() : new Predictions(Values.Of(scores.Integers.Span[..range.Count]).Map(c => (int)c), None);
        var classes = shape.Stride(0);
        if (classes < 2 || shape.Lengths.AsEnumerable().Skip(1).Count(n => n > 1) != 1) return Misfit();
        return new Predictions(Values.Of(Accuracy.Predict(scores).Span[..range.Count]), Some(classes));
    }
}
