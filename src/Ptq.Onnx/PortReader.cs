using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;

namespace Ptq.Onnx;

/// <summary>ValueInfoProto → Port.</summary>
internal static class PortReader
{
    /// <summary>The name alone: initializers that are inputs too need nothing else.</summary>
    public static string NameOf(ProtoMessage message)
    {
        var name = "";
        foreach (var field in message.Fields())
            if (field.Number == 1) name = field.Text("name");
        return name.Length > 0 ? name : throw message.Spot.Bad("no name", "one");
    }

    /// <summary>The port, and what else the file says of it.</summary>
    public static (Port Port, byte[] Other) Read(ProtoMessage message)
    {
        var (name, type, rest) = (NameOf(message), default(ProtoMessage?), default(MemoryStream));
        var spot = message.Spot.In(Quoted.Text(name));
        foreach (var field in message.Fields())
            if (field.Number == 2) type = field.Message("type");
            else if (field.Number != 1) (rest ??= new()).Write(field.Raw.Span);
        var tensor = default(ProtoMessage?);
        foreach (var field in (type ?? throw spot.Bad("no type", "a tensor")).Fields())
            if (field.Number == 1) tensor = field.Message("tensor_type");
            else if (field.Number != 6) throw spot.Bad("a sequence, map, optional or sparse tensor", "a tensor"); // 6: a denotation

        var (element, shape) = (0L, default(ProtoMessage?));
        foreach (var field in (tensor ?? throw spot.Bad("no type", "a tensor")).Fields())
            if (field.Number == 1) element = field.Whole("elem_type");
            else if (field.Number == 2) shape = field.Message("shape");
        var dims = new List<Dimension>();
        if (shape is not null)
            foreach (var field in shape.Value.Fields())
                if (field.Number != 1) continue;
                else if (dims.Count < TensorReader.MostAxes) dims.Add(DimensionOf(field.Message("dim", dims.Count) with { Spot = spot.In("dim", dims.Count) }));
                else throw spot.Bad($"more than {TensorReader.MostAxes} axes", $"at most {TensorReader.MostAxes}");
        return (new(name, TensorReader.TypeOf(spot, element), Values.From(dims), shape is not null), rest?.ToArray() ?? []);
    }

    private static Dimension DimensionOf(ProtoMessage message)
    {
        var dimension = new Dimension(-1);
        foreach (var field in message.Fields())
            dimension = field.Number switch
            {
                1 => field.Whole("dim_value") switch
                {
                    >= -1 and <= int.MaxValue and var length => new((int)length), // exporters write −1 for a free length
                    var other => throw message.Spot.Bad($"{other}", "0 to 2³¹ − 1, or a free length"),
                },
                2 => new(-1, field.Text("dim_param")),
                _ => dimension,
            };
        return dimension;
    }
}
