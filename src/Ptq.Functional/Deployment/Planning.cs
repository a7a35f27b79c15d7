using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Deployment;

/// <summary>Decides which tensors become codes.</summary>
internal sealed class Planning
{
    /// <summary>More products than this in a sum could leave INT32: 255 · 127 each, and a bias of up to 2²⁷.</summary>
    private const int MostProducts = 60_000;

    /// <summary>Operators that move codes about: every element they write is one that they read, or 0.</summary>
    private bool Moves(Operation o) => Movers.Has(o) && !exclude.Span.Contains(o.Name)
        && (o.Op != "Pad" || o.Text("mode", "constant") != "constant" || o.Input(2).Length == 0 || draft.Floats(o.Input(2)) is { Data: { Length: 1 } value } && value[0] == 0);

    /// <summary>Operators that a runtime computes on codes where all they read and write are codes.</summary>
    private bool HasIntegerForm(Operation o) => o.Domain.Length == 0 && (o.Op is "Add" or "Concat" or "AveragePool" or "GlobalAveragePool" || integerActivations && o.Op is "Mul" or "Sigmoid" or "LeakyRelu");

    private readonly Rewriting draft;
    private readonly IReadOnlyDictionary<string, TensorType> types;
    private readonly Values<string> exclude;
    private readonly bool integerActivations;
    private readonly List<PlannedLayer> layers = [];
    private readonly Dictionary<string, string> left = new(StringComparer.Ordinal);
    private readonly HashSet<string> inside = new(StringComparer.Ordinal); // activations and biases that run in the layer before them
    private readonly HashSet<string> points = new(StringComparer.Ordinal);

    private Planning(Network network, IReadOnlyDictionary<string, TensorType> types, Values<string> exclude, bool integerActivations) => (draft, this.types, this.exclude, this.integerActivations) = (new(network), types, exclude, integerActivations);

    public static QuantizationPlan Of(Network network, IReadOnlyDictionary<string, TensorType> types, Values<string> exclude, bool integerActivations)
    {
        var planning = new Planning(network, types, exclude, integerActivations);
        planning.FindLayers();
        planning.AddIntegerArithmetic();
        var sources = planning.Sources(network);
        return new(network, Values.From(planning.layers), sources, Values.From(planning.Left(network, sources)));
    }

    private bool IsFloat(string tensor) => types[tensor].Type == ElementType.Float32;

    private void FindLayers()
    {
        foreach (var operation in draft.Operations)
        {
            if (operation.Domain.Length > 0 || operation.Op is not ("Conv" or "ConvTranspose" or "Gemm" or "MatMul")) continue;
            if (exclude.Span.Contains(operation.Name)) left[operation.Name] = "excluded by name";
            else if (Weighted.Of(draft, operation) is not { } weighted) left[operation.Name] = operation.Op == "MatMul" && draft.Constant(operation.Input(0)) is null && draft.Constant(operation.Input(1)) is null ? "a product of two activations: it has no weights" : "its weights or biases are not constant and finite, or have an unusual shape";
            else if (!IsFloat(operation.Input(0))) left[operation.Name] = $"its input is {types[operation.Input(0)].Type.Name}";
            else if (weighted.Tensor.Shape.Count / weighted.Outputs > MostProducts) left[operation.Name] = $"sums of more than {MostProducts} products could leave INT32";
            else AddLayer(operation, weighted);
        }
    }

    private void AddLayer(Operation operation, Weighted weighted)
    {
        // A bias after a MatMul of more than two axes is not part of its accumulator, but it need not be rounded before it either.
        var last = operation;
        if (operation.Op == "MatMul" && draft.OnlyReader(operation) is { Op: "Add", Domain: "" } sum && draft.Floats(sum.Inputs.AsEnumerable().First(i => i != operation.Output)) is { } added && added.Data.Length == weighted.Outputs)
        {
            inside.Add(sum.Name);
            last = sum;
        }
        var activation = draft.OnlyReader(last) is { } next && IsClamp(next) ? next : null;
        var output = (activation ?? last).Output;
        // The sum of a MatMul leaves as float where nothing wants its codes: a runtime makes it so straight from the accumulator.
        var hasCodes = operation.Op != "MatMul" || WantsCodes(output);
        if (activation is not null) inside.Add(activation.Name);
        layers.Add(new(operation.Name, operation.Op, operation.Input(0), operation.Input(1), weighted.Axis, operation.Input(2), output, hasCodes, activation?.Name ?? ""));
        points.Add(operation.Input(0));
        if (hasCodes) points.Add(output);
    }

