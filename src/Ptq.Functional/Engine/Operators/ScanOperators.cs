using System.Numerics;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Operators that walk along one axis in order.</summary>
internal static class ScanOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("CumSum", CumSum),
        ("ReverseSequence", ReverseSequence),
    ];

    /// <summary>Sums of all elements up to each, with it or without; in double for floating-point elements, rounded once each.</summary>
    private static Prepared CumSum(Site site)
    {
        var (type, x) = (site.TypeOf(0), site.ShapeOf(0));
        var axis = site.Axis(site.IntegerOf(1, "axis"), x.Rank);
        var line = new Line(x[axis], x.Stride(axis), site.Flag("exclusive"), site.Flag("reverse"));
        return type.IsFloat
            ? Prepared.Floats(type, x, (inputs, y) => line.Sum<float, double>(inputs[0]!.Floats.Span, y, static sum => (float)sum))
            : Prepared.Integers(type, x, (inputs, y) => line.Sum<long, long>(inputs[0]!.Integers.Span, y, sum => type.Wrap(sum)));
    }

    private sealed record Line(int Length, int Inner, bool IsExclusive, bool IsReverse)
    {
        public void Sum<T, TSum>(ReadOnlySpan<T> x, Span<T> y, Func<TSum, T> rounded) where T : unmanaged, INumber<T> where TSum : unmanaged, INumber<TSum>
        {
            if (y.Length == 0) return;
            var sums = new TSum[Inner];
            for (var start = 0; start < y.Length; start += Length * Inner)
            {
                Array.Clear(sums);
                for (var i = 0; i < Length; i++)
                {
                    var row = start + (IsReverse ? Length - 1 - i : i) * Inner;
                    for (var j = 0; j < Inner; j++)
                    {
                        var before = sums[j];
                        sums[j] += TSum.CreateTruncating(x[row + j]);
                        y[row + j] = rounded(IsExclusive ? before : sums[j]);
                    }
                }
            }
        }
    }

    /// <summary>The first elements along the time axis in reverse, as many as <c>sequence_lens</c> says for each place of the batch axis.</summary>
    private static Prepared ReverseSequence(Site site)
    {
        var x = site.ShapeOf(0);
        if (x.Rank < 2) throw site.Bad("input", $"{x}", "at least two axes");
        var (batch, time) = (site.Whole("batch_axis", 1, 0, 1), site.Whole("time_axis", 0, 0, 1));
        if (batch == time) throw site.Bad("time_axis", $"{time}", "an axis other than the batch's");
        if (site.TypeOf(1).IsFloat || site.ShapeOf(1) != Shape.Of(x[batch])) throw site.Bad("sequence_lens", $"{site.Types[1]}", $"{x[batch]} integers");
        var reversed = new Reversed(site, x, batch);
        if (site.Known[1] is { } known) reversed.Check(known.Integers);
        return Movement.Prepare(site.TypeOf(0), x, reversed);
    }

    private sealed record Reversed(Site Site, Shape X, int Batch) : IMovement
    {
        public void Check(Values<long> lengths)
        {
            foreach (var length in lengths)
                if (length < 0 || length > X[1 - Batch]) throw Site.Bad("sequence_lens", $"{length}", $"0 to {X[1 - Batch]}");
        }

        public void Run<T>(Operand?[] inputs, Span<T> y) where T : unmanaged, INumber<T>
        {
            Check(inputs[1]!.Integers);
            var x = inputs[0]!.Elements<T>();
            var block = X.Stride(1);
            for (var i = 0; i < X[0]; i++)
                for (var j = 0; j < X[1]; j++)
                {
                    var (time, length) = Batch == 1 ? (i, (int)inputs[1]!.Integers[j]) : (j, (int)inputs[1]!.Integers[i]);
                    var from = time < length ? length - 1 - time : time;
                    x.Slice((Batch == 1 ? from * X[1] + j : i * X[1] + from) * block, block).CopyTo(y[((i * X[1] + j) * block)..]);
                }
        }
    }
}
