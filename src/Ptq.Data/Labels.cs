using LanguageExt;
using Ptq.Errors;
using Ptq.Numerics;

namespace Ptq.Data;

/// <summary>The true classes of samples.</summary>
public static class Labels
{
    /// <summary>Reads one integer a sample from an NPY or IDX(.gz) file, or from an NPZ file with one array.</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="bytes">All of the file.</param>
    /// <returns>The classes, of an array [N] or [N, 1]; or what the file has instead.</returns>
    public static Either<PtqError, Values<int>> Parse(string name, ReadOnlyMemory<byte> bytes) =>
        from arrays in DataFile.Parse(name, bytes)
        from only in arrays.Count == 1 ? (Either<PtqError, NpyArray>)arrays.Items[0] : new PtqError.BadFile(name, "arrays", Listed.Of(arrays.Names.AsEnumerable()), "one, of integers")
        from labels in Of(DataFile.PlaceOf(name, arrays.Names[0]), only)
        select labels;

    private static Either<PtqError, Values<int>> Of(Place place, NpyArray array)
    {
        var shape = array.Shape;
        if (shape.Rank == 0 || shape.Count != shape[0]) return place.Bad("shape", $"{shape}", "one label a sample: [N]");
        if (array.ToIntegers().Case is not SomeCase<Values<long>>(var labels)) return place.Bad("element type", array.Type.ToString().ToLowerInvariant(), "integers");
        for (var i = 0; i < labels.Length; i++)
            if (labels[i] is < 0 or > int.MaxValue) return place.Bad($"element {i}", $"{labels[i]}", "a class, from 0");
        return labels.Map(label => (int)label);
    }
}
