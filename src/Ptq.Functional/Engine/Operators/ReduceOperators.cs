using Ptq.Engine.Kernels;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Sums, means and extremes along axes. Floating-point elements are folded in double, in index order, and rounded once; of integers, what is no sum, product or extreme is cut off behind the point.</summary>
internal static class ReduceOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("ReduceSum", site => Reduce<Folds.Sum>(site, 0)),
        ("ReduceMean", site => Reduce<Folds.Sum>(site, 0, static (sum, count) => sum / count)),
        ("ReduceProd", site => Reduce<Folds.Product>(site, 1)),
        ("ReduceMax", site => Reduce<Folds.Largest>(site, double.NegativeInfinity)),
        ("ReduceMin", site => Reduce<Folds.Smallest>(site, double.PositiveInfinity)),
        ("ReduceSumSquare", site => Reduce<Folds.SumOfSquares>(site, 0)),
        ("ReduceL1", site => Reduce<Folds.SumOfMagnitudes>(site, 0)),
        ("ReduceL2", site => Reduce<Folds.SumOfSquares>(site, 0, static (sum, _) => Math.Sqrt(sum))),
        ("ReduceLogSum", site => Reduce<Folds.Sum>(site, 0, static (sum, _) => Elementary.Log(sum))),
        ("ReduceLogSumExp", LogSumExp),
    ];

    private static Prepared Reduce<TFold>(Site site, double start, Func<double, long, double>? finish = null) where TFold : IFold
    {
        var type = site.TypeOf(0);
        var axes = new ReducedAxes(site, site.ShapeOf(0), Folded(site));
        if (type.IsFloat)
            return Prepared.Floats(type, Written(site, axes), (inputs, y) =>
            {
                var sums = new double[y.Length];
                Array.Fill(sums, start);
                axes.Fold<TFold, float, double>(inputs[0]!.Floats.Span, sums);
                for (var i = 0; i < y.Length; i++) y[i] = (float)(finish is null ? sums[i] : finish(sums[i], axes.PerSum));
            });
        return Prepared.Integers(type, Written(site, axes), (inputs, y) =>
        {
            Array.Fill(y, start < 0 ? type.Range.Least : start > 1 ? type.Range.Greatest : (long)start);
            var isExtreme = double.IsInfinity(start);
            axes.Fold<TFold, long, long>((isExtreme ? type.Ordered(inputs[0]!.Integers) : inputs[0]!.Integers).Span, y);
            if (isExtreme) type.Ordered(Values.Of<long>(y)).Span.CopyTo(y);
            for (var i = 0; i < y.Length; i++) y[i] = type.Wrap(finish is null ? y[i] : (long)finish(y[i], axes.PerSum));
        });
    }

    private static Prepared LogSumExp(Site site)
    {
        var type = site.FloatTypeOf(0);
        var axes = new ReducedAxes(site, site.ShapeOf(0), Folded(site));
        return Prepared.Floats(type, Written(site, axes), (inputs, y) =>
        {
            var (largest, _, sums) = SoftmaxOperators.Powers(axes, inputs[0]!.Floats.Span);
            for (var i = 0; i < y.Length; i++) y[i] = (float)(largest[i] + Elementary.Log(sums[i]));
        });
    }

    /// <summary>
    /// The axes that are folded: all where none is given, or none where that is asked for. Every element is a sum of its own then, whose magnitude, square or
    /// logarithm is still taken, as the standard has it since 1.20 and the ONNX Runtime for all operator sets.
    /// </summary>
    private static int[] Folded(Site site)
    {
        var x = site.ShapeOf(0);
        return site.WholesOrInput("axes", 1) is { Length: > 0 } given ? site.Axes(given, x.Rank) : site.Flag("noop_with_empty_axes") ? [] : [.. Enumerable.Range(0, x.Rank)];
    }

    private static Shape Written(Site site, ReducedAxes axes)
    {
        if (site.Flag("keepdims", true)) return axes.Kept;
        var x = site.ShapeOf(0);
        return site.Fits([.. Enumerable.Range(0, x.Rank).Except(Folded(site)).Select(axis => (long)x[axis])]);
    }
}
