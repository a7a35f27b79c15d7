using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;

namespace Ptq.Onnx;

/// <summary>AttributeProto → AttributeValue.</summary>
internal sealed class AttributeReader(TensorReader tensors)
{
    /// <summary>AttributeProto.AttributeType.</summary>
    internal const int Float = 1, Int = 2, String = 3, Tensor = 4, Graph = 5, Floats = 6, Ints = 7, Strings = 8, Graphs = 10, Sparse = 11, Sparses = 12;

    /// <summary>The attribute's name and value.</summary>
    public (string Name, AttributeValue Value) Read(ProtoMessage message)
    {
        var (name, type, seen, textual) = ("", 0L, 0, true);
        var (whole, real, text, tensor) = (0L, 0f, "", default(ProtoMessage?));
        var (wholes, reals, texts) = (default(List<long>), default(List<float>), default(List<string>)); // most attributes have none of them
        foreach (var field in message.Fields())
        {
            switch (field.Number)
            {
                case 1: name = field.Text("name"); break;
                case 2: real = field.Real("f"); break;
                case 3: whole = field.Whole("i"); break;
                case 4: if (field.TextOrNull("s") is { } s) text = s; else textual = false; break;
                case 5: tensor = field.Message("t"); break;
                case 7: field.RealsTo(reals ??= [], "floats"); break;
                case 8: field.WholesTo(wholes ??= [], "ints"); break;
                case 9: if (field.TextOrNull("strings") is { } one) (texts ??= []).Add(one); else textual = false; break;
                case 20: type = field.Whole("type"); break;
                case 21: throw message.Spot.In("ref_attr_name").Bad("an attribute of a function", "a value");
            }
            if (seen == 0) seen = TypeOf(field.Number);
        }
        var spot = message.Spot.In(Quoted.Text(name));
        if (name.Length == 0) throw spot.Bad("no name", "one");
        return (name, (type == 0 ? seen : type) switch // files of IR 1 left the type out
        {
            Float => new AttributeValue.Real(real),
            Int => new AttributeValue.Whole(whole),
            String when textual => new AttributeValue.Text(text),
            Tensor => new AttributeValue.Data(tensors.Read((tensor ?? throw spot.Bad("none", "a tensor")) with { Spot = spot }).Value),
            Floats => new AttributeValue.Reals(Values.From(reals ?? [])),
            Ints => new AttributeValue.Wholes(Values.From(wholes ?? [])),
            Strings when textual => new AttributeValue.Texts(Values.From(texts ?? [])),
            Graph or Graphs => throw spot.Bad("a graph inside a node", "an operator without a body: If, Loop, Scan and their like are not supported"),
            Sparse or Sparses => throw spot.Bad("a sparse tensor", "a dense one"),
            0 => throw spot.Bad("no value", "one"),
            _ => new AttributeValue.Opaque(Values.Of(message.Bytes.Span)),
        });
    }

    private static int TypeOf(int field) => field switch
    {
        2 => Float,
        3 => Int,
        4 => String,
        5 => Tensor,
        6 => Graph,
        7 => Floats,
        8 => Ints,
        9 => Strings,
        10 => 9,
        11 => Graphs,
        22 => Sparse,
        23 => Sparses,
        _ => 0,
    };
}
