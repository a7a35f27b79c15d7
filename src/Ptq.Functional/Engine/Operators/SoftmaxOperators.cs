using Ptq.Engine.Kernels;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Softmax and its kin along one axis, computed in double and rounded once.</summary>
internal static class SoftmaxOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("Softmax", Softmax),
        ("LogSoftmax", site => LogSoftmax(site, site.Whole("axis", -1))),
        ("Hardmax", Hardmax),
    ];

    /// <summary>The largest number of each fold, exp(x − largest) of every x, and their sums: no power leaves double.</summary>
    public static (double[] Largest, double[] Powers, double[] Sums) Powers(ReducedAxes axes, ReadOnlySpan<float> x)
    {
        var (largest, sums) = (new double[axes.Kept.Count], new double[axes.Kept.Count]);
        Array.Fill(largest, double.NegativeInfinity);
        axes.Fold<Folds.Largest, float, double>(x, largest);
        for (var i = 0; i < largest.Length; i++)
            if (double.IsInfinity(largest[i])) largest[i] = 0; // ∞ − ∞ is no number, and the powers of infinities are right without
        var powers = axes.Spread<double>(largest);
        Exponentials.OfDifferences(x, powers);
        axes.Fold<Folds.Sum, double, double>(powers, sums);
        return (largest, powers, sums);
    }

    private static Prepared Softmax(Site site)
    {
        var axes = Axis(site, site.Whole("axis", -1));
        if (axes.IsLast) return Prepared.Floats(site.TypeOf(0), site.ShapeOf(0), (inputs, y) => Exponentials.Softmax(inputs[0]!.Floats.Span, (int)axes.PerSum, y));
        return Prepared.Floats(site.TypeOf(0), site.ShapeOf(0), (inputs, y) =>
        {
            if (y.Length == 0) return;
            var (_, powers, sums) = Powers(axes, inputs[0]!.Floats.Span);
            Exponentials.Divide(powers, axes.Spread<double>(sums), y);
        });
    }

    /// <summary>x − ln Σ eˣ along an axis of the first input.</summary>
    public static Prepared LogSoftmax(Site site, long axis)
    {
        var axes = Axis(site, axis);
        return Prepared.Floats(site.TypeOf(0), site.ShapeOf(0), (inputs, y) =>
        {
            if (y.Length == 0) return;
            var (largest, _, sums) = Powers(axes, inputs[0]!.Floats.Span);
            for (var i = 0; i < sums.Length; i++) sums[i] = largest[i] + Elementary.Log(sums[i]);
            var logs = axes.Spread<double>(sums);
            for (var i = 0; i < y.Length; i++) y[i] = (float)(inputs[0]!.Floats[i] - logs[i]);
        });
    }

    /// <summary>1 at the first of the largest numbers, 0 elsewhere.</summary>
    private static Prepared Hardmax(Site site)
    {
        var (axes, x) = (Axis(site, site.Whole("axis", -1)), site.ShapeOf(0));
        var inner = x.Stride(site.Axis(site.Whole("axis", -1), x.Rank));
        return Prepared.Floats(site.TypeOf(0), x, (inputs, y) =>
        {
            var values = inputs[0]!.Floats.Span;
            if (y.Length == 0) return;
            var length = (int)axes.PerSum;
            for (var at = 0; at < axes.Kept.Count; at++)
            {
                var start = at / inner * length * inner + at % inner;
                var best = start;
                for (var i = start + inner; i < start + length * inner; i += inner)
                    if (values[i] > values[best]) best = i;
                y[best] = 1;
            }
        });
    }

    private static ReducedAxes Axis(Site site, long axis)
    {
        site.FloatTypeOf(0);
        return new(site, site.ShapeOf(0), [site.Axis(axis, site.ShapeOf(0).Rank)]);
    }
}