    private bool IsClamp(Operation o) => ConstantClamp.EndsOf(draft, o) is not null;

    /// <summary>Whether every reader of a tensor, behind what moves codes about, can take codes.</summary>
    private bool WantsCodes(string tensor, int depth = 0) => !draft.IsOutput(tensor) && draft.ReadersOf(tensor).Count > 0 && depth < 64 && draft.ReadersOf(tensor).All(reader =>
        Moves(reader) ? reader.Input(0) == tensor && reader.Outputs.AsEnumerable().All(o => o.Length == 0 || WantsCodes(o, depth + 1))
        : HasIntegerForm(reader) || reader.Input(0) == tensor && Weighted.Of(draft, reader) is not null && !left.ContainsKey(reader.Name));

    /// <summary>Sums, concatenations and means between codes, behind an activation that runs inside.</summary>
    private void AddIntegerArithmetic()
    {
        foreach (var operation in draft.Operations)
        {
            if (Moves(operation) && operation.Inputs.Length > 0 && points.Contains(operation.Input(0)))
                foreach (var output in operation.Outputs.AsEnumerable().Where(o => o.Length > 0 && !draft.IsOutput(o))) points.Add(output);
            if (!HasIntegerForm(operation) || inside.Contains(operation.Name) || !operation.Inputs.AsEnumerable().All(points.Contains)) continue;
            if (exclude.Span.Contains(operation.Name))
            {
                left[operation.Name] = "excluded by name";
                continue;
            }
            var activation = draft.OnlyReader(operation) is { } next && IsClamp(next) ? next : null;
            var result = (activation ?? operation).Output;
            if (!points.Contains(result) && !WantsCodes(result)) continue;
            points.Add(result);
            if (activation is not null) inside.Add(activation.Name);
        }
    }

    /// <summary>Every tensor that becomes codes, in order, and the one whose codes it has.</summary>
    private ByName<string> Sources(Network network)
    {
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        var order = new List<string>();
        foreach (var tensor in network.Inputs.AsEnumerable().Select(i => i.Name).Concat(network.Operations.AsEnumerable().SelectMany(o => o.Outputs.AsEnumerable())))
        {
            if (tensor.Length == 0 || !points.Contains(tensor) || sources.ContainsKey(tensor)) continue;
            var chain = new List<string> { tensor };
            var at = tensor;
            var source = tensor;
            while (draft.WriterOf(at) is { } writer && Moves(writer) && types[writer.Input(0)].Type == ElementType.Float32)
            {
                at = writer.Input(0);
                if (sources.TryGetValue(at, out var known))
                {
                    source = known;
                    break;
                }
                chain.Add(at);
            }
            if (source == tensor) chain = [tensor]; // nothing before it has codes
            chain.Reverse();
            foreach (var link in chain)
            {
                sources[link] = source;
                order.Add(link);
            }
        }
        return ByName<string>.Of(order.Select(tensor => (tensor, sources[tensor])));
    }

    private IEnumerable<LeftInFloat> Left(Network network, ByName<string> sources)
    {
        var quantized = new HashSet<string>(layers.Select(l => l.Node), StringComparer.Ordinal);
        foreach (var o in network.Operations.AsEnumerable())
        {
            if (quantized.Contains(o.Name) || inside.Contains(o.Name)) continue;
            var result = draft.OnlyReader(o) is { } next && inside.Contains(next.Name) ? next.Output : o.Output;
            var onCodes = Moves(o) || HasIntegerForm(o);
            var floats = o.Outputs.AsEnumerable().Any(t => types.TryGetValue(t, out var type) && type.Type.IsFloat); // a file may name outputs that no operator gives
            if (left.TryGetValue(o.Name, out var reason)) yield return new(o.Name, o.FullOp, reason);
            else if (!floats) yield return new(o.Name, o.FullOp, "it computes integers, not activations");
            else if (!onCodes) yield return new(o.Name, o.FullOp, "it gains nothing: it has no weights and computes in float32 between codes");
            else if (!sources.Has(result)) yield return new(o.Name, o.FullOp, "not every neighbour has codes");
        }
    }
}
