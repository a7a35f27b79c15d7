using LanguageExt;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;

namespace Ptq.Onnx;

/// <summary>ModelProto → Network.</summary>
internal static class ModelReader
{
    public static Either<PtqError, Network> Read(ProtoMessage model, Func<string, Either<PtqError, ExternalFile>>? external)
    {
        var (ir, producer, version, graph, rest) = (0L, "", "", default(ProtoMessage?), new MemoryStream());
        var (opsets, metadata) = (new Dictionary<string, long>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var field in model.Fields())
            switch (field.Number)
            {
                case 1: ir = field.Whole("ir_version"); break;
                case 2: producer = field.Text("producer_name"); break;
                case 3: version = field.Text("producer_version"); break;
                case 7: graph = graph is null ? field.Message("graph") : throw model.Spot.In("graph").Bad("a second one", "one"); break;
                case 8:
                    var (domain, set) = OperatorSet(field.Message("opset_import"));
                    opsets[domain] = Math.Max(set, opsets.GetValueOrDefault(domain));
                    break;
                case 14:
                    var (key, value) = TensorReader.Entry(field.Message("metadata_props"));
                    metadata[key] = value;
                    break;
                default: rest.Write(field.Raw.Span); break;
            }
        if (ir is < 3 or > 10) throw model.Spot.In("ir_version").Bad($"{ir}", "3 to 10: an ONNX model");
        var opset = opsets.GetValueOrDefault("");
        if (opset is < 6 or > 21) throw model.Spot.In("opset_import").Bad($"{opset}", "6 to 21");
        if (graph is null) throw model.Spot.In("graph").Bad("none", "one");

        var info = new NetworkInfo("", producer, version, ByName<string>.Of(metadata.Select(p => (p.Key, p.Value))),
            ByName<AttributeValue.Whole>.Of(opsets.Where(p => p.Key.Length > 0).Select(p => (p.Key, new AttributeValue.Whole(p.Value)))), Math.Max((int)ir, ModelWriter.FormatOf((int)opset)), Rest.None with { Model = Values.Of<byte>(rest.ToArray()) });
        return new GraphReader(new(new(external)), (int)opset).Read(graph.Value, info);
    }

    /// <summary>The operator of a graph with one node that is no Constant; else <c>(composed)</c>. No more of the file is looked at.</summary>
    public static string OperatorOf(ProtoMessage model)
    {
        var ops = model.AsEnumerable().Where(f => f.Number == 7).Take(1).SelectMany(f => f.Message("graph").AsEnumerable()).Where(f => f.Number == 1)
            .Select(node => node.Message("node").AsEnumerable().Where(f => f.Number is 4 or 7).ToArray())
            .Select(node => string.Join('.', node.OrderByDescending(f => f.Number).Select(f => f.Text("op_type")).Where(t => t.Length > 0))).Where(op => op != "Constant").Take(2).ToArray();
        return ops is [var op] ? op : "(composed)";
    }

    private static (string Domain, long Version) OperatorSet(ProtoMessage message)
    {
        var (domain, version) = ("", 0L);
        foreach (var field in message.Fields())
            if (field.Number == 1) domain = field.Text("domain") is var d && d == "ai.onnx" ? "" : d;
            else if (field.Number == 2) version = field.Whole("version");
        return (domain, version);
    }
}
