using System.Globalization;

namespace Ptq.Properties.Hostile;

/// <summary>ONNX files of nothing but one kind of field, each as short as it can be: what costs a reader most for its length.</summary>
internal static class DenseModels
{
    /// <summary>The kinds, each with the fields that many of it consist of; a file has a graph of an input and a node beside them.</summary>
    private static (string Name, Func<int, ProtoNode> One, string Owner)[] Kinds { get; } =
    [
        ("nodes", i => ProtoNode.Message(1, "Node", ProtoNode.Text(2, Name(i)), ProtoNode.Text(4, "A")), "graph"),
        ("nodes with attributes", i => ProtoNode.Message(1, "Node", ProtoNode.Text(2, Name(i)), ProtoNode.Text(4, "A"), ProtoNode.Message(5, "", ProtoNode.Text(1, "a"), ProtoNode.Whole(3, 1))), "graph"),
        ("nodes in a chain", i => ProtoNode.Message(1, "Node", ProtoNode.Text(1, i == 0 ? "" : Name(i - 1)), ProtoNode.Text(2, Name(i)), ProtoNode.Text(4, "A")), "graph"),
        ("nodes that name nothing", _ => ProtoNode.Message(1, "Node"), "graph"),
        ("constants", i => ProtoNode.Message(1, "Node", ProtoNode.Text(2, Name(i)), ProtoNode.Text(4, "Constant"), ProtoNode.Message(5, "", ProtoNode.Text(1, "value_int"), ProtoNode.Whole(3, 1))), "graph"),
        ("initializers", i => ProtoNode.Message(5, "", ProtoNode.Whole(1, 0), ProtoNode.Whole(2, 1), ProtoNode.Text(8, Name(i))), "graph"),
        ("inputs", i => ProtoNode.Message(11, "", ProtoNode.Text(1, Name(i)), ProtoNode.Message(2, "", ProtoNode.Message(1, "", ProtoNode.Whole(1, 1)))), "graph"),
        ("outputs", i => ProtoNode.Message(12, "", ProtoNode.Text(1, Name(i)), ProtoNode.Message(2, "", ProtoNode.Message(1, "", ProtoNode.Whole(1, 1)))), "graph"),
        ("values in between", _ => ProtoNode.Message(13, ""), "graph"),
        ("unknown fields", _ => ProtoNode.Whole(15 + 1, 1), "graph"),
        ("metadata", i => ProtoNode.Message(14, "", ProtoNode.Text(1, Name(i))), "model"),
        ("empty metadata", _ => ProtoNode.Message(14, ""), "model"),
        ("operator sets", i => ProtoNode.Message(8, "", ProtoNode.Text(1, Name(i))), "model"),
        ("empty operator sets", _ => ProtoNode.Message(8, ""), "model"),
        ("attributes", i => ProtoNode.Message(5, "", ProtoNode.Text(1, Name(i)), ProtoNode.Whole(3, 1)), "node"),
        ("inputs of a node", _ => ProtoNode.Text(1, "x"), "node"),
        ("missing inputs of a node", _ => ProtoNode.Text(1, ""), "node"),
        ("outputs of a node", i => ProtoNode.Text(2, Name(i)), "node"),
        ("integers, one by one", _ => ProtoNode.Whole(8, 1), "attribute"),
        ("integers", _ => ProtoNode.Data(8, [1]), "attribute"),
        ("reals", _ => ProtoNode.Data(7, [0, 0, 0, 0]), "attribute"),
        ("no reals", _ => ProtoNode.Data(7, []), "attribute"),
        ("texts", _ => ProtoNode.Text(9, ""), "attribute"),
        ("elements, one by one", _ => ProtoNode.Whole(5, 1), "tensor"),
        ("no elements", _ => ProtoNode.Data(5, []), "tensor"),
        ("dimensions", _ => ProtoNode.Data(1, []), "tensor"),
        ("external data", _ => ProtoNode.Message(13, ""), "tensor"),
        ("types", _ => ProtoNode.Message(1, ""), "type"),
        ("shapes", _ => ProtoNode.Message(2, ""), "tensor type"),
        ("old clips", i => Old(i, "Clip", ProtoNode.Message(5, "", ProtoNode.Text(1, "min"), new ProtoNode { Number = 2, Wire = Google.Protobuf.WireFormat.WireType.Fixed32 })), "graph"),
        ("old slices", i => Old(i, "Slice", List("starts"), List("ends"), List("axes")), "graph"),
        ("old squeezes", i => Old(i, "Squeeze", List("axes")), "graph"),
        ("old pads", i => Old(i, "Pad", List("pads")), "graph"),
        ("old softmaxes", i => Old(i, "Softmax"), "graph"),
        ("old softmaxes of nothing", i => ProtoNode.Message(1, "", ProtoNode.Text(2, Name(i)), ProtoNode.Text(4, "Softmax")), "graph"),
        ("old sums", i => Old(i, "Add", ProtoNode.Message(5, "", ProtoNode.Text(1, "broadcast"), ProtoNode.Whole(3, 1))), "graph"),
        ("old upsamples", i => Old(i, "Upsample", ProtoNode.Message(5, "", ProtoNode.Text(1, "scales"), ProtoNode.Data(7, [0, 0, 128, 63]))), "graph"),
    ];

