using System.Buffers.Binary;
using System.Text;
using Ptq.Data;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Properties.Hostile;

/// <summary>NPY files, and what is done to them.</summary>
internal static class NpyEdits
{
    private static string[] Descrs { get; } =
    [
        "'<f4'", "'>f4'", "'=f4'", "'|f4'", "'f4'", "'<f8'", "'<f2'", "'|u1'", "'|i1'", "'|b1'", "'<i8'", "'>u8'", "'<f16'", "'<c8'", "'<f3'", "'<f-'", "'<U4'", "'|V8'", "'|O'", "'|S1'", "''", "'<'", "'<\\x66'", "'<f4", "f4", "4", "True", "()",
        "[('a', '<f4')]", "('<f4', (2,))", "None", "'<f99999999999999999999'", "\"<f4\"", "'<f4\n'", "'\u001b[2J'",
    ];

    private static string[] Orders { get; } = ["True", "False", "true", "1", "None", "'True'", "Truely", "()", "[]", "Fals"];

    private static string[] Shapes { get; } =
    [
        "()", "(0,)", "(1,)", "(3)", "(3,)", "(2, 3)", "(2,3,)", "(-1,)", "(2, -3)", "(2147483647,)", "(2147483648,)", "(9223372036854775807,)", "(9223372036854775808,)", "(65536, 65536)", "(4294967296, 4294967296)", "(0, 9223372036854775807)",
        "(1L, 2L)", "(007,)", "(1.0,)", "(1e999,)", "(True,)", "((2,), 3)", "[2, 3]", "3", "'(3,)'", "(,)", "(", "(3,,)", "(3 4)", "({},)",
    ];

    public static FileFormat Format { get; } = new("x.npy", Sound,
    [
        .. ByteEdits.All(Sound),
        new("version", (file, drawn) => ByteEdits.Number(file, drawn.Of(6, 7), 1, drawn.From(0, 4))),
        new("header length", (file, drawn) => ByteEdits.Number(file, 8, drawn.Of(2, 4), drawn.Of(ByteEdits.Numbers))),
        new("dict", (file, drawn) => [.. Header(Dict(drawn), drawn.From(1, 3)), .. file[Math.Min(file.Length, 128)..]]),
        new("dict and data", (_, drawn) => [.. Header(Dict(drawn), drawn.From(1, 3)), .. new byte[drawn.Of(0, 1, 2, 4, 6, 8, 12, 24, 48)]]),
        new("text", (file, drawn) => [.. Header(Text(drawn), drawn.From(1, 3)), .. file[Math.Min(file.Length, 128)..]]),
    ]);

    /// <summary>A sound file of any type, order and rank.</summary>
    public static byte[] Sound(Drawn drawn)
    {
        var (type, lengths) = (drawn.Of(Enum.GetValues<NpyType>()), drawn.Each(drawn.From(0, 4), _ => drawn.Of(0, 1, 2, 3, 4, 9)));
        var shape = Shape.Of(lengths);
        var bytes = Enumerable.Range(0, shape.Count * type.ItemSize).Select(_ => (byte)(type == NpyType.Bool ? drawn.From(0, 1) : drawn.From(0, 255))).ToArray();
        if (drawn.From(0, 1) == 0) return Npy.Write(NpyArray.Of(shape, type, Values.Of<byte>(bytes)));
        var descr = drawn.Of("<", ">", "=", "|") + type.Descr[1..];
        return [.. Header($"{{'descr': '{descr}', 'fortran_order': {drawn.Of("True", "False")}, 'shape': ({string.Concat(lengths.Select(n => $"{n}, "))}), }}".Replace("(, )", "()", StringComparison.Ordinal).Replace(", )", ",)", StringComparison.Ordinal), drawn.From(1, 3)), .. bytes];
    }

    /// <summary>A file's beginning with this for a dict.</summary>
    public static byte[] Header(string dict, int version)
    {
        var text = Encoding.UTF8.GetBytes(dict + "\n");
        byte[] length = version == 1 ? [0, 0] : [0, 0, 0, 0];
        if (version == 1) BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)text.Length);
        else BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. text];
    }

    private static string Dict(Drawn drawn)
    {
        var pairs = new List<string>();
        for (var i = drawn.Of(3, 3, 3, 2, 4, 6); i > 0; i--)
            pairs.Add(drawn.From(0, 20) == 0 ? $"'{drawn.Of("", "x", "Shape", "descr ", "\u0000")}': 1" : (pairs.Count % 3) switch
            {
                0 => $"'descr': {drawn.Of(drawn.Of(Descrs), "'<f4'", "'|u1'")}",
                1 => $"'fortran_order': {drawn.Of(drawn.Of(Orders), "True", "False")}",
                _ => $"'shape': {drawn.Of(drawn.Of(Shapes), "(2,)", "(2, 3)", "()")}",
            });
        return $"{{{string.Join(drawn.Of(", ", ", ", ", ", ",", " "), pairs)}{drawn.Of("", ", ", ",")}}}{drawn.Of("", "   ", "x", "}")}";
    }

    // As long as a header may be, and longer: what nests, what repeats, what never ends.
    private static string Text(Drawn drawn)
    {
        var length = drawn.Of(100, 5000, 9998, 9999, 10_000, 60_000);
        return drawn.From(0, 5) switch
        {
            0 => new string('(', length),
            1 => "{" + string.Concat(Enumerable.Range(0, length / 10).Select(i => $"'k{i}': True,")) + "}",
            2 => "{'descr': '<f4', 'fortran_order': False, 'shape': (" + string.Concat(Enumerable.Repeat("1,", length / 2 - 40)) + ")}",
            3 => "{'descr': '<f4', 'fortran_order': False, 'shape': (" + new string('9', length - 60) + ",)}",
            4 => "{'descr': '" + new string('x', length - 60) + "', 'fortran_order': False, 'shape': ()}",
            _ => new string(' ', length),
        };
    }
}
