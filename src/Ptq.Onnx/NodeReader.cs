using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;

namespace Ptq.Onnx;

/// <summary>NodeProto → Operation.</summary>
internal sealed class NodeReader(AttributeReader attributes, long opset)
{
    /// <summary>How a message speaks of an operation.</summary>
    public static Spot Of(Spot graph, Operation operation) => graph.In($"node {Quoted.Text(operation.Name.Length > 0 ? operation.Name : operation.Outputs.AsEnumerable().First(o => o.Length > 0))} ({operation.FullOp})");

    /// <summary>The operation, its name as it stands (perhaps empty), and what else the file says of it.</summary>
    public (Operation Operation, byte[] Other) Read(ProtoMessage message, Spot graph)
    {
        var (name, op, domain, rest) = ("", "", "", default(MemoryStream));
        var (inputs, outputs, count) = (new List<string>(), new List<string>(), 0);
        foreach (var field in message.Fields())
            switch (field.Number)
            {
                case 1: inputs.Add(field.Text("input")); break;
                case 2: outputs.Add(field.Text("output")); break;
                case 3: name = field.Text("name"); break;
                case 4: op = field.Text("op_type"); break;
                case 5: count++; break; // below, when it can be said whose they are
                case 7: domain = field.Text("domain") is var d && d == "ai.onnx" ? "" : d; break;
                default: (rest ??= new()).Write(field.Raw.Span); break;
            }
        if (op.Length == 0) throw message.Spot.In("op_type").Bad("none", "an operator");
        if (!outputs.Any(o => o.Length > 0)) throw message.Spot.In($"outputs of {op}").Bad("none", "at least one");

        var operation = new Operation(name, op, Values.From(inputs), Values.From(outputs), Nothing, domain);
        if (count == 0) return (operation, rest?.ToArray() ?? []);
        var spot = graph.In($"node {Quoted.Text(name.Length > 0 ? name : outputs.First(o => o.Length > 0))} ({operation.FullOp}, opset {opset})");
        var (found, place) = (new (string, AttributeValue)[count], spot.In("attribute"));
        var names = count > 1 ? new HashSet<string>(count, StringComparer.Ordinal) : null;
        foreach (var field in message.Fields())
        {
            if (field.Number != 5) continue;
            var (attribute, value) = attributes.Read(new(field.Bytes("attribute"), place));
            if (names?.Add(attribute) is false) throw spot.In($"attribute {Quoted.Text(attribute)}").Bad("it twice", "it once");
            found[^count--] = (attribute, value);
        }
        return (operation with { Attributes = ByName<AttributeValue>.Of(found) }, rest?.ToArray() ?? []);
    }

    private static readonly ByName<AttributeValue> Nothing = ByName<AttributeValue>.Of([]);
}
