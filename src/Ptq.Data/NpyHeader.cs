using System.Buffers.Binary;
using System.Text;
using LanguageExt;
using Ptq.Errors;
using Ptq.Tensors;

namespace Ptq.Data;

/// <summary>What the beginning of an NPY file says.</summary>
/// <param name="Type">What every element is.</param>
/// <param name="BigEndian">Whether the elements are big-endian.</param>
/// <param name="Fortran">Whether the first axis is the contiguous one.</param>
/// <param name="Shape">The lengths of the axes.</param>
/// <param name="Length">How many bytes come before the data.</param>
internal sealed record NpyHeader(NpyType Type, bool BigEndian, bool Fortran, Shape Shape, int Length)
{
    /// <summary>NumPy's own limit (max_header_size); the types that need more are refused anyway.</summary>
    private const int MaxDictLength = 10_000;

    private const string Wanted = "bool, int8 … int64, uint8 … uint64 or float16 … float64";

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>The length of the whole file, in bytes.</summary>
    public long FileLength => Length + (long)Shape.Count * Type.ItemSize;

    /// <summary>Reads the header at the beginning of <paramref name="file"/>, of which no more than the header need be there.</summary>
    public static Either<PtqError, NpyHeader> Parse(Place place, ReadOnlySpan<byte> file)
    {
        if (file.Length < 10) return place.Bad("header", $"{file.Length} bytes", "at least 10");
        if (!file.StartsWith(Magic)) return place.Bad("magic number", Convert.ToHexString(file[..Magic.Length]), $"{Convert.ToHexString(Magic)} (\\x93NUMPY)");
        if (file[6] is < 1 or > 3 || file[7] != 0) return place.Bad("format version", $"{file[6]}.{file[7]}", "1.0, 2.0 or 3.0");

        var start = file[6] == 1 ? 10 : 12;
        if (file.Length < start) return place.Bad("header", $"{file.Length} bytes", $"at least {start}");
        var length = file[6] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(file[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(file[8..]);
        if (length > MaxDictLength) return place.Bad("header length", $"{length}", $"at most {MaxDictLength}");
        if (file.Length - start < length) return place.Bad("header", $"{file.Length - start} bytes", $"{length}");

        // Versions 1 and 2 are in Latin-1, version 3 is in UTF-8; what is accepted below is ASCII, which is both.
        var text = Encoding.Latin1.GetString(file.Slice(start, (int)length));
        return PythonDict.Parse(place, text).Bind(pairs => Of(place, pairs, start + (int)length));
    }

    /// <summary>The beginning of a version 1.0 file, in C order, byte for byte as NumPy writes it: there is room for the first
    /// length to grow to 21 digits, and the data begin at a multiple of 64.</summary>
    public static byte[] Write(NpyType type, Shape shape)
    {
        var lengths = shape.Lengths.Span.ToArray();
        var tuple = lengths.Length == 1 ? $"({lengths[0]},)" : $"({string.Join(", ", lengths)})";
        var room = lengths.Length == 0 ? 0 : 21 - $"{lengths[0]}".Length;
        var dict = $"{{'descr': '{type.Descr}', 'fortran_order': False, 'shape': {tuple}, }}{new string(' ', room)}";
        var used = 10 + dict.Length + 1;
        var padded = used + 64 - used % 64;

        var bytes = new byte[padded];
        bytes.AsSpan().Fill((byte)' ');
        Magic.CopyTo(bytes);
        (bytes[6], bytes[7]) = (1, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)(padded - 10));
        Encoding.ASCII.GetBytes(dict, bytes.AsSpan(10));
        bytes[^1] = (byte)'\n';
        return bytes;
    }

    private static Either<PtqError, NpyHeader> Of(Place place, IReadOnlyDictionary<string, PythonValue> pairs, int length)
    {
        foreach (var (key, value) in pairs)
            if (value is PythonValue.Structure) return place.Bad(Place.Quote(key), key == "descr" ? "a structured or sub-array type" : "a list or nested tuple", key == "descr" ? Wanted : "a plain value");
        foreach (var key in pairs.Keys)
            if (key is not ("descr" or "fortran_order" or "shape")) return place.Bad("header", $"the key {Place.Quote(key)}", "descr, fortran_order and shape");
        if (!pairs.TryGetValue("descr", out var descr)) return Missing("descr");
        if (!pairs.TryGetValue("fortran_order", out var order)) return Missing("fortran_order");
        if (!pairs.TryGetValue("shape", out var lengths)) return Missing("shape");

        if (descr is not PythonValue.Text(var name)) return Kind("descr", descr, "a string");
        if (order is not PythonValue.Truth(var fortran)) return Kind("fortran_order", order, "True or False");
        if (lengths is not PythonValue.Whole(var axes)) return Kind("shape", lengths, "a tuple of integers");
        if (axes.Length > NpyArray.MaxRank) return place.Bad("shape", $"{axes.Length} axes", $"at most {NpyArray.MaxRank}");

        // '=' is the order of the machine that wrote, and NumPy reads '|' like it; nearly all machines are little-endian.
        return from type in TypeOf(place, name)
               from shape in DeclaredShape.Of(place, axes, type.ItemSize)
               select new NpyHeader(type, name[0] == '>', fortran, shape, length);

        Either<PtqError, NpyHeader> Missing(string key) => place.Bad("header", $"no {key}", "descr, fortran_order and shape");
        Either<PtqError, NpyHeader> Kind(string key, PythonValue value, string wanted) => place.Bad(key, Shown(value), wanted);
    }

    private static Either<PtqError, NpyType> TypeOf(Place place, string descr) =>
        descr.Length >= 2 && descr[1] == 'O' ? place.Bad("descr", $"{Place.Quote(descr)}, pickled Python objects", Wanted)
        : descr.Length != 3 || descr[0] is not ('<' or '>' or '|' or '=') ? place.Bad("descr", Place.Quote(descr), Wanted)
        : NpyTypes.Find(descr[1..]).ToEither(place.Bad("descr", Place.Quote(descr), Wanted));

    private static string Shown(PythonValue value) => value switch
    {
        PythonValue.Text t => $"the string {Place.Quote(t.Value)}",
        PythonValue.Truth t => $"{t.Value}",
        PythonValue.Whole w => $"({string.Join(", ", w.Values.Take(8))})",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
