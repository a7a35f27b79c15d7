namespace Ptq.Engine;

/// <summary>Places that lie at whole multiples of one distance an axis: output positions, taps of a filter, parts of a batch.</summary>
internal static class Lattice
{
    /// <summary>origin + Σ index[axis] · strides[axis] for every index in C order; only the origin where there is no axis.</summary>
    public static int[] Of(ReadOnlySpan<int> lengths, ReadOnlySpan<int> strides, int origin = 0)
    {
        var count = 1;
        foreach (var length in lengths) count = checked(count * length);
        var places = new int[count];
        if (count == 0) return places;
        places[0] = origin;
        var filled = 1; // the innermost axes are there; one more axis repeats what is there, moved on
        for (var axis = lengths.Length - 1; axis >= 0; axis--)
        {
            var block = filled;
            for (var index = 1; index < lengths[axis]; index++)
                for (var i = 0; i < block; i++) places[filled++] = places[i] + index * strides[axis];
        }
        return places;
    }

    /// <summary>How many elements a step along each axis skips, in C order, where a step along the last skips <paramref name="innermost"/>.</summary>
    public static int[] Strides(ReadOnlySpan<int> lengths, int innermost = 1)
    {
        var strides = new int[lengths.Length];
        for (var axis = lengths.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = innermost;
            innermost *= lengths[axis];
        }
        return strides;
    }
}
