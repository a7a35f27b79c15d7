using System.Numerics;
using Ptq.Engine.Kernels;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Pools along one to three axes, and over all of them. Sums are formed in double in index order and rounded once.</summary>
internal static class PoolOperators
{
    private const int MostAxes = 3;

    public static IEnumerable<(string, Prepare)> All =>
    [
        ("AveragePool", AveragePool),
        ("GlobalAveragePool", GlobalMean),
        ("GlobalLpPool", site => Norm(site, Whole(site))),
        ("GlobalMaxPool", site => Largest(site, Whole(site))),
        ("LpPool", site => Norm(site, Axes(site))),
        ("MaxPool", MaxPool),
    ];

    private static Prepared AveragePool(Site site) => Mean(site, Axes(site), site.Flag("count_include_pad"));

    /// <summary>Planes are the rows of a matrix here, several of which are summed side by side.</summary>
    private static Prepared GlobalMean(Site site)
    {
        var axes = Whole(site);
        var ((y, planes), type, size) = (Result(site, axes), site.FloatTypeOf(0), axes[0].Length);
        return Prepared.Floats(type, y, (inputs, to) =>
        {
            var sums = new double[planes];
            Fold.Rows<Folds.Sum, float, double>(inputs[0]!.Floats.Span, size, sums);
            for (var plane = 0; plane < planes; plane++) to[plane] = (float)(sums[plane] / size);
        });
    }

    private static Prepared MaxPool(Site site) => site.Operation.Outputs.Length > 1 && site.Operation.Outputs[1].Length > 0 ? WithIndices(site, Axes(site)) : Largest(site, Axes(site));

    private static PoolAxis[] Axes(Site site) => SlidingWindow.Spatial(site).Length <= MostAxes ? PoolAxis.Of(site) : throw TooMany(site);

    private static PoolAxis[] Whole(Site site) => SlidingWindow.Spatial(site) switch
    {
        var lengths when lengths.Contains(0) => throw site.Bad("input 0", $"{site.ShapeOf(0)}", "elements along every axis"),
        var lengths => [PoolAxis.Whole(Product(lengths))], // the axes are one line in memory
    };

    private static Unfit TooMany(Site site) => site.Bad("input 0", $"{site.ShapeOf(0)}", $"[N, C, …] with at most {MostAxes} axes behind the channels");

    private static (Shape Y, int Planes) Result(Site site, PoolAxis[] axes)
    {
        var x = site.ShapeOf(0);
        // A pool over everything has one axis here however many the tensor has, and one output along each of them.
        var y = site.Fits([x[0], x[1], .. Enumerable.Range(0, x.Rank - 2).Select(i => axes.Length == x.Rank - 2 ? axes[i].Outputs : 1L)]);
        site.Affordable([y.Count, .. axes.Select(axis => axis.Reads)]);
        return (y, x[0] * x[1]);
    }

    private static Prepared Largest(Site site, PoolAxis[] axes)
    {
        var ((y, planes), type) = (Result(site, axes), site.TypeOf(0));
        var windows = Array.ConvertAll(axes, axis => axis.Windows());
        return type switch
        {
            { IsFloat: true } => Prepared.Floats(type, y, (inputs, to) => Largest(inputs[0]!.Floats.Span, axes, windows, planes, float.NegativeInfinity, to), whole: true),
            ElementType.UInt8 or ElementType.Int8 => Prepared.Integers(type, y, (inputs, to) => Largest(inputs[0]!.Integers.Span, axes, windows, planes, type == ElementType.UInt8 ? 0L : -128L, to)),
            _ => throw site.Bad("input 0", type.Name, "a floating-point type, uint8 or int8"),
        };
    }

