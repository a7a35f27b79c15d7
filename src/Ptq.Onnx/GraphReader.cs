using LanguageExt;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Onnx;

/// <summary>GraphProto → Network.</summary>
internal sealed class GraphReader(TensorReader tensors, int opset)
{
    private readonly NodeReader nodes = new(new(tensors), opset);
    private readonly Dictionary<string, Constant> constants = new(StringComparer.Ordinal);
    private readonly List<Operation> operations = [];
    private readonly List<byte[]> rests = [];
    private readonly Dictionary<string, Values<byte>> portRests = new(StringComparer.Ordinal);

    /// <summary>The network; <paramref name="info"/> is what the file says beside the graph.</summary>
    public Either<PtqError, Network> Read(ProtoMessage graph, NetworkInfo info)
    {
        var (name, rest, inputs, outputs, nodeFields, count) = ("", new MemoryStream(), new List<ProtoMessage>(), new List<ProtoMessage>(), new List<ProtoMessage>(), 0);
        foreach (var field in graph.Fields())
            switch (field.Number)
            {
                case 1: nodeFields.Add(field.Message("node", nodeFields.Count)); break;
                case 2: name = field.Text("name"); break;
                case 5:
                    var initializer = field.Message("initializer", count++);
                    var (tensor, value) = tensors.Read(initializer);
                    Add(initializer.Spot, tensor, value);
                    break;
                case 11: inputs.Add(field.Message("input", inputs.Count)); break;
                case 12: outputs.Add(field.Message("output", outputs.Count)); break;
                case 13: break; // what is known of tensors in between follows from the rest
                case 15: throw graph.Spot.In("sparse_initializer").Bad("a sparse tensor", "dense ones");
                default: rest.Write(field.Raw.Span); break;
            }
        foreach (var node in nodeFields) Add(node, graph.Spot);

        // Before IR 4 initializers are inputs too; later that makes them defaults, which are what they are here.
        var given = new System.Collections.Generic.HashSet<string>(constants.Keys, StringComparer.Ordinal);
        var (takes, seen) = (new List<Port>(), new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal));
        foreach (var input in inputs)
        {
            var inputName = PortReader.NameOf(input);
            if (!seen.Add(inputName)) throw input.Spot.In(Quoted.Text(inputName)).Bad("a name used before", "a name of its own");
            if (constants.ContainsKey(inputName)) continue;
            takes.Add(Port(input));
            given.Add(inputName);
        }
        var gives = new List<Port>();
        var written = new System.Collections.Generic.HashSet<string>(given.Concat(operations.SelectMany(o => o.Outputs.AsEnumerable())), StringComparer.Ordinal);
        seen.Clear();
        foreach (var output in outputs)
        {
            var port = Port(output);
            if (!seen.Add(port.Name)) throw output.Spot.In(Quoted.Text(port.Name)).Bad("a name used before", "a name of its own");
            if (!written.Contains(port.Name)) throw output.Spot.In(Quoted.Text(port.Name)).Bad("a tensor that nothing writes", "one that a node writes");
            gives.Add(port);
        }
        if (gives.Count == 0) throw graph.Spot.In("output").Bad("none", "at least one");

        Operation[] named = [.. Names.Unique(operations)];
        var notes = new Dictionary<string, Values<byte>>(StringComparer.Ordinal);
        for (var i = 0; i < named.Length; i++)
            if (rests[i].Length > 0) notes.Add(named[i].Name, Values.Of<byte>(rests[i]));
        Operation[] sorted = Order.Of(graph.Spot, named, given);
        if (opset < 13) sorted = [.. Upgrades.Upgrade.To13(graph.Spot, opset, takes, constants, sorted, gives)];
        var all = info with
        {
            Name = name,
            Rest = info.Rest with
            {
                Graph = Values.Of<byte>(rest.ToArray()),
                Operations = ByName<Values<byte>>.Of(sorted.Where(o => notes.ContainsKey(o.Name)).Select(o => (o.Name, notes[o.Name]))),
                Ports = ByName<Values<byte>>.Of(portRests.Select(p => (p.Key, p.Value))),
            },
        };
        return Network.Create(Math.Max(opset, 13), Values.From(takes), ByName<Constant>.Of(constants.Select(p => (p.Key, p.Value))), Values.From(sorted), Values.From(gives), all);
    }

    private void Add(ProtoMessage node, Spot graph)
    {
        var (operation, rest) = nodes.Read(node, graph);
        if (operation.FullOp != "Constant")
        {
            operations.Add(operation);
            rests.Add(rest);
            return;
        }
        var spot = NodeReader.Of(graph, operation);
        if (operation.Attributes.Names.AsEnumerable().Where(a => a.StartsWith("value", StringComparison.Ordinal)).ToArray() is not [var form]) throw spot.Bad($"attributes {operation.Attributes.Names}", "one value");
        Add(spot, operation.Output, (form, operation.Attributes[form]) switch
        {
            ("value", AttributeValue.Data data) => data.Value,
            ("value_int", AttributeValue.Whole whole) => Constant.Of(ElementType.Int64, Shape.Of(), whole.Value),
            ("value_ints", AttributeValue.Wholes wholes) => Constant.Of(ElementType.Int64, Shape.Of(wholes.Each.Length), wholes.Each.Span),
            ("value_float", AttributeValue.Real real) => Constant.Of(Operand.Of(ElementType.Float32, Shape.Of(), [real.Value])),
            ("value_floats", AttributeValue.Reals reals) => Constant.Of(Operand.Of(ElementType.Float32, Shape.Of(reals.Each.Length), reals.Each)),
            _ => throw spot.In(Quoted.Text(form)).Bad("a value of another kind", "value, value_float, value_floats, value_int or value_ints: there are no tensors of texts"),
        });
    }

    private void Add(Spot spot, string name, Constant value)
    {
        if (name.Length == 0) throw spot.In("name").Bad("none", "one");
        if (!constants.TryAdd(name, value)) throw spot.In(Quoted.Text(name)).Bad("a tensor that is already there", "a name of its own");
    }

    private Port Port(ProtoMessage message)
    {
        var (port, rest) = PortReader.Read(message);
        if (rest.Length > 0) portRests[port.Name] = Values.Of<byte>(rest);
        return port;
    }
}
