using Ptq.Engine.Kernels;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>
/// Tensors of different shapes seen in one shape, as NumPy defines it: axes are matched from the last, and an axis of length 1, or one that
/// is missing in front, is repeated. Axes that all tensors walk alike become one, so what is left is a list of rows; along a row every
/// tensor is either contiguous or one element repeated, for tensors in C order know nothing else.
/// </summary>
internal sealed class Broadcast
{
    private readonly int[] lengths; // of the axes around a row, outermost first
    private readonly int[][] strides; // [tensor][axis around a row]
    private readonly bool[] repeats; // whether a row of the tensor is one element

    private Broadcast(Shape shape, Shape[] shapes)
    {
        Shape = shape;
        var steps = Array.ConvertAll(shapes, s => Steps(s, shape));
        var axes = new List<(int Length, int[] Steps)>();
        for (var axis = 0; axis < shape.Rank; axis++)
        {
            if (shape[axis] == 1) continue;
            var (length, own) = (shape[axis], Array.ConvertAll(steps, s => s[axis]));
            if (axes.Count > 0 && axes[^1] is var (outer, above) && above.Zip(own, (a, b) => a == (long)b * length).All(fits => fits)) axes[^1] = (outer * length, own);
            else axes.Add((length, own));
        }
        var row = axes.Count > 0 ? axes[^1] : (Length: 1, Steps: Array.ConvertAll(shapes, _ => 1));
        if (axes.Count > 0) axes.RemoveAt(axes.Count - 1);
        Row = row.Length;
        repeats = Array.ConvertAll(row.Steps, step => step == 0);
        lengths = [.. axes.Select(a => a.Length)];
        strides = [.. shapes.Select((_, tensor) => axes.Select(a => a.Steps[tensor]).ToArray())];
    }

    /// <summary>The shape that all are seen in.</summary>
    public Shape Shape { get; }

    /// <summary>How many elements a row has.</summary>
    public int Row { get; }

    /// <summary>How many elements of a tensor a row reads: all or one.</summary>
    public int Read(int tensor) => repeats[tensor] ? 1 : Row;

    /// <summary>The broadcasting of shapes to each other.</summary>
    /// <exception cref="Unfit">Two axes differ, and neither has length 1; or the shape is too large.</exception>
    public static Broadcast Of(Site site, params Shape[] shapes)
    {
        var lengths = new long[shapes.Max(s => s.Rank)];
        Array.Fill(lengths, 1);
        foreach (var shape in shapes)
            for (var i = 1; i <= shape.Rank; i++)
                if (lengths[^i] == 1) lengths[^i] = shape[shape.Rank - i];
                else if (shape[shape.Rank - i] != 1 && shape[shape.Rank - i] != lengths[^i])
                    throw site.Bad("inputs", string.Join(" with ", shapes.Select(s => s.ToString())), "shapes whose axes from the last on are equal, or 1");
        return new(site.Fits(lengths), shapes);
    }

    /// <summary>The broadcasting of shapes to the first of them, which keeps its shape.</summary>
    /// <exception cref="Unfit">It would not.</exception>
    public static Broadcast ToFirst(Site site, params Shape[] shapes) => Of(site, shapes) is var both && both.Shape == shapes[0]
        ? both
        : throw site.Bad("inputs", string.Join(" with ", shapes.Select(s => s.ToString())), $"shapes that can be repeated to {shapes[0]}");

    /// <summary>Where every row begins in the result and in each tensor.</summary>
    public Walk Rows() => new(this);

    /// <summary>A function of two elements, everywhere.</summary>
    public void Run<TRow, T, TOut>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<TOut> to) where TRow : IRow<T, TOut>
    {
        var (ofX, ofY) = (Read(0), Read(1));
        for (var row = Rows(); row.Next();) TRow.Run(x.Slice(row.Of(0), ofX), y.Slice(row.Of(1), ofY), to.Slice(row.To, Row));
    }

    /// <summary>How many elements one step along each axis of the common shape skips: none where the tensor is repeated.</summary>
    private static int[] Steps(Shape of, Shape shape)
    {
        var (steps, step) = (new int[shape.Rank], 1);
        for (var i = 1; i <= of.Rank; i++)
        {
            var length = of[of.Rank - i];
            steps[^i] = length == 1 ? 0 : step;
            step *= Math.Max(1, length);
        }
        return steps;
    }

    /// <summary>From row to row in the order of the result.</summary>
    internal struct Walk(Broadcast plan)
    {
        private readonly int[] at = new int[plan.lengths.Length];
        private readonly int[] starts = new int[plan.strides.Length];
        private bool isUnderWay;

        /// <summary>Where the row begins in the result.</summary>
        public int To { get; private set; }

        /// <summary>Where the row begins in a tensor.</summary>
        public readonly int Of(int tensor) => starts[tensor];

        /// <summary>Goes to the next row, at first to the first.</summary>
        public bool Next()
        {
            if (!isUnderWay) return isUnderWay = plan.Shape.Count > 0;
            for (var axis = at.Length - 1; axis >= 0; axis--)
            {
                var isLast = ++at[axis] == plan.lengths[axis];
                for (var tensor = 0; tensor < starts.Length; tensor++) starts[tensor] += plan.strides[tensor][axis] * (isLast ? 1 - plan.lengths[axis] : 1);
                if (!isLast)
                {
                    To += plan.Row;
                    return true;
                }
                at[axis] = 0;
            }
            return false;
        }
    }
}
