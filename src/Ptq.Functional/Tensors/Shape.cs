using Ptq.Numerics;

namespace Ptq.Tensors;

/// <summary>The lengths of a tensor's axes, outermost first; the last axis is contiguous (C order).</summary>
public readonly record struct Shape
{
    private Shape(Values<int> lengths, int count) => (Lengths, Count) = (lengths, count);

    /// <summary>The length of every axis, each at least 0.</summary>
    public Values<int> Lengths { get; }

    /// <summary>The product of the lengths; 1 for a scalar, which has no axis. (0 for <c>default</c>.)</summary>
    public int Count { get; }

    /// <summary>How many axes there are.</summary>
    public int Rank => Lengths.Length;

    /// <summary>The length of an axis, from 0.</summary>
    public int this[int axis] => Lengths[axis];

    /// <summary>Whether so many elements can be in one tensor: no length negative, and fewer than 2³¹ in all.</summary>
    public static bool Fits(params ReadOnlySpan<long> lengths)
    {
        var count = UInt128.One;
        foreach (var length in lengths)
        {
            if (length is < 0 or > int.MaxValue) return false;
            count *= (ulong)length;
            if (count > int.MaxValue && !lengths.Contains(0)) return false;
        }
        return true;
    }

    /// <summary>A shape of the given axes.</summary>
    /// <exception cref="ArgumentException">A length is negative, or there are more than 2³¹ − 1 elements.</exception>
    public static Shape Of(params ReadOnlySpan<int> lengths)
    {
        long count = 1;
        var hasZero = lengths.Contains(0);
        foreach (var length in lengths)
        {
            if (length < 0) throw new ArgumentException($"An axis has length {length}.", nameof(lengths));
            count *= hasZero ? 0 : length;
            if (count > int.MaxValue) throw new ArgumentException($"[{string.Join(", ", lengths.ToArray())}] has more than 2³¹ − 1 elements.", nameof(lengths));
        }
        return new(Values.Of(lengths), (int)count);
    }

    /// <summary>The shape of one image of a batch: all axes but the first.</summary>
    public Shape Inner => Of(Lengths.Span[1..]);

    /// <summary>A batch of so many of these: one axis more, in front.</summary>
    public Shape Batch(int count) => Of([count, .. Lengths.Span]);

    /// <summary>How many elements one step along <paramref name="axis"/> skips.</summary>
    public int Stride(int axis)
    {
        var stride = 1;
        for (var i = axis + 1; i < Rank; i++) stride *= Lengths[i];
        return stride;
    }

    /// <summary>The lengths, as <c>[1, 28, 28]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", Lengths.Span.ToArray())}]";
}
