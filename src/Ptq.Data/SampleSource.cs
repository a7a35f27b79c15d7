using LanguageExt;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Tensors;
using static LanguageExt.Prelude;

namespace Ptq.Data;

/// <summary>Some samples of one input, as a file holds them.</summary>
/// <param name="Place">Where they stand.</param>
/// <param name="Array">The array that they are part of.</param>
/// <param name="First">The first element.</param>
/// <param name="Length">How many elements.</param>
internal readonly record struct Piece(Place Place, NpyArray Array, int First, int Length);

/// <summary>Where samples come from: arrays of one file, or the files of a folder.</summary>
internal abstract class SampleSource
{
    /// <summary>How many samples there are.</summary>
    public abstract int Count { get; }

    /// <summary>For every input, whether its first axis counts samples.</summary>
    public abstract IReadOnlyList<bool> Batched { get; }

    /// <summary>The shape of a sample, in the axes that the input has for it.</summary>
    public abstract Shape ShapeOf(int input, int sample);

    /// <summary>Consecutive samples: for every input its pieces, in order.</summary>
    public abstract Either<PtqError, Piece[][]> Read(int first, int count);

    /// <summary>Arrays whose first axis counts samples, or that are one sample.</summary>
    public static Either<PtqError, SampleSource> Of(string file, ByName<NpyArray> arrays, IReadOnlyList<Port> inputs)
    {
        var columns = new List<(Place Place, NpyArray Array, SampleFit Fit)>();
        foreach (var port in inputs)
            switch (Find(file, arrays.Names.AsEnumerable(), port, inputs).Bind(name => Column(DataFile.PlaceOf(file, name), arrays[name], port)).Case)
            {
                case LeftCase<PtqError, (Place, NpyArray, SampleFit)>(var error): return error;
                case RightCase<PtqError, (Place, NpyArray, SampleFit Fit)>(var column):
                    if (columns.Count > 0 && columns[0].Fit.Count != column.Fit.Count)
                        return column.Item1.Bad("samples", $"{column.Fit.Count}", $"{columns[0].Fit.Count}, as for input {Place.Quote(inputs[0].Name)}");
                    columns.Add(column);
                    break;
            }
        return new Arrays([.. columns]);
    }

    /// <summary>The files of a folder, each one sample, by the order of their names. They are read when they are needed, and checked now.</summary>
    public static Either<PtqError, SampleSource> OfFolder(string folder, IReadOnlyList<Port> inputs) =>
        Disk.List(folder).Bind(all =>
        {
            string[] files = [.. all.AsEnumerable().Where(name => Path.GetExtension(name) is ".npy" or ".npz").Select(name => Path.Combine(folder, name))];
            if (files.Length == 0) return new PtqError.BadFile(folder, "files", all.Length == 0 ? "none" : $"{all.Length}, none of them .npy or .npz", "NPY or NPZ files, one a sample");
            var fits = new SampleFit[files.Length][];
            for (var i = 0; i < files.Length; i++)
                switch (SampleFile.Fits(files[i], inputs).Case)
                {
                    case LeftCase<PtqError, SampleFit[]>(var error): return error;
                    case RightCase<PtqError, SampleFit[]>(var each):
                        fits[i] = each;
                        for (var k = 0; k < inputs.Count; k++)
                            if (each[k].Batched != fits[0][k].Batched) return new PtqError.BadFile(files[i], "shape", $"{each[k].Sample}", $"as many axes as in {files[0]}, for input {Place.Quote(inputs[k].Name)} ({inputs[k]})");
                        break;
                }
            return Right<PtqError, SampleSource>(new Folder(files, fits, inputs));
        });

    /// <summary>The array for an input: the one of its name, or the only one for the only input.</summary>
    internal static Either<PtqError, string> Find(string file, IEnumerable<string> arrays, Port port, IReadOnlyList<Port> inputs) =>
        arrays.ToArray() is var names && names.Contains(port.Name, StringComparer.Ordinal) ? port.Name
        : names.Length == 1 && inputs.Count == 1 ? names[0]
        : names is [DataFile.Nameless] ? new PtqError.BadFile(file, "arrays", "one without a name", $"an NPZ file with entries {Listed.Of(inputs.Select(p => p.Name))}")
        : new PtqError.BadFile(file, "entries", Listed.Of(names), $"one named {Place.Quote(port.Name)}, as the input");

    /// <summary>A complaint about an array that holds no samples of an input.</summary>
    internal static PtqError Misfit(Place place, NpyType type, Shape array, Port port)
    {
        var sample = port.HasShape && port.Dims.Length > 0 ? $"[{string.Join(", ", port.Dims.AsEnumerable().Skip(1))}]" : $"{port}";
        var scrambled = array.Rank > 1 && (SampleFit.IsPermuted(port, array.Inner) || SampleFit.IsPermuted(port, array));
        return place.Bad("shape", $"{type.ToString().ToLowerInvariant()} {array}", $"samples of {sample} for input {Place.Quote(port.Name)} ({port}){(scrambled ? "; the axes are in another order, and reshaping would scramble them" : "")}");
    }

    private static Either<PtqError, (Place, NpyArray, SampleFit)> Column(Place place, NpyArray array, Port port) =>
        (SampleFit.OfMany(port, array.Shape) ?? SampleFit.OfOne(port, array.Shape)) is not { } fit ? Misfit(place, array.Type, array.Shape, port)
        : array.Shape.Count == 0 ? place.Bad("shape", $"{array.Shape}", "at least one sample, and elements in it")
        : from fits in InputElements.Check(place, array.Type, port)
          select (place, array, fit);

    private sealed class Arrays((Place Place, NpyArray Array, SampleFit Fit)[] columns) : SampleSource
    {
        public override int Count => columns.Length == 0 ? 0 : columns[0].Fit.Count;

        public override IReadOnlyList<bool> Batched { get; } = [.. columns.Select(c => c.Fit.Batched)];

        public override Shape ShapeOf(int input, int sample) => columns[input].Fit.Sample;

        public override Either<PtqError, Piece[][]> Read(int first, int count) =>
            (Piece[][])[.. columns.Select(c => (Piece[])[new(c.Place, c.Array, first * c.Fit.Sample.Count, count * c.Fit.Sample.Count)])];
    }

    private sealed class Folder(string[] files, SampleFit[][] fits, IReadOnlyList<Port> inputs) : SampleSource
    {
        public override int Count => files.Length;

        public override IReadOnlyList<bool> Batched { get; } = [.. fits[0].Select(f => f.Batched)];

        public override Shape ShapeOf(int input, int sample) => fits[sample][input].Sample;

        public override Either<PtqError, Piece[][]> Read(int first, int count)
        {
            var pieces = new Piece[inputs.Count][];
            for (var k = 0; k < pieces.Length; k++) pieces[k] = new Piece[count];
            for (var i = 0; i < count; i++)
                switch (SampleFile.Read(files[first + i], inputs).Case)
                {
                    case LeftCase<PtqError, Piece[]>(var error): return error;
                    case RightCase<PtqError, Piece[]>(var each):
                        for (var k = 0; k < pieces.Length; k++)
                        {
                            if (each[k].Length != ShapeOf(k, first + i).Count) return each[k].Place.Bad("shape", $"{each[k].Array.Shape}", "what it was when the program began");
                            pieces[k][i] = each[k];
                        }
                        break;
                }
            return pieces;
        }
    }
}
