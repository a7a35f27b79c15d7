using FsCheck;
using FsCheck.Fluent;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Properties.Framework;
using Ptq.Tensors;
using static Ptq.Properties.Expect;

namespace Ptq.Properties;

public class An_ONNX_file
{
    [Property(Arbitrary = [typeof(OnnxNetworks)])]
    public bool Reads_as_what_was_written(Model.Network network) => Right(OnnxFile.Read("x.onnx", Right(OnnxFile.Write(network)))) == network;

    [Property(Arbitrary = [typeof(OnnxNetworks)])]
    public bool Is_the_same_every_time(Model.Network network) => Right(OnnxFile.Write(network)).AsSpan().SequenceEqual(Right(OnnxFile.Write(network)));
}

/// <summary>Small networks of any operators, element types, attributes and names; what the file says beside them included.</summary>
public static class OnnxNetworks
{
    public static Arbitrary<Model.Network> Networks() => Arb.From(
        from opset in Gen.Choose(13, 21)
        from inputs in Gen.ListOf(Ports)
        from constants in Gen.ListOf(Constants)
        from outline in Gen.NonEmptyListOf(Outline)
        from info in Infos
        select Of(opset, [.. inputs], [.. constants], [.. outline], info));

    private static Gen<string> Words { get; } = Gen.Elements("", "a", "conv/weights", "χ", "two\nlines", "\"", "name_2", "0123456789012345678901234567890123456789012345678901234567890123456789");

    private static Gen<Values<byte>> Bytes { get; } = Gen.ListOf(Gen.Choose(0, 255)).Select(bs => Values.From(bs.Select(b => (byte)b)));

    private static Gen<long> Longs { get; } = Gen.OneOf(Gen.Choose(-3, 300).Select(i => (long)i), Gen.Elements(long.MinValue, long.MaxValue, 1L << 32));

    private static Gen<float> Reals { get; } = Gen.OneOf(Generators.Reals, Gen.Elements(0, float.PositiveInfinity, float.NaN, float.MaxValue, float.Epsilon));

    private static Gen<ElementType> Types { get; } = Gen.Elements(Enum.GetValues<ElementType>());

    private static Gen<Constant> Constants { get; } =
        from type in Types
        from lengths in Gen.ListOf(Gen.Choose(0, 3))
        from seed in Gen.Choose(0, 255)
        let shape = Shape.Of([.. lengths.Take(4)])
        select Constant.Of(type, shape, Values.From(Enumerable.Range(0, (int)type.BytesOf(shape.Count)).Select(i => (byte)(type == ElementType.Bool ? (seed + i) & 1 : seed + 37 * i))));

    private static Gen<Dimension> Dimensions { get; } = Gen.OneOf(Gen.Choose(0, int.MaxValue).Select(n => new Dimension(n)), Words.Select(w => new Dimension(-1, w)));

    private static Gen<Port> Ports { get; } =
        from type in Types
        from count in Gen.Choose(0, 8)
        from dims in Gen.ListOf(Dimensions, count)
        from hasShape in Gen.Elements(true, true, true, false)
        select new Port("", type, hasShape ? Values.From(dims) : [], hasShape);

    private static Gen<AttributeValue> Attributes { get; } = Gen.OneOf(
        Longs.Select(x => (AttributeValue)new AttributeValue.Whole(x)),
        Reals.Select(x => (AttributeValue)new AttributeValue.Real(x)),
        Words.Select(x => (AttributeValue)new AttributeValue.Text(x)),
        Gen.ListOf(Longs).Select(x => (AttributeValue)new AttributeValue.Wholes(Values.From(x))),
        Gen.ListOf(Reals).Select(x => (AttributeValue)new AttributeValue.Reals(Values.From(x))),
        Gen.ListOf(Words).Select(x => (AttributeValue)new AttributeValue.Texts(Values.From(x))),
        Constants.Select(x => (AttributeValue)new AttributeValue.Data(x)));

    /// <summary>An operation without tensors: its operator, domain, attributes, how many outputs it has, where its inputs come from, and a doc string.</summary>
    private static Gen<(string Op, string Domain, AttributeValue[] Attributes, int Outputs, int[] Inputs, bool Noted)> Outline { get; } =
        from op in Gen.Elements("Conv", "Relu", "Mystery", "Add")
        from domain in Gen.Elements("", "", "com.example")
        from attributes in Gen.ListOf(Attributes)
        from outputs in Gen.Choose(1, 3)
        from inputs in Gen.ListOf(Gen.Choose(-1, 1000))
        from noted in Gen.Elements(true, false)
        select (op, domain, attributes.ToArray(), outputs, inputs.ToArray(), noted);

    private static Gen<NetworkInfo> Infos { get; } =
        from name in Words
        from producer in Words
        from keys in Gen.ListOf(Words)
        from domains in Gen.ListOf(Gen.Elements("com.example", "org.example"))
        from unknown in Bytes
        select new NetworkInfo(name, producer, producer, ByName<string>.Of(keys.Distinct(StringComparer.Ordinal).Select(k => (k, name))), ByName<AttributeValue.Whole>.Of(domains.Distinct(StringComparer.Ordinal).Select(d => (d, new AttributeValue.Whole(d.Length)))),
            10, new Rest(Field(999, unknown), Field(10, unknown), ByName<Values<byte>>.Of([]), ByName<Values<byte>>.Of([])));

    private static Model.Network Of(int opset, Port[] inputs, Constant[] constants, (string Op, string Domain, AttributeValue[] Attributes, int Outputs, int[] Inputs, bool Noted)[] outline, NetworkInfo info)
    {
        Port[] takes = [.. inputs.Select((p, i) => p with { Name = $"x{i}" })];
        var tensors = takes.Select(p => p.Name).Concat(constants.Select((_, i) => $"w{i}")).ToList();
        var operations = new List<Operation>();
        foreach (var (o, k) in outline.Select((o, k) => (o, k)))
        {
            string[] reads = [.. o.Inputs.Select(i => i < 0 || tensors.Count == 0 ? "" : tensors[i % tensors.Count])];
            string[] writes = [.. Enumerable.Range(0, o.Outputs).Select(i => i == 1 && o.Outputs == 3 ? "" : $"{o.Op}{k}:{i}")];
            operations.Add(new($"n{k}", o.Op, Values.Of<string>(reads), Values.Of<string>(writes), ByName<AttributeValue>.Of(o.Attributes.Select((a, i) => ($"a{i}", a))), o.Domain));
            tensors.AddRange(writes.Where(w => w.Length > 0));
        }
        var notes = operations.Where((_, k) => outline[k].Noted).Select(o => (o.Name, Field(6, [1, 2, 3])));
        return Right(Model.Network.Create(opset, Values.Of<Port>(takes), ByName<Constant>.Of(constants.Select((c, i) => ($"w{i}", c))), Values.From(operations), [new(operations[^1].Output, ElementType.Float32, [])],
            info with { Rest = info.Rest with { Operations = ByName<Values<byte>>.Of(notes), Ports = ByName<Values<byte>>.Of(takes.Take(1).Select(p => (p.Name, Field(3, [4])))) } }));
    }

    /// <summary>A field of bytes as protobuf has it, fewer than 128 of them; nothing for none.</summary>
    private static Values<byte> Field(int number, Values<byte> bytes) => bytes.Length == 0 ? [] : [.. Tag(number << 3 | 2), (byte)Math.Min(127, bytes.Length), .. bytes.Span[..Math.Min(127, bytes.Length)]];

    private static byte[] Tag(int tag) => tag < 128 ? [(byte)tag] : [(byte)(tag | 128), (byte)(tag >> 7)];
}
