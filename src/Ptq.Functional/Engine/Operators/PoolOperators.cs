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
        ("GlobalAveragePool", site => Mean(site, Whole(site), countPadding: false)),
        ("GlobalLpPool", site => Norm(site, Whole(site))),
        ("GlobalMaxPool", site => Largest(site, Whole(site))),
        ("LpPool", site => Norm(site, Axes(site))),
        ("MaxPool", MaxPool),
    ];

    private static Prepared AveragePool(Site site) => Mean(site, Axes(site), site.Flag("count_include_pad"));

    private static Prepared MaxPool(Site site) => site.Operation.Outputs.Length > 1 && site.Operation.Outputs[1].Length > 0 ? WithIndices(site, Axes(site)) : Largest(site, Axes(site));

    private static PoolAxis[] Axes(Site site) => SlidingWindow.Spatial(site).Length <= MostAxes ? PoolAxis.Of(site) : throw TooMany(site);

    private static PoolAxis[] Whole(Site site) => SlidingWindow.Spatial(site) switch
    {
        var lengths when lengths.Contains(0) => throw site.Bad("input 0", $"{site.ShapeOf(0)}", "elements along every axis"),
        var lengths => [PoolAxis.Whole(lengths.Aggregate(1, (product, length) => product * length))], // the axes are one line in memory
    };

    private static Unfit TooMany(Site site) => site.Bad("input 0", $"{site.ShapeOf(0)}", $"[N, C, …] with at most {MostAxes} axes behind the channels");

    private static (Shape Y, int Planes) Result(Site site, PoolAxis[] axes)
    {
        var x = site.ShapeOf(0);
        // A pool over everything has one axis here however many the tensor has, and one output along each of them.
        var y = site.Fits([x[0], x[1], .. Enumerable.Range(0, x.Rank - 2).Select(i => axes.Length == x.Rank - 2 ? axes[i].Outputs : 1L)]);
        SlidingWindow.Affordable(site, [y.Count, .. axes.Select(axis => axis.Reads)]);
        return (y, x[0] * x[1]);
    }

    private static Prepared Largest(Site site, PoolAxis[] axes)
    {
        var ((y, planes), type) = (Result(site, axes), site.TypeOf(0));
        return type switch
        {
            { IsFloat: true } => Prepared.Floats(type, y, (inputs, to) => Largest(inputs[0]!.Floats.Span, axes, planes, float.NegativeInfinity, to)),
            ElementType.UInt8 or ElementType.Int8 => Prepared.Integers(type, y, (inputs, to) => Largest(inputs[0]!.Integers.Span, axes, planes, type == ElementType.UInt8 ? 0L : -128L, to)),
            _ => throw site.Bad("input 0", type.Name, "a floating-point type, uint8 or int8"),
        };
    }

    // Axis by axis: the largest of the largest of each row is the largest of all.
    private static void Largest<T>(ReadOnlySpan<T> x, PoolAxis[] axes, int planes, T lowest, Span<T> y) where T : unmanaged, INumber<T>
    {
        var (from, to) = (axes.Aggregate(1, (size, axis) => size * axis.Length), axes.Aggregate(1, (size, axis) => size * axis.Outputs));
        int Size(int reduced) => axes.Select((axis, i) => i < reduced ? axis.Outputs : axis.Length).Aggregate(1, (size, length) => size * length);
        var between = Enumerable.Range(1, axes.Length - 1).Select(reduced => new T[Size(reduced)]).ToArray();
        for (var plane = 0; plane < planes; plane++)
        {
            var source = x.Slice(plane * from, from);
            for (var a = 0; a < axes.Length; a++)
            {
                var target = a == axes.Length - 1 ? y.Slice(plane * to, to) : between[a];
                Along(source, axes[a], axes.Skip(a + 1).Aggregate(1, (size, axis) => size * axis.Length), lowest, target);
                source = target;
            }
        }
    }

    private static void Along<T>(ReadOnlySpan<T> x, PoolAxis axis, int inner, T lowest, Span<T> y) where T : unmanaged, INumber<T>
    {
        for (; !y.IsEmpty; x = x[(axis.Length * inner)..], y = y[(axis.Outputs * inner)..])
            for (var output = 0; output < axis.Outputs; output++)
            {
                var row = y.Slice(output * inner, inner);
                var (first, end) = axis.Taps(output);
                if (first == end) row.Fill(lowest);
                else Elementwise.Largest(x[((output * axis.Window.Stride - axis.Window.Before + first * axis.Window.Dilation) * inner)..], axis.Window.Dilation * inner, end - first, row);
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

    private static Prepared Mean(Site site, PoolAxis[] axes, bool countPadding) => Sums(site, axes, 0, countPadding, static (sum, count) => (float)(sum / count));

    /// <summary>(Σ |x|ᵖ)^(1/p) with a whole p.</summary>
    private static Prepared Norm(Site site, PoolAxis[] axes)
    {
        var p = site.Whole("p", 2, 1, 1024);
        return Sums(site, axes, p, false, p switch
        {
            1 => static (sum, _) => (float)sum,
            2 => static (sum, _) => (float)Math.Sqrt(sum),
            _ => (sum, _) => (float)Elementary.Exp(Elementary.Log(sum) / p),
        });
    }

    private static Prepared Sums(Site site, PoolAxis[] axes, int power, bool countPadding, Func<double, int, float> finish)
    {
        var ((y, _), type, windows) = (Result(site, axes), site.TypeOf(0), new PoolWindows(axes));
        return type.IsFloat ? Prepared.Floats(type, y, (inputs, to) => windows.Sums(inputs[0]!.Floats.Span, power, countPadding, finish, to)) : throw site.Bad("input 0", type.Name, "a floating-point type");
    }
}