    // Axis by axis: the largest of the largest of each row is the largest of all.
    private static void Largest<T>(ReadOnlySpan<T> x, PoolAxis[] axes, (int From, int Count)[][] windows, int planes, T lowest, Span<T> y) where T : unmanaged, INumber<T>
    {
        // sizes[a]: how many elements a plane has when the first a axes are reduced.
        var sizes = Lengths(axes.Length + 1, reduced => Product(axes.Select((axis, i) => i < reduced ? axis.Outputs : axis.Length)));
        var inner = Lengths(axes.Length, axis => Product(axes.Skip(axis + 1).Select(later => later.Length)));
        var between = Array.ConvertAll(sizes[1..^1], size => new T[size]);
        for (var plane = 0; plane < planes; plane++)
        {
            var source = x.Slice(plane * sizes[0], sizes[0]);
            for (var a = 0; a < axes.Length; a++)
            {
                var target = a == axes.Length - 1 ? y.Slice(plane * sizes[^1], sizes[^1]) : between[a];
                Along(source, axes[a], windows[a], inner[a], lowest, target);
                source = target;
            }
        }
    }

    private static int[] Lengths(int count, Func<int, int> of) => [.. Enumerable.Range(0, count).Select(of)];

    private static int Product(IEnumerable<int> lengths) => lengths.Aggregate(1, (product, length) => product * length);

    private static void Along<T>(ReadOnlySpan<T> x, PoolAxis axis, (int From, int Count)[] windows, int inner, T lowest, Span<T> y) where T : unmanaged, INumber<T>
    {
        for (; !y.IsEmpty; x = x[(axis.Length * inner)..], y = y[(axis.Outputs * inner)..])
            if (inner == 1) Elementwise.Largest(x, windows, axis.Window.Dilation, lowest, y[..axis.Outputs]);
            else
                for (var output = 0; output < windows.Length; output++)
                {
                    var row = y.Slice(output * inner, inner);
                    if (windows[output].Count == 0) row.Fill(lowest);
                    else Elementwise.Largest(x[(windows[output].From * inner)..], axis.Window.Dilation * inner, windows[output].Count, row);
                }
    }

    private static Prepared WithIndices(Site site, PoolAxis[] axes)
    {
        var ((y, _), type, windows, last) = (Result(site, axes), site.TypeOf(0), new PoolWindows(axes), site.Flag("storage_order"));
        if (!type.IsFloat && type is not (ElementType.UInt8 or ElementType.Int8)) throw site.Bad("input 0", type.Name, "a floating-point type, uint8 or int8");
        return new([new(type, y), new(ElementType.Int64, y)], inputs =>
        {
            var indices = new long[y.Count];
            Operand largest;
            if (type.IsFloat)
            {
                var values = new float[y.Count];
                windows.Largest(inputs[0]!.Floats.Span, float.NegativeInfinity, last, values, indices);
                largest = Operand.Of(type, y, Values.Freeze(values));
            }
            else
            {
                var values = new long[y.Count];
                windows.Largest(inputs[0]!.Integers.Span, long.MinValue, last, values, indices);
                largest = Operand.Of(type, y, Values.Freeze(values));
            }
            return [largest, Operand.Of(ElementType.Int64, y, Values.Freeze(indices))];
        });
    }

    private static Prepared Mean(Site site, PoolAxis[] axes, bool countPadding) =>
        Sums(site, axes, 0, countPadding, static along => (sums, lines, y) => WindowSums.Divide(sums, lines, along, y));

    /// <summary>(Σ |x|ᵖ)^(1/p) with a whole p.</summary>
    private static Prepared Norm(Site site, PoolAxis[] axes)
    {
        var p = site.Whole("p", 2, 1, 1024);
        return Sums(site, axes, p, false, _ => (sums, _, y) =>
        {
            for (var i = 0; i < y.Length; i++) y[i] = (float)(p switch { 1 => sums[i], 2 => Math.Sqrt(sums[i]), _ => Elementary.Exp(Elementary.Log(sums[i]) / p) });
        });
    }

    /// <summary>Sums of windows; <paramref name="finish"/> is told how many places along the last axis lie under each.</summary>
    private static Prepared Sums(Site site, PoolAxis[] axes, int power, bool countPadding, Func<int[], PoolWindows.Finish> finish)
    {
        var ((y, _), type, windows) = (Result(site, axes), site.FloatTypeOf(0), new PoolWindows(axes));
        var counts = windows.Counts(countPadding);
        var finished = finish(counts[^1]);
        return Prepared.Floats(type, y, (inputs, to) => windows.Sums(inputs[0]!.Floats.Span, power, counts, finished, to));
    }
}
