using System.Text.Json.Serialization;
using LanguageExt;
using Ptq.Cli.Runs;
using Ptq.Deployment;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Cli.Reports;

/// <summary>A tensor: its shape as declared or, in between, as it follows.</summary>
internal sealed record TensorRow(string Name, string Type, string? Shape);

/// <summary>An input: its shape as declared, and the one that everything was computed for.</summary>
internal sealed record InputRow(string Name, string Type, string Declared, string Shape);

/// <summary>An operator, how often it occurs, and whether it can run.</summary>
internal sealed record OperatorRow(string Op, int Count, bool Runs);

/// <summary>An operation. <c>Becomes</c> is what quantization makes of it: <c>int8</c> (a layer with codes for weights), <c>codes</c> (it
/// moves codes about, or has an integer form), <c>float</c> (with the reason), <c>folded</c> into others; none where that is not known.</summary>
internal sealed record NodeRow(string Node, string Op, IReadOnlyList<TensorRow> Outputs, long Parameters, long Macs, string? Becomes, string? Reason)
{
    /// <summary>Whether it is an operation that multiplies and accumulates.</summary>
    [JsonIgnore]
    public bool IsLayer => Macs > 0 || Op is "Conv" or "ConvTranspose" or "Gemm" or "MatMul" or "QLinearConv" or "QLinearMatMul" or "ConvInteger" or "MatMulInteger";
}

/// <summary>An operation that cannot run.</summary>
internal sealed record RefusedRow(string Node, string Op, int Opset, string Reason, [property: JsonIgnore] bool IsKnown);

/// <summary>An operation of the integer engine, as <see cref="PlanStep"/> has it.</summary>
internal sealed record StepRow(string Output, string Operation, string Shape, string Kernel, string Tile, long Macs, long Bytes, string Proof);

/// <summary>How the integer engine would run a network, and the bytes of buffers that a thread takes.</summary>
internal sealed record PlanReport(IReadOnlyList<StepRow> Steps, long Buffers);

/// <summary>What <c>ptq inspect</c> finds; with <c>--json</c>, what it prints.</summary>
internal sealed record Inspection(string Command, string Model, long Bytes, int Opset, int Format, string Producer, IReadOnlyList<InputRow> Inputs, IReadOnlyList<TensorRow> Outputs,
    long Parameters, long Macs, bool Runs, IReadOnlyList<OperatorRow> Operators, IReadOnlyList<NodeRow> Nodes, IReadOnlyList<RefusedRow> Refused, IReadOnlyList<string> Remarks)
{
    /// <summary>With <c>--plan</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PlanReport? Plan { get; private init; }

    /// <summary>With the plan of an engine.</summary>
    public Inspection With(IntegerEngine engine) => this with
    {
        Plan = new([.. engine.Steps.AsEnumerable().Select(s => new StepRow(s.Output, s.Operation, $"{s.Shape}", s.Kernel, s.Tile, s.Macs, s.Bytes, s.Proof))], engine.WorkspaceBytes),
    };

    /// <summary>Looks at a network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="shapes">The shape of every input.</param>
    /// <param name="remarks">What was assumed.</param>
    public static Either<PtqError, Inspection> Of(ModelFile model, ByName<Shape> shapes, IEnumerable<string> remarks) => NetworkSurvey.Of(model.Network, shapes).MapLeft(model.At).Map(survey =>
    {
        var network = model.Network;
        var plan = QuantizationPlan.Of(network, shapes, []);
        var fate = plan.Match(Right: Fates, Left: _ => _ => (null, null));
        var (nodes, seen) = (new List<NodeRow>(), new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal));
        foreach (var operation in network.Operations)
        {
            var parameters = operation.Inputs.AsEnumerable().Sum(name => network.Constants.Find(name).Case is SomeCase<Constant>(var constant) && seen.Add(name) && constant.Type is not (ElementType.Int64 or ElementType.Bool) ? (long)constant.Shape.Count : 0);
            var (becomes, reason) = fate(operation);
            nodes.Add(new(operation.Name, operation.FullOp, [.. operation.Outputs.AsEnumerable().Where(o => o.Length > 0).Select(o => Tensor(survey, o))], parameters, Engine.Macs.Of(operation, survey.Types), becomes, reason));
        }
        var refused = survey.Refused.ToDictionary(r => r.Operation.Name, StringComparer.Ordinal);
        return new Inspection("inspect", model.Path, model.Bytes, network.Opset, network.Info.Format, $"{network.Info.Producer} {network.Info.ProducerVersion}".Trim(),
            [.. network.Inputs.AsEnumerable().Select(p => new InputRow(p.Name, p.Type.Name, p.HasShape ? $"[{string.Join(", ", p.Dims.AsEnumerable())}]" : "", $"{shapes[p.Name]}"))],
            [.. network.Outputs.AsEnumerable().Select(p => Tensor(survey, p.Name) is { Shape: not null } found ? found : new TensorRow(p.Name, p.Type.Name, null))],
            nodes.Sum(n => n.Parameters), nodes.Sum(n => n.Macs), refused.Count == 0,
            [.. network.Operations.AsEnumerable().GroupBy(o => o.FullOp, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new OperatorRow(g.Key, g.Count(), !g.Any(o => refused.ContainsKey(o.Name))))],
            nodes, [.. survey.Refused.Select(r => new RefusedRow(r.Operation.Name, r.Operation.FullOp, network.Opset, ReasonOf(r), r.IsKnown))],
            [.. remarks, .. refused.Count > 0 ? [] : plan.Match(Right: _ => [], Left: error => (string[])[$"nothing would be quantized: {error.Describe()}"])]);
    });

    private static string ReasonOf(RefusedOperation refused) => !refused.IsKnown ? "there is no such operator here"
        : refused.Error is PtqError.BadGraph e ? $"{e.Tensor[(e.Tensor.IndexOf("), ", StringComparison.Ordinal) + 1)..].TrimStart(',', ' ')}: saw {e.Seen}, wanted {e.Wanted}"
        : refused.Error.Describe();

    private static TensorRow Tensor(NetworkSurvey survey, string name) => survey.Types.TryGetValue(name, out var type) ? new(name, type.Type.Name, $"{type.Shape}") : new(name, "", null);

    private static Func<Operation, (string?, string?)> Fates(QuantizationPlan plan)
    {
        var layers = plan.Layers.AsEnumerable().Select(l => l.Node).ToHashSet(StringComparer.Ordinal);
        var left = plan.Left.AsEnumerable().ToDictionary(l => l.Node, l => l.Reason, StringComparer.Ordinal);
        var kept = plan.Network.Operations.AsEnumerable().Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        return operation => layers.Contains(operation.Name) ? ("int8", null)
            : left.TryGetValue(operation.Name, out var reason) ? ("float", (string?)reason)
            : (kept.Contains(operation.Name) ? "codes" : "folded", null);
    }
}
