using System.Globalization;
using System.Numerics;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Operators that tell which elements along an axis are the largest or smallest.</summary>
internal static class RankOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("ArgMax", site => Extreme(site, isLargest: true)),
        ("ArgMin", site => Extreme(site, isLargest: false)),
        ("TopK", TopK),
    ];

    /// <summary>The first place of the largest or smallest element along an axis, or the last.</summary>
    private static Prepared Extreme(Site site, bool isLargest)
    {
        var x = site.ShapeOf(0);
        var axis = site.Axis(site.Whole("axis", 0), x.Rank);
        var shape = site.Fits([.. Enumerable.Range(0, x.Rank).Where(i => i != axis || site.Flag("keepdims", true)).Select(i => i == axis ? 1L : x[i])]);
        if (x[axis] == 0 && shape.Count > 0) throw site.Bad("input", $"{x}", $"an element along axis {axis}");
        var line = new Line(x[axis], x.Stride(axis), isLargest, site.Flag("select_last_index"));
        return Prepared.Integers(ElementType.Int64, shape, site.TypeOf(0).IsFloat
            ? (inputs, y) => line.Best(inputs[0]!.Floats.Span, y)
            : (inputs, y) => line.Best(site.TypeOf(0).Ordered(inputs[0]!.Integers).Span, y));
    }

    /// <summary>The k largest or smallest elements along an axis, best first, and their places; of equal ones the first.</summary>
    private static Prepared TopK(Site site)
    {
        var (type, x) = (site.TypeOf(0), site.ShapeOf(0));
        var axis = site.Axis(site.Whole("axis", -1), x.Rank);
        var k = site.IntegerOf(1, "k") is >= 0 and var given && given <= x[axis] ? (int)given : throw site.Bad("k", site.IntegerOf(1, "k").ToString(CultureInfo.InvariantCulture), $"0 to {x[axis]}");
        var lengths = x.Lengths.Span.ToArray();
        lengths[axis] = k;
        var shape = Shape.Of(lengths);
        var line = new Line(x[axis], x.Stride(axis), site.Flag("largest", true), false);
        return new([new(type, shape), new(ElementType.Int64, shape)], inputs =>
        {
            var places = new long[shape.Count];
            Operand best;
            if (type.IsFloat)
            {
                var values = new float[shape.Count];
                line.Top(inputs[0]!.Floats.Span, k, values, places);
                best = Operand.Of(type, shape, Values.Freeze(values));
            }
            else
            {
                var values = new long[shape.Count];
                line.Top(type.Ordered(inputs[0]!.Integers).Span, k, values, places);
                best = Operand.Of(type, shape, type.Ordered(Values.Freeze(values)));
            }
            return [best, Operand.Of(ElementType.Int64, shape, Values.Freeze(places))];
        });
    }

    private sealed record Line(int Length, int Inner, bool IsLargest, bool IsLast)
    {
        public void Best<T>(ReadOnlySpan<T> x, Span<long> places) where T : unmanaged, INumber<T>
        {
            for (var at = 0; at < places.Length; at++)
            {
                var start = at / Inner * Length * Inner + at % Inner;
                var best = 0;
                for (var i = 1; i < Length; i++)
                {
                    var (held, next) = (x[start + best * Inner], x[start + i * Inner]);
                    if ((IsLargest ? next > held : next < held) || IsLast && next == held) best = i;
                }
                places[at] = best;
            }
        }

        public void Top<T>(ReadOnlySpan<T> x, int k, Span<T> values, Span<long> places) where T : unmanaged, INumber<T>
        {
            if (values.Length == 0) return;
            var line = new (T Value, int Place)[Length];
            for (var lane = 0; lane < values.Length / k; lane++)
            {
                var (outer, inner) = (lane / Inner, lane % Inner);
                for (var i = 0; i < Length; i++) line[i] = (x[(outer * Length + i) * Inner + inner], i);
                Array.Sort(line, IsLargest ? static (a, b) => Order(b.Value.CompareTo(a.Value), a.Place, b.Place) : static (a, b) => Order(a.Value.CompareTo(b.Value), a.Place, b.Place));
                for (var i = 0; i < k; i++)
                {
                    var to = (outer * k + i) * Inner + inner;
                    (values[to], places[to]) = (line[i].Value, line[i].Place);
                }
            }
        }

        private static int Order(int byValue, int a, int b) => byValue != 0 ? byValue : a.CompareTo(b);
    }
}
