using System.Collections.Concurrent;
using LanguageExt;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>Something found in every batch of a network's inputs: several batches at a time, combined in their order, so that nothing depends on how many.</summary>
internal static class BatchRuns
{
    /// <summary>Runs over all batches; the first error ends it.</summary>
    /// <param name="network">The network whose weights decide how many runs there may be at a time.</param>
    /// <param name="batches">The inputs, by name; read when they are needed.</param>
    /// <param name="threads">At most so many threads, from 1.</param>
    /// <param name="progress">Told how many batches are done, from any thread.</param>
    /// <param name="prepare">Makes ready for inputs of some shapes, once for each.</param>
    /// <param name="find">What a batch shows; called from several threads.</param>
    /// <param name="combine">Adds it to what is known, in the order of the batches.</param>
    public static Either<PtqError, Unit> Each<TEngine, T>(Network network, IEnumerable<ByName<Operand>> batches, int threads, Action<int>? progress,
        Func<ByName<Shape>, Either<PtqError, TEngine>> prepare, Func<TEngine, ByName<Operand>, Either<PtqError, T>> find, Action<T> combine)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var engines = new ConcurrentDictionary<string, Lazy<Either<PtqError, TEngine>>>(StringComparer.Ordinal);
        var done = 0;

        Either<PtqError, T> One(ByName<Operand> batch)
        {
            var shapes = batch.Map((_, operand) => operand.Shape);
            var found = engines.GetOrAdd(string.Join(';', shapes.Items.AsEnumerable()), _ => new(() => prepare(shapes))).Value.Bind(engine => find(engine, batch));
            progress?.Invoke(Interlocked.Increment(ref done));
            return found;
        }

        foreach (var result in Partitioner.Create(batches, EnumerablePartitionerOptions.NoBuffering).AsParallel().AsOrdered().WithDegreeOfParallelism(NetworkEngine.ThreadsFor(network, threads)).WithMergeOptions(ParallelMergeOptions.NotBuffered).Select(One))
            switch (result.Case)
            {
                case LeftCase<PtqError, T>(var error): return error;
                case RightCase<PtqError, T>(var found): combine(found); break;
            }
        return Unit.Default;
    }
}
