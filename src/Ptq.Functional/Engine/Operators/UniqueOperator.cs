using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Every element once, or every slice along an axis. How many there are is decided by the elements, which must be known.</summary>
internal static class UniqueOperator
{
    public static IEnumerable<(string, Prepare)> All => [("Unique", Unique)];

    /// <summary>The different elements (sorted, or in the order of their first occurrence), where each occurs first, which of them each element is, and how often each occurs.</summary>
    private static Prepared Unique(Site site)
    {
        var x = site.ValueOf(0, "input");
        var hasAxis = site.Operation.Attributes.Has("axis");
        var shape = hasAxis ? x.Shape : Shape.Of(x.Shape.Count);
        var axis = hasAxis ? site.Axis(site.Whole("axis", 0), shape.Rank) : 0;
        var slices = new Slices(shape, axis);
        site.Affordable(shape.Count, 64); // comparisons of a sort
        var found = x.Type.IsFloat ? slices.Groups(x.Floats.Span.ToArray()) : slices.Groups(x.Type.Ordered(x.Integers).Span.ToArray());
        int[][] groups = site.Flag("sorted", true) ? found : [.. found.OrderBy(group => group[0])];

        var places = new int[]?[shape.Rank];
        places[axis] = [.. groups.Select(group => group[0])];
        var lengths = shape.Lengths.Span.ToArray();
        lengths[axis] = groups.Length;
        var different = Movement.Prepare(x.Type, Shape.Of(lengths), new TableCopy(shape, places)).Run([x])[0];
        var inverse = new long[shape[axis]];
        for (var g = 0; g < groups.Length; g++)
            foreach (var i in groups[g]) inverse[i] = g;
        Operand[] outputs = [different, List(groups.Select(group => (long)group[0])), List(inverse), List(groups.Select(group => (long)group.Length))];
        return new(Values.From(outputs.Select(o => o.Signature)), _ => outputs);
    }

    private static Operand List(IEnumerable<long> each)
    {
        var values = Values.From(each);
        return Operand.Of(ElementType.Int64, Shape.Of(values.Length), values);
    }

    /// <summary>The slices of a tensor along an axis, compared element by element.</summary>
    private sealed record Slices(Shape Shape, int Axis)
    {
        /// <summary>The indices of equal slices together, rising; groups in the order of their slices.</summary>
        public int[][] Groups<T>(T[] x) where T : IComparable<T>
        {
            var (count, inner) = (Shape[Axis], Shape.Stride(Axis));
            int Compare(int a, int b)
            {
                for (var start = 0; start < x.Length; start += count * inner)
                    for (var k = 0; k < inner; k++)
                        if (x[start + a * inner + k].CompareTo(x[start + b * inner + k]) is not 0 and var order) return order;
                return 0;
            }
            int[] order = [.. Enumerable.Range(0, count)];
            Array.Sort(order, (a, b) => Compare(a, b) is not 0 and var difference ? difference : a.CompareTo(b));
            var groups = new List<int[]>();
            for (var (from, to) = (0, 0); from < count; from = to)
            {
                for (to = from + 1; to < count && Compare(order[from], order[to]) == 0;) to++;
                groups.Add(order[from..to]);
            }
            return [.. groups];
        }
    }
}
