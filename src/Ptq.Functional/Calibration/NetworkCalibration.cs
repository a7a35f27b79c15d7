using LanguageExt;
using Ptq.Engine;
using Ptq.Engine.Kernels;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
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
    /// <param name="endsOnly">Whether the smallest and the largest value of every batch are all that is counted: it takes less time, and is what <see cref="RangeRule.MinMax"/> reads.</param>
    public static Either<PtqError, ByName<Histogram>> Observe(Network network, Values<string> tensors, IEnumerable<ByName<Operand>> batches, int threads = 1, Action<int>? progress = null, bool endsOnly = false)
    {
        var wanted = new System.Collections.Generic.HashSet<string>(tensors.AsEnumerable(), StringComparer.Ordinal);
        Either<PtqError, Dictionary<string, Histogram>> Seen(NetworkEngine engine, ByName<Operand> batch)
        {
            var seen = new Dictionary<string, Histogram>(StringComparer.Ordinal);
            return from run in engine.Show(batch, (name, value) =>
                   {
                       if (wanted.Contains(name))
                           seen[name] = Extremes.Of(value.Floats.Span) is not var (least, most) ? Histogram.Empty : endsOnly ? Histogram.Of([least, most]) : Histogram.Of(value.Floats.Span, least, most);
                   })
                   from finite in tensors.AsEnumerable().FirstOrDefault(name => !seen.TryGetValue(name, out var h) || h.Count == 0) is { } bad
                       ? new PtqError.BadGraph("", $"tensor '{bad}' over the calibration data", seen.ContainsKey(bad) ? "no element, NaN or an infinity" : "a tensor that does not depend on the inputs", "finite values")
                       : LanguageExt.Prelude.Right<PtqError, Unit>(Unit.Default)
                   select seen;
        }

        var total = tensors.AsEnumerable().ToDictionary(name => name, _ => Histogram.Empty, StringComparer.Ordinal);
        return BatchRuns.Each(network, batches, threads, progress, shapes => NetworkEngine.Prepare(network, shapes), Seen, seen =>
        {
            foreach (var (name, histogram) in seen) total[name] = total[name].Combine(histogram);
        }).Map(_ => ByName<Histogram>.Of(tensors.AsEnumerable().Select(name => (name, total[name]))));
    }
}
