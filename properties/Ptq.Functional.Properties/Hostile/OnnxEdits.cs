using Google.Protobuf;
using Ptq.Engine;

namespace Ptq.Properties.Hostile;

/// <summary>ONNX files, and what is done to their fields.</summary>
internal static class OnnxEdits
{
    private static byte[][] Networks { get; } = [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "networks"), "*.onnx", SearchOption.AllDirectories).Where(path => new FileInfo(path).Length < 20_000).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    private static byte[] LeNet { get; } = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "networks", "lenet_fashion.onnx"));

    private static string[] Operators { get; } = [.. NetworkEngine.Operators];

    private static string[] Texts { get; } =
    [
        "", " ", "x", "../../../etc/passwd", "/etc/passwd", "a/../../b", "C:\\x", "\\\\server\\x", "weights.bin", "a\u0000b", "\u001b[2J", "two\nlines", new string('n', 3000), "If", "Loop", "Scan", "SequenceAt", "Constant", "ai.onnx", "ai.onnx.ml", "com.microsoft", "value", "value_int",
        "-1", "18446744073709551616", "9223372036854775807", "99", "1e9",
    ];

    private static string[] Attributes { get; } =
    [
        "axis", "axes", "perm", "kernel_shape", "strides", "pads", "dilations", "group", "to", "alpha", "beta", "keepdims", "value", "shape", "auto_pad", "mode", "blocksize", "split", "num_outputs", "hidden_size", "direction", "equation", "epsilon", "output_shape",
        "ceil_mode", "transA", "transB", "starts", "ends", "k", "largest", "block_size", "storage_order", "scales", "broadcast", "to", "dtype", "size", "detect_positive",
    ];

    private static long[] Lengths => [0, 1, 1, 2, 2, 3, 4, 8, -1, -2, 64, 1000, 1 << 16, 1 << 28, int.MaxValue, 1L << 31, 1L << 32, long.MaxValue, long.MinValue];

    public static FileFormat Format { get; } = new("x.onnx", Sound,
    [
        .. ByteEdits.All(Sound),
        new("field gone", Fields((owner, at, _, _) => owner.RemoveAt(at))),
        new("field twice", Fields((owner, at, _, _) => owner.Insert(at, owner[at].Copy()))),
        new("field many times", Fields((owner, at, _, drawn) => owner.InsertRange(at, Enumerable.Repeat(owner[at], Math.Min(drawn.Of(10, 1000, 20_000), 100_000 / (8 + owner[at].Content().Length)))))),
        new("field elsewhere", Fields((owner, at, root, drawn) => drawn.Of([.. root.All().Prepend(root).Where(n => n.Fields is not null)]).Fields!.Add(owner[at].Copy()))),
        new("fields in another order", Fields((owner, at, _, drawn) => (owner[at], owner[drawn.From(0, owner.Count - 1)]) = (owner[drawn.From(0, owner.Count - 1)], owner[at]))),
        new("field of another file", Fields((owner, at, _, drawn) => owner[at] = Sibling(owner[at], Tree(Sound(drawn)), drawn))),
        new("field number", Fields((owner, at, _, drawn) => owner[at].Number = drawn.Of(drawn.From(1, 25), 100, 536870911))),
        new("wire type", Fields((owner, at, _, drawn) => owner[at].Wire = (WireFormat.WireType)drawn.From(0, 5))),
        new("length", Fields((owner, at, _, drawn) => owner[at].Lie = drawn.Of(-1, 1, 2, 100, drawn.Of(ByteEdits.Numbers)))),
        new("integer", Edited(n => n.Wire == WireFormat.WireType.Varint, (field, _, drawn) => field.Value = (ulong)drawn.Of(drawn.From(0, 24), drawn.Of(ByteEdits.Numbers), drawn.Of(Lengths)))),
        new("text", Edited(n => n is { Wire: WireFormat.WireType.LengthDelimited, Fields: null }, (field, root, drawn) => field.Bytes = drawn.From(0, 3) == 0 ? Utf8(drawn.Of(Texts)) : drawn.Of(Leaves(root)).Bytes)),
        new("no UTF-8", Edited(n => n is { Wire: WireFormat.WireType.LengthDelimited, Fields: null }, (field, _, drawn) => field.Bytes = [.. field.Bytes, drawn.Of<byte>(0xFF, 0xC0, 0x80)])),
        new("operator", Inside("Node", (node, drawn) => Set(node, ProtoNode.Text(4, drawn.Of(Operators))))),
        new("input", Inside("Node", (node, root, drawn) => node.Insert(drawn.From(0, node.Count), ProtoNode.Data(1, drawn.From(0, 3) == 0 ? [] : drawn.Of(Leaves(root)).Bytes)))),
        new("attribute", Inside("Node", (node, drawn) => node.Add(Attribute(drawn)))),
        new("dims", Inside("Tensor", (tensor, drawn) =>
        {
            tensor.RemoveAll(f => f.Number == 1);
            for (var i = drawn.Of(0, 1, 2, 3, 4, 5, 70); i > 0; i--) tensor.Add(ProtoNode.Whole(1, drawn.Of(Lengths)));
        })),
        new("elements", Inside("Tensor", (tensor, drawn) =>
        {
            tensor.RemoveAll(f => f.Number is 1 or 2 or 4 or 5 or 7 or 9 or 10 or 11 or 13 or 14);
            var numbers = drawn.Each(drawn.Of(0, 1, 1, 2, 3, 4, 5), i => i).Select(_ => drawn.Of(drawn.Of(Lengths), drawn.From(-3, 5))).ToArray();
            if (numbers.Length != 1 || drawn.From(0, 1) == 0) tensor.Add(ProtoNode.Whole(1, numbers.Length));
            tensor.AddRange([ProtoNode.Whole(2, 7), ProtoNode.Data(9, [.. numbers.SelectMany(BitConverter.GetBytes)])]);
        })),
        new("data type", Inside("Tensor", (tensor, drawn) => Set(tensor, ProtoNode.Whole(2, drawn.From(0, 24))))),
        new("external data", Inside("Tensor", (tensor, drawn) =>
        {
            tensor.RemoveAll(f => f.Number is 4 or 5 or 7 or 9 or 10 or 11);
            tensor.Add(ProtoNode.Whole(14, drawn.Of(1, 1, 1, 0, 2)));
            foreach (var key in (string[])["location", "offset", "length"])
                if (drawn.From(0, 3) > 0) tensor.Add(ProtoNode.Message(13, "Entry", ProtoNode.Text(1, key), ProtoNode.Text(2, key == "location" ? drawn.Of("weights.bin", "./weights.bin", drawn.Of(Texts)) : drawn.Of("0", "4", "16", "64", drawn.Of(Texts)))));
        })),
        new("shape", Inside("Shape", (shape, drawn) =>
        {
            shape.Clear();
            for (var i = drawn.Of(0, 1, 2, 3, 4, 5, 70); i > 0; i--) shape.Add(ProtoNode.Message(1, "Dim", drawn.From(0, 2) == 0 ? ProtoNode.Text(2, drawn.Of(Texts)) : ProtoNode.Whole(1, drawn.Of(Lengths))));
        })),
        new("opset", Inside("OperatorSet", (set, drawn) => Set(set, ProtoNode.Whole(2, drawn.From(5, 22))))),
        new("graphs in graphs", Inside("Node", (node, drawn) => node.Add(Nested(drawn.Of(1, 10, 100, 300))))),
        new("many", Inside("Graph", Many)),
        new("many beside", (file, drawn) => Tree(file) is var tree && tree.Fields is { } fields && ManyBeside(fields, drawn) ? tree.Content() : file),
        new("many attributes", Inside("Node", (node, drawn) =>
        {
            for (var i = drawn.Of(10, 1000, 8000); i > 0; i--) node.Add(ProtoNode.Message(5, "Attribute", ProtoNode.Text(1, Short(i)), ProtoNode.Whole(3, 1)));
        })),
    ]);

    private static byte[] Sound(Drawn drawn) => drawn.From(0, 500) == 0 ? LeNet : drawn.From(0, 2) == 0 ? Small(drawn) : drawn.Of(Networks);

    private static ProtoNode Tree(byte[] file) => ProtoNode.Parse(file);

    // A chain of any operators on what is there: most of it reads, some of it runs.
    private static byte[] Small(Drawn drawn)
    {
        var (graph, tensors) = (ProtoNode.Message(7, "Graph"), new List<string> { "x", "w", "n" });
        var input = drawn.Of<long[]>([], [1, 2, 4, 4], [2, 3], [-1, 4], [1, 3, 8]);
        graph.Fields!.AddRange([Port(11, "x", 1, input), Tensor("w", 1, drawn.Of<long[]>([2, 2, 1, 1], [4, 4], [3], [2, 3], [], [3, 3, 2]), drawn), Tensor("n", 7, drawn.Of<long[]>([1], [2], [4], []), drawn)]);
        for (var i = 0; i < drawn.From(1, 4); i++)
        {
            var node = ProtoNode.Message(1, "Node", ProtoNode.Text(1, tensors[^1] == "n" ? "x" : tensors[^1]));
            for (var k = drawn.Of(0, 0, 1, 1, 2, 3); k > 0; k--) node.Fields!.Add(ProtoNode.Text(1, drawn.Of(tensors.ToArray())));
            node.Fields!.AddRange([ProtoNode.Text(2, $"t{i}"), ProtoNode.Text(4, drawn.Of(Operators))]);
            for (var k = drawn.Of(0, 0, 0, 1, 2); k > 0; k--) node.Fields.Add(Attribute(drawn));
            graph.Fields.Add(node);
            tensors.Add($"t{i}");
        }
        graph.Fields.Add(Port(12, tensors[^1], 1, null));
        return ProtoNode.Message(1, "Model", ProtoNode.Whole(1, 8), graph, ProtoNode.Message(8, "OperatorSet", ProtoNode.Whole(2, drawn.From(6, 21)))).Content();
    }

    private static ProtoNode Port(int number, string name, int type, long[]? dims) => ProtoNode.Message(number, "ValueInfo", ProtoNode.Text(1, name), ProtoNode.Message(2, "Type", ProtoNode.Message(1, "TensorType",
        [ProtoNode.Whole(1, type), .. dims is null ? (ProtoNode[])[] : [ProtoNode.Message(2, "Shape", [.. dims.Select(d => ProtoNode.Message(1, "Dim", d < 0 ? ProtoNode.Text(2, "N") : ProtoNode.Whole(1, d)))])]])));

    private static ProtoNode Tensor(string name, int type, long[] dims, Drawn drawn)
    {
        var count = (int)dims.Aggregate(1L, (a, b) => a * b);
        return ProtoNode.Message(5, "Tensor", [.. dims.Select(d => ProtoNode.Whole(1, d)), ProtoNode.Whole(2, type), ProtoNode.Text(8, name),
            ProtoNode.Data(9, [.. type == 1 ? drawn.Reals(count).SelectMany(BitConverter.GetBytes) : drawn.Wholes(count, -1, 4).SelectMany(BitConverter.GetBytes)])]);
    }

    private static ProtoNode Attribute(Drawn drawn)
    {
        var attribute = ProtoNode.Message(5, "Attribute", ProtoNode.Text(1, drawn.Of(Attributes)));
        attribute.Fields!.AddRange(drawn.From(0, 4) switch
        {
            0 => [ProtoNode.Whole(3, drawn.Of(Lengths)), ProtoNode.Whole(20, 2)],
            1 => [.. drawn.Each(drawn.From(0, 6), i => i).Select(_ => ProtoNode.Whole(8, drawn.Of(Lengths))), ProtoNode.Whole(20, 7)],
            2 => [new ProtoNode { Number = 2, Wire = WireFormat.WireType.Fixed32, Value = BitConverter.SingleToUInt32Bits(drawn.Of(0, 1, -1, float.NaN, float.PositiveInfinity, 1e30f, 1e-30f)) }, ProtoNode.Whole(20, 1)],
            3 => [ProtoNode.Text(4, drawn.Of("SAME_UPPER", "linear", "nearest", "bidirectional", "ij,jk->ik", "...ii", "i->i,", "constant", "reflect", drawn.Of(Texts))), ProtoNode.Whole(20, 3)],
            _ => [new ProtoNode { Number = 5, Wire = WireFormat.WireType.LengthDelimited, Kind = "Tensor", Fields = Tensor("", drawn.Of(1, 7), drawn.Of<long[]>([1], [], [2]), drawn).Fields }, ProtoNode.Whole(20, 4)],
        });
        return attribute;
    }

    private static ProtoNode Nested(int depth)
    {
        var attribute = ProtoNode.Message(5, "Attribute", ProtoNode.Text(1, "body"), ProtoNode.Whole(20, 5));
        var content = attribute.Content();
        for (var i = 0; i < depth; i++)
            content = ProtoNode.Message(5, "Attribute", ProtoNode.Text(1, "body"), ProtoNode.Message(6, "Graph", ProtoNode.Message(1, "Node", ProtoNode.Text(2, "y"), ProtoNode.Text(4, "If"), ProtoNode.Data(5, content))), ProtoNode.Whole(20, 5)).Content();
        return ProtoNode.Data(5, content);
    }

    // As many as fit into some ten thousand bytes, each as short as it can be.
    private static void Many(List<ProtoNode> graph, Drawn drawn)
    {
        var (count, kind) = (drawn.Of(10, 1000, 4000), drawn.From(0, 6));
        for (var i = 0; i < count; i++)
            graph.Add(kind switch
            {
                0 => ProtoNode.Message(1, "Node", ProtoNode.Text(2, Short(i)), ProtoNode.Text(4, "A")),
                1 => ProtoNode.Message(1, "Node", ProtoNode.Text(1, i == 0 ? "" : Short(i - 1)), ProtoNode.Text(2, Short(i)), ProtoNode.Text(4, "Identity")),
                2 => ProtoNode.Message(1, "Node", ProtoNode.Text(2, Short(i)), ProtoNode.Text(4, "Constant"), ProtoNode.Message(5, "Attribute", ProtoNode.Text(1, "value_int"), ProtoNode.Whole(3, 1))),
                3 => ProtoNode.Message(5, "Tensor", ProtoNode.Whole(1, 0), ProtoNode.Whole(2, 1), ProtoNode.Text(8, Short(i))),
                4 => Port(11, Short(i), 1, null),
                5 => ProtoNode.Message(1, "Node", ProtoNode.Text(2, Short(i)), ProtoNode.Text(4, "A"), ProtoNode.Message(5, "Attribute", ProtoNode.Text(1, "a"), ProtoNode.Whole(3, 1))),
                _ => ProtoNode.Message(13, "", ProtoNode.Text(1, Short(i))),
            });
    }

    private static bool ManyBeside(List<ProtoNode> model, Drawn drawn)
    {
        var (count, kind) = (drawn.Of(10, 1000, 4000), drawn.From(0, 2));
        for (var i = 0; i < count; i++)
            model.Add(kind switch
            {
                0 => ProtoNode.Message(8, "OperatorSet", ProtoNode.Text(1, Short(i)), ProtoNode.Whole(2, 1)),
                1 => ProtoNode.Message(14, "Entry", ProtoNode.Text(1, Short(i))),
                _ => ProtoNode.Whole(99, 1),
            });
        return true;
    }

    private static string Short(int i) => i < 52 ? $"{(char)(i < 26 ? 'a' + i : 'A' + i - 26)}" : $"{Short(i / 52)}{Short(i % 52)}";

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static ProtoNode[] Leaves(ProtoNode root) => [.. root.All().Where(n => n is { Wire: WireFormat.WireType.LengthDelimited, Fields: null, Bytes.Length: < 100 }).DefaultIfEmpty(ProtoNode.Data(1, []))];

    private static ProtoNode Sibling(ProtoNode field, ProtoNode other, Drawn drawn) => other.All().Where(n => n.Number == field.Number && n.Kind == field.Kind).ToArray() is { Length: > 0 } found ? drawn.Of(found) : field;

    private static void Set(List<ProtoNode> fields, ProtoNode field)
    {
        fields.RemoveAll(f => f.Number == field.Number);
        fields.Add(field);
    }

    // A field anywhere: its owner's fields, its place among them, the file.
    private static Func<byte[], Drawn, byte[]> Fields(Action<List<ProtoNode>, int, ProtoNode, Drawn> edit) => (file, drawn) =>
    {
        var root = Tree(file);
        // Small messages have as much of a chance as large ones.
        if (root.All().Prepend(root).Where(n => n.Fields is { Count: > 0 }).ToArray() is not { Length: > 0 } owners) return file;
        var owner = drawn.Of(owners).Fields!;
        edit(owner, drawn.From(0, owner.Count - 1), root, drawn);
        return root.Content();
    };

    private static Func<byte[], Drawn, byte[]> Edited(Func<ProtoNode, bool> which, Action<ProtoNode, ProtoNode, Drawn> edit) => (file, drawn) =>
    {
        var root = Tree(file);
        if (root.All().Where(which).ToArray() is not { Length: > 0 } fields) return file;
        edit(drawn.Of(fields), root, drawn);
        return root.Content();
    };

    private static Func<byte[], Drawn, byte[]> Inside(string kind, Action<List<ProtoNode>, Drawn> edit) => Inside(kind, (fields, _, drawn) => edit(fields, drawn));

    private static Func<byte[], Drawn, byte[]> Inside(string kind, Action<List<ProtoNode>, ProtoNode, Drawn> edit) => (file, drawn) =>
    {
        var root = Tree(file);
        if (root.Of(kind) is not { Length: > 0 } messages) return file;
        edit(drawn.Of(messages).Fields!, root, drawn);
        return root.Content();
    };
}
