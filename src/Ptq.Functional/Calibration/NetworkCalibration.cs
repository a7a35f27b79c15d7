using System.Collections.Concurrent;
using LanguageExt;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Calibration;

/// <summary>What calibration samples show of a network's activations.</summary>
public static class NetworkCalibration
{
    /// <summary>The histograms of some tensors over all batches. Tensors are observed as they are computed and not kept.</summary>
    /// <param name="network">The float network.</param>
    /// <param name="tensors">Which tensors; floating-point ones.</param>
    /// <param name="batches">The inputs, by name; batches may differ in their shapes.</param>
    /// <param name="threads">At most so many threads, from 1; the result does not depend on it.</param>
    /// <param name="progress">Told how many batches are done, from any thread.</param>
    public static Either<PtqError, ByName<Histogram>> Observe(Network network, Values<string> tensors, IEnumerable<ByName<Operand>> batches, int threads = 1, Action<int>? progress = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var engines = new ConcurrentDictionary<string, Either<PtqError, NetworkEngine>>(StringComparer.Ordinal);
        var wanted = new System.Collections.Generic.HashSet<string>(tensors.AsEnumerable(), StringComparer.Ordinal);
        var done = 0;
        Either<PtqError, Dictionary<string, Histogram>> One(ByName<Operand> batch)
        {
            var seen = new Dictionary<string, Histogram>(StringComparer.Ordinal);
            var result =
                from engine in engines.GetOrAdd(string.Join(';', batch.Items.AsEnumerable().Select(operand => operand.Shape)), _ => NetworkEngine.Prepare(network, batch.Map((_, operand) => operand.Shape)))
                from run in engine.Run(batch, (name, value) =>
                {
                    if (wanted.Contains(name)) seen[name] = value.ToTensor().IsFinite ? Histogram.Of(value.Floats.Span) : Histogram.Empty;
                })
                from finite in tensors.AsEnumerable().FirstOrDefault(name => !seen.TryGetValue(name, out var h) || h.Count == 0) is { } bad
                    ? new PtqError.BadGraph("", $"tensor '{bad}' over the calibration data", seen.ContainsKey(bad) ? "no element, NaN or an infinity" : "a tensor that does not depend on the inputs", "finite values")
                    : LanguageExt.Prelude.Right<PtqError, Unit>(Unit.Default)
                select seen;
            progress?.Invoke(Interlocked.Increment(ref done));
            return result;
        }

        var total = tensors.AsEnumerable().ToDictionary(name => name, _ => Histogram.Empty, StringComparer.Ordinal);
        foreach (var result in Partitioner.Create(batches, EnumerablePartitionerOptions.NoBuffering).AsParallel().AsOrdered().WithDegreeOfParallelism(NetworkEngine.ThreadsFor(network, threads)).WithMergeOptions(ParallelMergeOptions.NotBuffered).Select(One))
            switch (result.Case)
            {
                case LeftCase<PtqError, Dictionary<string, Histogram>>(var error): return error;
                case RightCase<PtqError, Dictionary<string, Histogram>>(var seen):
                    foreach (var (name, histogram) in seen) total[name] = total[name].Combine(histogram);
                    break;
            }
        return ByName<Histogram>.Of(tensors.AsEnumerable().Select(name => (name, total[name])));
    }
}
