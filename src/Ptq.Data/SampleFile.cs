using LanguageExt;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Data;

/// <summary>A file that is one sample: an NPY file for a network of one input, an NPZ file with an entry for each input otherwise.</summary>
internal static class SampleFile
{
    // The header of an NPY file has at most 10,000 bytes here.
    private const int HeadLength = 16 * 1024;

    /// <summary>How the file fits every input; of an NPY file no more than the header is read.</summary>
    public static Either<PtqError, SampleFit[]> Fits(string file, IReadOnlyList<Port> inputs) =>
        Disk.ReadHead(file, HeadLength).Bind(head => !DataFile.IsNpy(head.Bytes)
            ? from arrays in Arrays(file)
              from fits in Each(file, arrays.Map((_, array) => new Kind(array.Type, array.Shape)), inputs)
              select fits
            : from header in NpyHeader.Parse(new Place(file), head.Bytes)
              from full in DeclaredShape.Fills(new Place(file), header.Shape, header.Type.ItemSize, head.Length - header.Length)
              from fits in Each(file, ByName<Kind>.Of([(DataFile.Nameless, new Kind(header.Type, header.Shape))]), inputs)
              select fits);

    /// <summary>All of the file: for every input, its elements.</summary>
    public static Either<PtqError, Piece[]> Read(string file, IReadOnlyList<Port> inputs) => Arrays(file).Bind(arrays =>
    {
        var pieces = new Piece[inputs.Count];
        for (var k = 0; k < pieces.Length; k++)
            switch (SampleSource.Find(file, arrays.Names.AsEnumerable(), inputs[k], inputs).Bind(name => InputElements.Check(DataFile.PlaceOf(file, name), arrays[name].Type, inputs[k]).Map(_ => name)).Case)
            {
                case LeftCase<PtqError, string>(var error): return error;
                case RightCase<PtqError, string>(var name): pieces[k] = new(DataFile.PlaceOf(file, name), arrays[name], 0, arrays[name].Shape.Count); break;
            }
        return (Either<PtqError, Piece[]>)pieces;
    });

    private readonly record struct Kind(NpyType Type, Shape Shape);

    private static Either<PtqError, ByName<NpyArray>> Arrays(string file) => Disk.ReadAll(file).Bind(bytes => DataFile.Parse(file, bytes));

    private static Either<PtqError, SampleFit[]> Each(string file, ByName<Kind> arrays, IReadOnlyList<Port> inputs)
    {
        var fits = new SampleFit[inputs.Count];
        for (var k = 0; k < fits.Length; k++)
            switch (SampleSource.Find(file, arrays.Names.AsEnumerable(), inputs[k], inputs).Bind(name => Fit(DataFile.PlaceOf(file, name), arrays[name], inputs[k])).Case)
            {
                case LeftCase<PtqError, SampleFit>(var error): return error;
                case RightCase<PtqError, SampleFit>(var fit): fits[k] = fit; break;
            }
        return fits;
    }

    private static Either<PtqError, SampleFit> Fit(Place place, Kind array, Port port) =>
        SampleFit.OfOne(port, array.Shape) is not { } fit ? SampleSource.Misfit(place, array.Type, array.Shape, port)
        : array.Shape.Count == 0 ? place.Bad("shape", $"{array.Shape}", "a sample with elements in it")
        : InputElements.Check(place, array.Type, port).Map(_ => fit);
}
