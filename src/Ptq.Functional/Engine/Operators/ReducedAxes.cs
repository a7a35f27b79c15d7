using System.Numerics;
using Ptq.Engine.Kernels;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>A tensor some of whose axes are folded away. Neighbouring axes that are folded, or kept, are walked as one.</summary>
internal sealed class ReducedAxes
{
    private readonly record struct Axis(int Length, bool IsFolded);

    private readonly Axis[] outer;
    private readonly int rows, columns; // the last two axes: one is folded, the other kept
    private readonly bool foldsColumns;
    private readonly Shape x;

    /// <summary>Prepares a fold.</summary>
    /// <param name="site">The operator, which refuses what is too large.</param>
    /// <param name="x">The tensor.</param>
    /// <param name="folded">The axes that are folded, each once.</param>
    public ReducedAxes(Site site, Shape x, ReadOnlySpan<int> folded)
    {
        this.x = x;
        long[] lengths = [.. x.Lengths.AsEnumerable()];
        PerSum = 1;
        foreach (var axis in folded)
        {
            PerSum *= lengths[axis];
            lengths[axis] = 1;
        }
        Kept = site.Fits(lengths);

        var axes = new List<Axis>();
        for (var i = 0; i < x.Rank; i++)
        {
            var axis = new Axis(x[i], folded.Contains(i));
            if (axis.Length == 1) continue;
            if (axes.Count > 0 && axes[^1].IsFolded == axis.IsFolded) axes[^1] = axis with { Length = (int)Math.Min(int.MaxValue, (long)axis.Length * axes[^1].Length) };
            else axes.Add(axis);
        }
        if (axes.Count == 0) axes.Add(new(1, false));
        if (axes.Count == 1) axes.Insert(0, new(1, !axes[0].IsFolded));
        (rows, columns, foldsColumns) = (axes[^2].Length, axes[^1].Length, axes[^2].IsFolded);
        outer = [.. axes.SkipLast(2)];
    }

    /// <summary>The shape of the sums, the folded axes of length 1.</summary>
    public Shape Kept { get; }

    /// <summary>How many elements go into one sum.</summary>
    public long PerSum { get; }

    /// <summary>Whether what is folded together lies together.</summary>
    public bool IsLast => outer.Length == 0 && !foldsColumns;

    /// <summary>Folds every element into its sum, in index order.</summary>
    /// <param name="elements">The tensor.</param>
    /// <param name="sums">As many as <see cref="Kept"/> has; what they hold is where each begins.</param>
    public void Fold<TFold, T, TSum>(ReadOnlySpan<T> elements, Span<TSum> sums) where TFold : IFold where T : unmanaged, INumber<T> where TSum : unmanaged, INumber<TSum>
    {
        if (elements.Length == 0) return;
        var at = new int[outer.Length];
        var width = foldsColumns ? columns : rows;
        var strides = new int[outer.Length];
        for (var (i, stride) = (outer.Length - 1, width); i >= 0; i--)
            if (!outer[i].IsFolded) (strides[i], stride) = (stride, stride * outer[i].Length);

        for (var (from, to) = (0, 0); ; from += rows * columns)
        {
            if (foldsColumns) Kernels.Fold.Columns<TFold, T, TSum>(elements.Slice(from, rows * columns), rows, sums.Slice(to, width));
            else Kernels.Fold.Rows<TFold, T, TSum>(elements.Slice(from, rows * columns), columns, sums.Slice(to, width));
            var axis = outer.Length - 1;
            for (; axis >= 0; axis--)
            {
                to += strides[axis];
                if (++at[axis] < outer[axis].Length) break;
                (to, at[axis]) = (to - strides[axis] * outer[axis].Length, 0);
            }
            if (axis < 0) return;
        }
    }

    /// <summary>The sum that each element went into, at the element's place.</summary>
    public T[] Spread<T>(ReadOnlySpan<T> sums)
    {
        var strides = StridedCopy.StridesOf(Kept);
        for (var axis = 0; axis < strides.Length; axis++)
            if (Kept[axis] == 1) strides[axis] = 0;
        var spread = new T[x.Count];
        StridedCopy.To(x, strides).Copy(sums, spread.AsSpan());
        return spread;
    }
}
