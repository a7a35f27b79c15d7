using LanguageExt;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Evaluation;

/// <summary>How far a quantized tensor is from the float one, over all the data.</summary>
/// <param name="Tensor">The float network's name.</param>
/// <param name="Elements">How many elements were compared.</param>
/// <param name="Signal">Σ x² of the float tensor.</param>
/// <param name="Noise">Σ (x − y)².</param>
/// <param name="Clipped">How many float elements lie outside what the codes can express.</param>
/// <param name="MaxError">max |x − y|.</param>
/// <param name="Rows">Of an output [N, classes] or [N, T, classes], how many rows of scores there are; 0 of other tensors.</param>
/// <param name="Agreeing">In how many rows the first of the largest scores is the same class.</param>
public sealed record TensorDifference(string Tensor, long Elements, double Signal, double Noise, long Clipped, double MaxError, long Rows = 0, long Agreeing = 0)
{
    /// <summary>The ratio of signal to quantization noise in decibels, 10·log₁₀(Σ x² / Σ (x − y)²); infinite where nothing differs.</summary>
    public double Sqnr => Noise == 0 ? double.PositiveInfinity : Signal == 0 ? double.NegativeInfinity : 10 / Elementary.Log(10) * Elementary.Log(Signal / Noise);

    /// <summary>The share of clipped elements, 0 to 1.</summary>
    public double ClippedShare => Elements == 0 ? 0 : (double)Clipped / Elements;

    /// <summary>Of both parts of the data.</summary>
    public TensorDifference Combine(TensorDifference other) =>
        new(Tensor, Elements + other.Elements, Signal + other.Signal, Noise + other.Noise, Clipped + other.Clipped, Math.Max(MaxError, other.MaxError), Rows + other.Rows, Agreeing + other.Agreeing);
}

/// <summary>Compares the tensors of two networks on the same data.</summary>
public static class NetworkComparison
{
    /// <summary>The difference of every pair, summed over batches in their order. The float tensors of a batch are in memory together.</summary>
    /// <param name="real">The float network.</param>
    /// <param name="quantized">The quantized network, with the same inputs.</param>
    /// <param name="pairs">What to compare.</param>
    /// <param name="batches">The inputs, by name.</param>
    /// <param name="threads">At most so many threads, from 1; the result does not depend on it.</param>
    /// <param name="progress">Told how many batches are done, from any thread.</param>
    /// <returns>A difference for each pair; or a pair that a network does not have or whose shapes differ, or an operation that cannot run.</returns>
    public static Either<PtqError, Values<TensorDifference>> Of(Network real, Network quantized, Values<TensorPair> pairs, IEnumerable<ByName<Operand>> batches, int threads = 1, Action<int>? progress = null)
    {
        var byQuantized = pairs.AsEnumerable().Select((pair, i) => (pair, i)).ToLookup(p => p.pair.Quantized, StringComparer.Ordinal);
        var outputs = real.Outputs.AsEnumerable().Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        Either<PtqError, TensorDifference?[]> Differences((NetworkEngine Real, NetworkEngine Quantized) both, ByName<Operand> batch)
        {
            var differences = new TensorDifference?[pairs.Length];
            return from wanted in both.Real.Run(batch, pairs.Map(p => p.Tensor))
                   from run in both.Quantized.Run(batch, (name, value) =>
                   {
                       foreach (var (pair, i) in byQuantized[name]) differences[i] = Difference(pair, wanted[pair.Tensor], value, outputs.Contains(pair.Tensor));
                   })
                   select differences;
        }

        var total = pairs.AsEnumerable().Select(p => new TensorDifference(p.Tensor, 0, 0, 0, 0, 0)).ToArray();
        return BatchRuns.Each(real, batches, threads, progress, shapes => Prepared(real, quantized, pairs, shapes), Differences, differences =>
        {
            for (var i = 0; i < total.Length; i++)
                if (differences[i] is { } difference) total[i] = total[i].Combine(difference); // none for a tensor that no input has a part in
        }).Map(_ => Values.Of<TensorDifference>(total));
    }

    private static Either<PtqError, (NetworkEngine, NetworkEngine)> Prepared(Network real, Network quantized, Values<TensorPair> pairs, ByName<Shape> shapes) =>
        from a in NetworkEngine.Prepare(real, shapes)
        from b in NetworkEngine.Prepare(quantized, shapes)
        from fit in pairs.AsEnumerable().FirstOrDefault(p => !(a.Types.TryGetValue(p.Tensor, out var x) && b.Types.TryGetValue(p.Quantized, out var y) && p.Fits(x, y))) is { } bad
            ? new PtqError.BadGraph("", $"tensor '{bad.Tensor}'", a.Types.TryGetValue(bad.Tensor, out var seen) ? $"{seen}" : "no such tensor in the float network", b.Types.TryGetValue(bad.Quantized, out var wanted) ? $"{wanted}, as in the quantized network" : $"a tensor '{bad.Quantized}' in the quantized network")
            : LanguageExt.Prelude.Right<PtqError, Unit>(Unit.Default)
        select (a, b);

    private static TensorDifference Difference(TensorPair pair, Operand wanted, Operand value, bool isOutput)
    {
        var seen = value.Type.IsFloat ? value.Floats : value.Integers.Map(code => (code - pair.ZeroPoint) * (float)pair.Scale);
        var difference = Difference(pair, wanted.Floats.Span, seen.Span);
        return isOutput ? WithAgreement(difference, value.Shape, wanted.Floats.Span, seen.Span) : difference;
    }

    private static TensorDifference Difference(TensorPair pair, ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var (signal, noise, largest, clipped) = (0.0, 0.0, 0.0, 0L);
        var (low, high) = (pair.Range.Low - pair.Scale / 2, pair.Range.High + pair.Scale / 2); // beyond the last half step
        for (var i = 0; i < x.Length; i++)
        {
            var difference = (double)x[i] - y[i];
            signal += (double)x[i] * x[i];
            noise += difference * difference;
            largest = Math.Max(largest, Math.Abs(difference));
            if (x[i] < low || x[i] > high) clipped++;
        }
        return new(pair.Tensor, x.Length, signal, noise, clipped, largest);
    }

    private static TensorDifference WithAgreement(TensorDifference difference, Shape shape, ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var rank = shape.Rank;
        while (rank > 2 && shape[rank - 1] == 1) rank--;
        if (rank is not (2 or 3) || shape[rank - 1] < 2 || shape.Count == 0) return difference;
        var (classes, agreeing) = (shape[rank - 1], 0);
        for (var at = 0; at < x.Length; at += classes) agreeing += Largest(x.Slice(at, classes)) == Largest(y.Slice(at, classes)) ? 1 : 0;
        return difference with { Rows = x.Length / classes, Agreeing = agreeing };
    }

    private static int Largest(ReadOnlySpan<float> row)
    {
        var largest = 0;
        for (var i = 1; i < row.Length; i++)
            if (row[i] > row[largest]) largest = i;
        return largest;
    }
}
