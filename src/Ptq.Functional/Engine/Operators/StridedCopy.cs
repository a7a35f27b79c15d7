using System.Runtime.CompilerServices;
using Ptq.Tensors;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Operators;

/// <summary>
/// Copies elements at equal steps along every axis to elements at other steps: what transposes, slices, joins, broadcasts and
/// crops have in common. Axes of length 1 are left out and axes that can be walked as one are; the rest is copied by runs, or by
/// square tiles where source and destination are contiguous along different axes.
/// </summary>
internal sealed class StridedCopy : IMovement
{
    private const int Tile = 32; // 32 cache lines of 32 bytes or more each way

    private readonly record struct Axis(int Length, int From, int To);

    private readonly bool isEmpty;
    private readonly int fromStart, toStart;
    private readonly Axis[] outer;
    private readonly Axis fast; // the axis along which the destination is contiguous, or nearly so
    private readonly Axis? cross; // the axis along which the source is, where that is another and long enough for tiles

    /// <summary>Prepares a copy.</summary>
    /// <param name="lengths">How many steps there are along each axis, outermost first; elements are written in this order.</param>
    /// <param name="from">How many elements of the source a step skips; 0 repeats them, a negative number walks backwards.</param>
    /// <param name="to">How many elements of the destination a step skips.</param>
    /// <param name="fromStart">The first element of the source.</param>
    /// <param name="toStart">The first element of the destination.</param>
    public StridedCopy(ReadOnlySpan<int> lengths, ReadOnlySpan<long> from, ReadOnlySpan<long> to, long fromStart = 0, long toStart = 0)
    {
        (isEmpty, outer) = (lengths.Contains(0), []);
        if (isEmpty) return;
        (this.fromStart, this.toStart) = ((int)fromStart, (int)toStart);
        var axes = new List<Axis>();
        for (var i = 0; i < lengths.Length; i++)
        {
            if (lengths[i] == 1) continue;
            var axis = new Axis(lengths[i], (int)from[i], (int)to[i]);
            if (axes.Count > 0 && axes[^1] is var last && last.From == (long)axis.From * axis.Length && last.To == (long)axis.To * axis.Length) axes[^1] = axis with { Length = axis.Length * last.Length };
            else axes.Add(axis);
        }
        if (axes.Count == 0) axes.Add(new(1, 1, 1));
        fast = axes[^1];
        axes.RemoveAt(axes.Count - 1);
        if (fast.From is not (0 or 1) && axes.FindIndex(axis => axis.From == 1 && axis.Length >= 4) is >= 0 and var along)
        {
            cross = axes[along];
            axes.RemoveAt(along);
        }
        outer = [.. axes];
        IsWhole = outer.Length == 0 && fast is { From: 1, To: 1 } && this.fromStart == 0 && this.toStart == 0;
    }

    /// <summary>A copy that writes a tensor of these lengths in order.</summary>
    public static StridedCopy To(Shape shape, ReadOnlySpan<long> from, long fromStart = 0) => new(shape.Lengths.Span, from, StridesOf(shape), fromStart);

    /// <summary>Whether it copies a run from the start to the start: all of a source that is as large as the destination.</summary>
    public bool IsWhole { get; }

    /// <summary>How many elements a step along each axis skips.</summary>
    public static long[] StridesOf(Shape shape)
    {
        var strides = new long[shape.Rank];
        for (var (i, stride) = (shape.Rank - 1, 1L); i >= 0; stride *= Math.Max(1, shape[i--])) strides[i] = stride;
        return strides;
    }

    /// <inheritdoc/>
    public void Run<T>(Operand?[] inputs, Span<T> y) where T : unmanaged, System.Numerics.INumber<T> => Copy(inputs[0]!.Elements<T>(), y);

    /// <summary>Copies.</summary>
    [MethodImpl(AggressiveOptimization)]
    public void Copy<T>(ReadOnlySpan<T> from, Span<T> to)
    {
        if (isEmpty) return;
        var at = new int[outer.Length];
        for (var (f, t) = (fromStart, toStart); ;)
        {
            if (cross is { } other) Tiles(from, f, to, t, other);
            else Line(from, f, to, t);
            var i = outer.Length - 1;
            for (; i >= 0; i--)
            {
                (f, t) = (f + outer[i].From, t + outer[i].To);
                if (++at[i] < outer[i].Length) break;
                (f, t, at[i]) = (f - outer[i].From * outer[i].Length, t - outer[i].To * outer[i].Length, 0);
            }
            if (i < 0) return;
        }
    }

    private void Line<T>(ReadOnlySpan<T> from, int f, Span<T> to, int t)
    {
        var (length, fromStep, toStep) = fast;
        if ((fromStep, toStep) == (1, 1)) from.Slice(f, length).CopyTo(to[t..]);
        else if ((fromStep, toStep) == (0, 1)) to.Slice(t, length).Fill(from[f]);
        else Line(from, f, to, t, length, fromStep, toStep);
    }

    [MethodImpl(AggressiveOptimization)]
    private static void Line<T>(ReadOnlySpan<T> from, int f, Span<T> to, int t, int length, int fromStep, int toStep)
    {
        for (var i = 0; i < length; i++, f += fromStep, t += toStep) to[t] = from[f];
    }

    [MethodImpl(AggressiveOptimization)]
    private void Tiles<T>(ReadOnlySpan<T> from, int f, Span<T> to, int t, Axis other)
    {
        for (var b = 0; b < other.Length; b += Tile)
            for (var a = 0; a < fast.Length; a += Tile)
            {
                var (rows, columns) = (Math.Min(Tile, other.Length - b), Math.Min(Tile, fast.Length - a));
                var (source, destination) = (f + b + a * fast.From, t + b * other.To + a * fast.To);
                if (columns < 8) // the longer loop goes inside
                    for (var column = 0; column < columns; column++) Line(from, source + column * fast.From, to, destination + column * fast.To, rows, 1, other.To);
                else
                    for (var row = 0; row < rows; row++) Line(from, source + row, to, destination + row * other.To, columns, fast.From, fast.To);
            }
    }
}
