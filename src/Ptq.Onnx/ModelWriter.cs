using LanguageExt;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Onnx;

/// <summary>Network → ModelProto, fields in the order of their numbers.</summary>
internal static class ModelWriter
{
    /// <summary>The model as a file; its large tensors go to another one, where one is given.</summary>
    public static Either<PtqError, FileImage> Write(Network network, DataFile? data = null)
    {
        var info = network.Info;
        var model = new ProtoWriter().Whole(1, Math.Max(info.Format, FormatOf(network.Opset))).TextUnlessEmpty(2, info.Producer).TextUnlessEmpty(3, info.ProducerVersion)
            .Message(7, Graph(network, data)).Message(8, new ProtoWriter().Whole(2, network.Opset));
        for (var i = 0; i < info.Domains.Count; i++) model.Message(8, new ProtoWriter().Text(1, info.Domains.Names[i]).Whole(2, info.Domains.Items[i].Value));
        for (var i = 0; i < info.Metadata.Count; i++) model.Message(14, new ProtoWriter().Text(1, info.Metadata.Names[i]).Text(2, info.Metadata.Items[i]));
        model.AsItStands(info.Rest.Model);
        return model.Length <= Array.MaxLength ? model.ToImage() : new PtqError.BadGraph("", "file", $"{model.Length} bytes", $"at most {Array.MaxLength}: protobuf has no longer messages. Large tensors can go to a file of their own");
    }

    /// <summary>The format's version that an operator set came with (ONNX, "Versioning": released versions).</summary>
    public static int FormatOf(int opset) => opset switch
    {
        <= 14 => 7,
        <= 18 => 8,
        <= 20 => 9,
        _ => 10,
    };

    private static ProtoWriter Graph(Network network, DataFile? data)
    {
        var (graph, rest) = (new ProtoWriter(), network.Info.Rest);
        foreach (var operation in network.Operations)
        {
            var node = Node(operation);
            if (rest.Operations.Find(operation.Name).Case is SomeCase<Numerics.Values<byte>>(var notes)) node.AsItStands(notes);
            graph.Message(1, node);
        }
        graph.TextUnlessEmpty(2, network.Info.Name);
        for (var i = 0; i < network.Constants.Count; i++) graph.Message(5, Tensor(network.Constants.Names[i], network.Constants.Items[i], data));
        foreach (var input in network.Inputs) graph.Message(11, Port(input, rest));
        foreach (var output in network.Outputs) graph.Message(12, Port(output, rest));
        return graph.AsItStands(rest.Graph);
    }

    private static ProtoWriter Node(Operation operation)
    {
        var node = new ProtoWriter();
        foreach (var input in operation.Inputs) node.Text(1, input);
        foreach (var output in operation.Outputs) node.Text(2, output);
        node.Text(3, operation.Name).Text(4, operation.Op);
        for (var i = 0; i < operation.Attributes.Count; i++)
            if (operation.Attributes.Items[i] is AttributeValue.Opaque opaque) node.Bytes(5, opaque.Message);
            else node.Message(5, Attribute(operation.Attributes.Names[i], operation.Attributes.Items[i]));
        return node.TextUnlessEmpty(7, operation.Domain);
    }

    private static ProtoWriter Attribute(string name, AttributeValue value)
    {
        var attribute = new ProtoWriter().Text(1, name);
        switch (value)
        {
            case AttributeValue.Real real: return attribute.Real(2, real.Value).Whole(20, AttributeReader.Float);
            case AttributeValue.Whole whole: return attribute.Whole(3, whole.Value).Whole(20, AttributeReader.Int);
            case AttributeValue.Text text: return attribute.Text(4, text.Value).Whole(20, AttributeReader.String);
            case AttributeValue.Data data: return attribute.Message(5, Tensor("", data.Value)).Whole(20, AttributeReader.Tensor);
            case AttributeValue.Reals reals:
                foreach (var each in reals.Each) attribute.Real(7, each);
                return attribute.Whole(20, AttributeReader.Floats);
            case AttributeValue.Wholes wholes:
                foreach (var each in wholes.Each) attribute.Whole(8, each);
                return attribute.Whole(20, AttributeReader.Ints);
            case AttributeValue.Texts texts:
                foreach (var each in texts.Each) attribute.Text(9, each);
                return attribute.Whole(20, AttributeReader.Strings);
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    private static ProtoWriter Tensor(string name, Constant value, DataFile? data = null)
    {
        var tensor = new ProtoWriter();
        foreach (var length in value.Shape.Lengths) tensor.Whole(1, length);
        tensor.Whole(2, (long)value.Type).TextUnlessEmpty(8, name);
        if (data?.Put(value) is not { } offset) return tensor.Bytes(9, value);
        foreach (var (key, entry) in ((string, string)[])[("location", data.Location), ("offset", $"{offset}"), ("length", $"{value.Span.Length}")]) tensor.Message(13, new ProtoWriter().Text(1, key).Text(2, entry));
        return tensor.Whole(14, 1);
    }

    private static ProtoWriter Port(Port port, Rest rest)
    {
        var shape = new ProtoWriter();
        foreach (var dimension in port.Dims)
            shape.Message(1, dimension.IsFree ? new ProtoWriter().TextUnlessEmpty(2, dimension.Symbol ?? "") : new ProtoWriter().Whole(1, dimension.Length));
        var tensor = new ProtoWriter().Whole(1, (long)port.Type);
        if (port.HasShape) tensor.Message(2, shape);
        var value = new ProtoWriter().Text(1, port.Name).Message(2, new ProtoWriter().Message(1, tensor));
        return rest.Ports.Find(port.Name).Case is SomeCase<Numerics.Values<byte>>(var notes) ? value.AsItStands(notes) : value;
    }
}
