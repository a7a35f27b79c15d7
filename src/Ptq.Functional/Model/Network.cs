using LanguageExt;
using Ptq.Errors;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Model;

/// <summary>What a file says of a network beside the network.</summary>
/// <param name="Name">The graph's name.</param>
/// <param name="Producer">The tool that made it.</param>
/// <param name="ProducerVersion">That tool's version.</param>
/// <param name="Metadata">Free texts by name (ONNX metadata_props).</param>
/// <param name="Domains">Operator sets other than ONNX's own, by domain.</param>
/// <param name="Format">The version of the file's format (ONNX ir_version); raised where the operator set demands it when written.</param>
/// <param name="Rest">Whatever else there is.</param>
public sealed record NetworkInfo(string Name, string Producer, string ProducerVersion, ByName<string> Metadata, ByName<AttributeValue.Whole> Domains, int Format, Rest Rest)
{
    /// <summary>Nothing but a name.</summary>
    public static NetworkInfo Named(string name) => new(name, "", "", ByName<string>.Of([]), ByName<AttributeValue.Whole>.Of([]), 0, Rest.None);
}

/// <summary>What no part of a network stands for, such as doc strings: fields of the file's format as they stand in it, to be written back.</summary>
/// <param name="Model">Of the file as a whole (ONNX ModelProto).</param>
/// <param name="Graph">Of the network (GraphProto).</param>
/// <param name="Operations">Of operations (NodeProto), by their names.</param>
/// <param name="Ports">Of inputs and outputs (ValueInfoProto), by their names.</param>
public sealed record Rest(Values<byte> Model, Values<byte> Graph, ByName<Values<byte>> Operations, ByName<Values<byte>> Ports)
{
    /// <summary>Nothing.</summary>
    public static Rest None => new([], [], ByName<Values<byte>>.Of([]), ByName<Values<byte>>.Of([]));
}

/// <summary>
/// A network as ONNX describes one: operations of an operator set on tensors of any shape, with several inputs and outputs and
/// lengths that may be free. What of it has an integer form becomes a <see cref="Graph"/>.
/// </summary>
public sealed record Network
{
    private Network(int opset, Values<Port> inputs, ByName<Constant> constants, Values<Operation> operations, Values<Port> outputs, NetworkInfo info) =>
        (Opset, Inputs, Constants, Operations, Outputs, Info) = (opset, inputs, constants, operations, outputs, info);

    /// <summary>The version of ONNX's operator set, 13 to 21.</summary>
    public int Opset { get; }

    /// <summary>What the network takes.</summary>
    public Values<Port> Inputs { get; }

    /// <summary>Weights and other tensors that never change.</summary>
    public ByName<Constant> Constants { get; }

    /// <summary>The operations, in an order in which they can run.</summary>
    public Values<Operation> Operations { get; }

    /// <summary>What the network gives.</summary>
    public Values<Port> Outputs { get; }

    /// <summary>What the file says beside.</summary>
    public NetworkInfo Info { get; }

    /// <summary>Checks names and order: every tensor is written once and before it is read, every operation has a name of its own.</summary>
    public static Either<PtqError, Network> Create(int opset, Values<Port> inputs, ByName<Constant> constants, Values<Operation> operations, Values<Port> outputs, NetworkInfo info)
    {
        var tensors = new System.Collections.Generic.HashSet<string>(constants.Names.AsEnumerable(), StringComparer.Ordinal);
        foreach (var input in inputs)
            if (!tensors.Add(input.Name)) return new PtqError.BadGraph("", $"input '{input.Name}'", "a name used before", "a name of its own");

        var names = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal);
        foreach (var operation in operations)
        {
            if (operation.Name.Length == 0 || !names.Add(operation.Name)) return new PtqError.BadGraph(operation.Name, "name", operation.Name.Length == 0 ? "none" : "a name used before", "a name of its own");
            foreach (var input in operation.Inputs)
                if (input.Length > 0 && !tensors.Contains(input)) return new PtqError.BadGraph(operation.Name, $"input '{input}'", "a tensor that nothing before it writes", "an input, a constant, or what an earlier operation writes");
            foreach (var output in operation.Outputs)
                if (output.Length > 0 && !tensors.Add(output)) return new PtqError.BadGraph(operation.Name, $"output '{output}'", "a tensor that is already written", "a tensor that nothing writes yet");
        }
        foreach (var output in outputs)
            if (!tensors.Contains(output.Name)) return new PtqError.BadGraph("", $"output '{output.Name}'", "a tensor that nothing writes", "one that an operation writes");
        return new Network(opset, inputs, constants, operations, outputs, info);
    }

    /// <summary>The same network with other operations and constants; what nothing reads any more is left out.</summary>
    /// <exception cref="InvalidOperationException">They do not fit together, which is a bug of the caller.</exception>
    internal Network With(IEnumerable<Operation> operations, IEnumerable<(string Name, Constant Value)> constants, int? opset = null, ByName<AttributeValue.Whole>? domains = null)
    {
        var live = Live([.. operations]);
        var read = new System.Collections.Generic.HashSet<string>(live.SelectMany(o => o.Inputs.AsEnumerable()).Concat(Outputs.AsEnumerable().Select(o => o.Name)), StringComparer.Ordinal);
        return Create(opset ?? Opset, Inputs, ByName<Constant>.Of(constants.Where(c => read.Contains(c.Name))), Values.From(live), Outputs, domains is null ? Info : Info with { Domains = domains })
            .IfLeft(error => throw new InvalidOperationException(error.Describe()));
    }

    private List<Operation> Live(Operation[] operations)
    {
        var wanted = new System.Collections.Generic.HashSet<string>(Outputs.AsEnumerable().Select(o => o.Name), StringComparer.Ordinal);
        var live = new List<Operation>();
        foreach (var operation in operations.Reverse())
        {
            if (!operation.Outputs.AsEnumerable().Any(wanted.Contains)) continue;
            live.Add(operation);
            foreach (var input in operation.Inputs)
                if (input.Length > 0) wanted.Add(input); // an input left out is not what an output left out writes
        }
        live.Reverse();
        return live;
    }

    /// <summary>How many numbers the constants hold.</summary>
    public long Parameters => Constants.Items.AsEnumerable().Sum(c => c.Type.IsFloat ? (long)c.Shape.Count : 0);

    /// <summary>The network's name and size.</summary>
    public override string ToString() => $"Network {Info.Name}: {Operations.Length} operations, opset {Opset}";
}
