using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Data;

/// <summary>How an array holds samples of an input.</summary>
/// <param name="Count">How many.</param>
/// <param name="Sample">One of them, in the axes that the input has for it.</param>
/// <param name="Batched">Whether the input's first axis counts samples; otherwise it takes one sample as it is.</param>
internal readonly record struct SampleFit(int Count, Shape Sample, bool Batched)
{
    /// <summary>The array's first axis counts samples; none where they do not fit.</summary>
    public static SampleFit? OfMany(Port port, Shape array)
    {
        if (array.Rank == 0) return null;
        if (!port.HasShape) return new(array[0], array.Inner, true);
        if (port.Dims.Length > 0 && Fitted(array.Inner, port.Dims.Span[1..]) is { } inner) return new(array[0], inner, true);
        return Fitted(array.Inner, port.Dims.Span) is { } whole ? new(array[0], whole, false) : null;
    }

    /// <summary>The array is one sample; none where it does not fit.</summary>
    public static SampleFit? OfOne(Port port, Shape array)
    {
        if (!port.HasShape) return new(1, array, false);
        var dims = port.Dims.Span;
        if (dims.Length > 0 && array.Rank == dims.Length && IsExact(array.Inner, dims[1..]))
        {
            if (array[0] == 1) return new(1, array.Inner, true);
            if (dims[0].IsFree) return null; // several
        }
        if (dims.Length > 0 && Fitted(array, dims[1..]) is { } inner) return new(1, inner, true);
        return Fitted(array, dims) is { } whole ? new(1, whole, false) : null;
    }

    /// <summary>Whether a sample has as many elements as the input wants, but its axes in another order: to reshape it would scramble it.</summary>
    public static bool IsPermuted(Port port, Shape sample)
    {
        if (!port.HasShape || port.Dims.Length == 0) return false;
        var dims = port.Dims.Span[1..];
        return Fixed(dims) is { } wanted && wanted.Count == sample.Count && IsPermutation(sample, wanted);
    }

    // The free lengths come from the sample. Where the axes are not the input's, axes of length 1 may come or go, and where no
    // length is free, any axes with as many elements will do.
    private static Shape? Fitted(Shape sample, ReadOnlySpan<Dimension> dims) =>
        IsExact(sample, dims) ? sample
        : Fixed(dims) is { } wanted ? wanted.Count == sample.Count && !IsPermutation(sample, wanted) ? wanted : null
        : Aligned(sample, dims);

    private static bool IsExact(Shape sample, ReadOnlySpan<Dimension> dims)
    {
        if (sample.Rank != dims.Length) return false;
        for (var axis = 0; axis < dims.Length; axis++)
            if (!dims[axis].IsFree && dims[axis].Length != sample[axis]) return false;
        return true;
    }

    private static Shape? Fixed(ReadOnlySpan<Dimension> dims)
    {
        var lengths = new int[dims.Length];
        for (var axis = 0; axis < dims.Length; axis++)
        {
            if (dims[axis].IsFree) return null;
            lengths[axis] = dims[axis].Length;
        }
        return Shape.Fits(Array.ConvertAll(lengths, n => (long)n)) ? Shape.Of(lengths) : null;
    }

    private static bool IsPermutation(Shape sample, Shape wanted)
    {
        int[] have = LongerThanOne(sample), want = LongerThanOne(wanted);
        return !have.SequenceEqual(want) && have.Order().SequenceEqual(want.Order());
    }

    /// <summary>The input's axes in the order of the sample's: one of length 1 that the input demands may be missing in the sample, and one that the sample has may be one too many.</summary>
    private static Shape? Aligned(Shape sample, ReadOnlySpan<Dimension> dims)
    {
        // fits[i, k]: whether the sample's axes from i on can be the input's from k on.
        var (rank, wanted) = (sample.Rank, dims.Length);
        var fits = new bool[rank + 1, wanted + 1];
        for (var i = rank; i >= 0; i--)
            for (var k = wanted; k >= 0; k--)
                fits[i, k] = i == rank && k == wanted || Same(i, k, dims) && fits[i + 1, k + 1] || k < wanted && dims[k].Length == 1 && fits[i, k + 1] || i < rank && sample[i] == 1 && fits[i + 1, k];
        if (!fits[0, 0]) return null;

        var lengths = new int[wanted];
        for (var (i, k) = (0, 0); k < wanted;)
            if (Same(i, k, dims) && fits[i + 1, k + 1]) lengths[k++] = sample[i++];
            else if (dims[k].Length == 1 && fits[i, k + 1]) lengths[k++] = 1;
            else i++;
        return Shape.Of(lengths);

        bool Same(int i, int k, ReadOnlySpan<Dimension> axes) => i < rank && k < wanted && (axes[k].IsFree || axes[k].Length == sample[i]);
    }

    private static int[] LongerThanOne(Shape shape) => [.. shape.Lengths.AsEnumerable().Where(n => n != 1)];
}
