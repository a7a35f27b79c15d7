using LanguageExt;
using Ptq.Errors;
using Ptq.Model;
using static LanguageExt.Prelude;

namespace Ptq.Data;

/// <summary>A file with arrays in it: NPY or IDX(.gz) with one, NPZ with one or more. Its first bytes tell which it is.</summary>
public static class DataFile
{
    /// <summary>The name of the array of a file that has only one and gives it none.</summary>
    public const string Nameless = "";

    /// <summary>Reads a file; the memory that it takes is the format's: see <see cref="Npy"/>, <see cref="Npz"/>, <see cref="Idx"/>.</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="bytes">All of the file.</param>
    /// <returns>Its arrays by name; bytes of IDX files as uint8.</returns>
    public static Either<PtqError, ByName<NpyArray>> Parse(string name, ReadOnlyMemory<byte> bytes) =>
        IsNpy(bytes.Span) ? Npy.Parse(name, bytes).Map(Alone)
        : bytes.Span.StartsWith("PK"u8) ? Npz.Parse(name, bytes)
        : Gzip.Is(bytes.Span) || bytes.Span.StartsWith((ReadOnlySpan<byte>)[0, 0]) ? Idx.Parse(name, bytes).Bind(idx => FromIdx(name, idx))
        : bytes.Length < 4 ? new PtqError.BadFile(name, "length", $"{bytes.Length} bytes", "an NPY, NPZ or IDX file")
        : new PtqError.BadFile(name, "first bytes", Convert.ToHexString(bytes.Span[..4]), "those of NPY (934E5550), NPZ (504B), IDX (0000) or gzipped IDX (1F8B)");

    /// <summary>Whether the bytes begin as an NPY file does.</summary>
    internal static bool IsNpy(ReadOnlySpan<byte> bytes) => bytes.StartsWith((ReadOnlySpan<byte>)[0x93, (byte)'N', (byte)'U']);

    /// <summary>An array of a file, as messages name it.</summary>
    internal static Place PlaceOf(string file, string array) => array == Nameless ? new(file) : new(file, $"entry {Place.Quote(array)}");

    private static ByName<NpyArray> Alone(NpyArray array) => ByName<NpyArray>.Of([(Nameless, array)]);

    private static Either<PtqError, ByName<NpyArray>> FromIdx(string name, IdxArray array) => array.Shape.Rank <= NpyArray.MaxRank
        ? Right<PtqError, ByName<NpyArray>>(Alone(NpyArray.Of(array.Shape, array.Data)))
        : new PtqError.BadFile(name, "number of axes", $"{array.Shape.Rank}", $"at most {NpyArray.MaxRank}");
}
