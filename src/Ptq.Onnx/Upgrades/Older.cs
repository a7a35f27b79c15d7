using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Onnx.Upgrades;

/// <summary>A network of an older operator set on its way to 13: what is known of its tensors, and what has been added.</summary>
internal sealed class Older
{
    private readonly Spot graph;
    private readonly Dictionary<string, Constant> constants;
    private readonly HashSet<string> tensors;
    private readonly HashSet<string> names;
    private readonly HashSet<string> read;
    private readonly Ranks ranks;

    /// <summary>The beginning; <paramref name="constants"/> grows.</summary>
    public Older(Spot graph, int opset, IEnumerable<Port> inputs, Dictionary<string, Constant> constants, IReadOnlyCollection<Operation> operations, IEnumerable<Port> outputs)
    {
        (this.graph, Opset, this.constants) = (graph, opset, constants);
        Port[] takes = [.. inputs];
        tensors = new(takes.Select(p => p.Name).Concat(constants.Keys).Concat(operations.SelectMany(o => o.Outputs.AsEnumerable())), StringComparer.Ordinal);
        names = new(operations.Select(o => o.Name), StringComparer.Ordinal);
        read = new(operations.SelectMany(o => o.Inputs.AsEnumerable()).Concat(outputs.Select(p => p.Name)), StringComparer.Ordinal);
        ranks = new(takes, constants);
    }

    /// <summary>The file's operator set.</summary>
    public int Opset { get; }

    /// <summary>How many axes a tensor has, where that follows from what is before it.</summary>
    public int? Rank(string tensor) => ranks.RankOf(tensor);

    /// <summary>The type of a tensor's elements; float32 where it is not known.</summary>
    public ElementType Type(string tensor) => ranks.TypeOf(tensor);

    /// <summary>The value of a tensor that never changes.</summary>
    public Constant? ValueOf(string tensor) => constants.GetValueOrDefault(tensor);

    /// <summary>Whether anybody wants an output.</summary>
    public bool IsRead(string tensor) => read.Contains(tensor);

    /// <summary>A constant beside an operation, and its name.</summary>
    public string Add(Operation beside, string role, Constant value)
    {
        var name = Tensor(beside, role);
        constants.Add(name, value);
        ranks.Add(name, value);
        return name;
    }

    /// <summary>Integers beside an operation.</summary>
    public string Add(Operation beside, string role, Values<long> integers) => Add(beside, role, Constant.Of(ElementType.Int64, Shape.Of(integers.Length), integers.Span));

    /// <summary>A number of a floating-point type beside an operation.</summary>
    public string Add(Operation beside, string role, ElementType type, float value) => Add(beside, role, Constant.Of(Operand.Of(type.IsFloat ? type : ElementType.Float32, Shape.Of(), [value])));

    /// <summary>A tensor between operations that stand for one.</summary>
    public string Tensor(Operation beside, string role) => Fresh(tensors, $"{beside.Outputs.AsEnumerable().First(o => o.Length > 0)}_{role}");

    /// <summary>One more operation, before the one that keeps the name.</summary>
    public Operation Before(Operation named, string op, Values<string> inputs, string output, params ReadOnlySpan<(string, AttributeValue)> attributes) =>
        new(Fresh(names, $"{named.Name}_{op}"), op, inputs, output, attributes);

    /// <summary>Takes note of an operation of the new set.</summary>
    public Operation Noted(Operation operation)
    {
        ranks.Add(operation);
        return operation;
    }

    /// <summary>What cannot be expressed, to be thrown.</summary>
    public Unreadable Bad(Operation operation, string place, string seen, string wanted) => graph.In($"node {Quoted.Text(operation.Name)} ({operation.FullOp}, opset {Opset})").In(place).Bad(seen, wanted);

    private static string Fresh(HashSet<string> used, string stem)
    {
        var name = stem;
        for (var n = 2; !used.Add(name); n++) name = $"{stem}_{n}";
        return name;
    }
}

/// <summary>Operations with other attributes.</summary>
internal static class Attributes
{
    extension(Operation operation)
    {
        /// <summary>Without these.</summary>
        public Operation Without(params string[] names) => operation with
        {
            Attributes = ByName<AttributeValue>.Of(operation.Attributes.Names.AsEnumerable().Except(names, StringComparer.Ordinal).Select(name => (name, operation.Attributes[name]))),
        };

        /// <summary>With one more, or with another value for it.</summary>
        public Operation With(string name, AttributeValue value) => operation with { Attributes = operation.Attributes.With(name, value) };

        /// <summary>With an input at a place; those before it that are not there are left out.</summary>
        public Operation WithInput(int place, string tensor) => operation with
        {
            Inputs = Values.From(Enumerable.Range(0, Math.Max(place + 1, operation.Inputs.Length)).Select(i => i == place ? tensor : operation.Input(i))),
        };
    }
}
