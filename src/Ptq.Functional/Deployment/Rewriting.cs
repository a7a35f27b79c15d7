using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Deployment;

/// <summary>A network while passes change it: who reads and writes a tensor is kept up to date.</summary>
internal sealed class Rewriting
{
    private readonly Network network;
    private readonly LinkedList<Operation> operations = new();
    private readonly Dictionary<string, LinkedListNode<Operation>> byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Constant> constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Operation> writers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Operation>> readers = new(StringComparer.Ordinal);
    private readonly HashSet<string> outputs;
    private readonly HashSet<string> names;

    public Rewriting(Network network)
    {
        this.network = network;
        for (var i = 0; i < network.Constants.Count; i++) constants[network.Constants.Names[i]] = network.Constants.Items[i];
        foreach (var operation in network.Operations) Link(operations.AddLast(operation));
        outputs = new(network.Outputs.AsEnumerable().Select(o => o.Name), StringComparer.Ordinal);
        names = new(constants.Keys.Concat(network.Inputs.AsEnumerable().Select(i => i.Name)).Concat(writers.Keys).Concat(operations.Select(o => o.Name)), StringComparer.Ordinal);
    }

    /// <summary>The operations, in order. A pass may change them as it goes: it meets each that is still there when its turn comes, as it is then.</summary>
    public IEnumerable<Operation> Operations
    {
        get
        {
            foreach (var name in operations.Select(o => o.Name).ToArray())
                if (byName.TryGetValue(name, out var node)) yield return node.Value;
        }
    }

    public int Opset => network.Opset;

    /// <summary>A constant, where the name is one's.</summary>
    public Constant? Constant(string name) => constants.GetValueOrDefault(name);

    /// <summary>A constant of floating-point numbers, as float32.</summary>
    public Tensor? Floats(string name) => constants.GetValueOrDefault(name) is { Type.IsFloat: true } constant ? constant.ToOperand().ToTensor() : null;

    /// <summary>A constant that is a single number.</summary>
    public float? Number(string name) => constants.GetValueOrDefault(name) is { Shape.Count: 1 } constant && constant.ToOperand() is var o ? o.Type.IsFloat ? o.Floats[0] : o.Integers[0] : null;

    public Operation? WriterOf(string tensor) => writers.GetValueOrDefault(tensor);

    /// <summary>The operations that read a tensor; one that reads it twice is there twice.</summary>
    public IReadOnlyList<Operation> ReadersOf(string tensor) => readers.GetValueOrDefault(tensor) ?? [];

    public bool IsOutput(string tensor) => outputs.Contains(tensor);

    /// <summary>The one operation that reads what this one writes; none where that is read elsewhere too or leaves the network.</summary>
    public Operation? OnlyReader(Operation operation) =>
        operation.Outputs.Length == 1 && !IsOutput(operation.Output) && ReadersOf(operation.Output) is [var only] ? only : null;

    /// <summary>A name that nothing has yet, made from a wish.</summary>
    public string Fresh(string wish)
    {
        while (!names.Add(wish)) wish += "_";
        return wish;
    }

    /// <summary>A new constant under a fresh name, which is returned.</summary>
    public string Add(string wish, Constant value)
    {
        var name = Fresh(wish);
        constants[name] = value;
        return name;
    }

    /// <summary>Makes a tensor that an operation wrote a constant; the operation goes once nothing else needs it.</summary>
    public void Freeze(Operation operation, IEnumerable<(string Name, Constant Value)> values)
    {
        Remove(operation);
        foreach (var (name, value) in values) constants[name] = value;
    }

    public void Replace(Operation old, params ReadOnlySpan<Operation> with)
    {
        var before = byName[old.Name].Previous;
        Remove(old);
        foreach (var operation in with) Link(before = before is null ? operations.AddFirst(operation) : operations.AddAfter(before, operation));
    }

    public void Remove(Operation operation)
    {
        if (byName.Remove(operation.Name, out var node)) operations.Remove(node);
        foreach (var output in operation.Outputs) writers.Remove(output);
        foreach (var input in operation.Inputs)
            if (readers.TryGetValue(input, out var all)) all.Remove(operation);
    }

    /// <summary>Lets everything that read <paramref name="old"/> read <paramref name="with"/>.</summary>
    public void Redirect(string old, string with)
    {
        foreach (var reader in ReadersOf(old).Distinct().ToArray())
            Replace(reader, reader with { Inputs = reader.Inputs.Map(name => name == old ? with : name) });
    }

    /// <summary>The network as it is now; what nothing reads is left out.</summary>
    /// <param name="opset">A newer operator set, where an operation asks for it; those from 13 to 17 mean the same by all that is here.</param>
    /// <param name="domains">Other operator sets, where operations of theirs came in.</param>
    public Network Done(int? opset = null, ByName<AttributeValue.Whole>? domains = null) => network.With(operations, constants.Select(c => (c.Key, c.Value)), opset, domains);

    private void Link(LinkedListNode<Operation> node)
    {
        var operation = node.Value;
        byName[operation.Name] = node;
        foreach (var output in operation.Outputs)
            if (output.Length > 0) writers[output] = operation;
        foreach (var input in operation.Inputs)
            if (input.Length > 0) (readers.TryGetValue(input, out var all) ? all : readers[input] = []).Add(operation);
    }
}