    private static ProtoNode Old(int i, string op, params ProtoNode[] attributes) =>
        ProtoNode.Message(1, "", [ProtoNode.Text(1, "x"), .. op == "Add" ? (ProtoNode[])[ProtoNode.Text(1, "x")] : [], ProtoNode.Text(2, Name(i)), ProtoNode.Text(4, op), .. attributes]);

    private static ProtoNode List(string name) => ProtoNode.Message(5, "", ProtoNode.Text(1, name), ProtoNode.Data(8, [0]));

    /// <summary>A file of each kind.</summary>
    public static IEnumerable<(string Name, byte[] File)> All(int count) => Kinds.Select(kind => (kind.Name, Of(kind.Owner, kind.Name.StartsWith("old", StringComparison.Ordinal) ? 6 : 13, Enumerable.Range(0, count).Select(kind.One))));

    private static byte[] Of(string owner, int opset, IEnumerable<ProtoNode> many)
    {
        ProtoNode[] In(string name) => owner == name ? [.. many] : [];
        var type = ProtoNode.Message(1, "", [ProtoNode.Whole(1, 1), .. In("tensor type")]);
        var input = ProtoNode.Message(11, "", ProtoNode.Text(1, "x"), ProtoNode.Message(2, "", [type, .. In("type")]));
        var weights = ProtoNode.Message(5, "", [ProtoNode.Whole(2, 6), ProtoNode.Text(8, "w"), .. In("tensor")]);
        var attribute = ProtoNode.Message(5, "", [ProtoNode.Text(1, "a"), .. In("attribute")]);
        var node = ProtoNode.Message(1, "", [ProtoNode.Text(1, "x"), ProtoNode.Text(2, "y"), ProtoNode.Text(4, "A"), .. owner == "attribute" ? (ProtoNode[])[attribute] : [], .. In("node")]);
        var graph = ProtoNode.Message(7, "", [input, .. owner == "tensor" ? (ProtoNode[])[weights] : [], node, .. In("graph"), ProtoNode.Message(12, "", ProtoNode.Text(1, "y"), ProtoNode.Message(2, "", type))]);
        return ProtoNode.Message(0, "Model", [ProtoNode.Whole(1, 8), graph, ProtoNode.Message(8, "", ProtoNode.Whole(2, opset)), .. In("model")]).Content();
    }

    // Names of one to four letters that ask for no more than they are long.
    private static string Name(int i) => i.ToString("x", CultureInfo.InvariantCulture);
}
