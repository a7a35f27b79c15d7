using LanguageExt;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Deployment;

/// <summary>A layer whose weights become codes.</summary>
/// <param name="Node">The operation.</param>
/// <param name="Op">Conv, ConvTranspose, Gemm or MatMul.</param>
/// <param name="Input">The activations it reads, as codes.</param>
/// <param name="Weights">The constant it multiplies them with.</param>
/// <param name="Axis">The axis of the output channels among the weights' axes.</param>
/// <param name="Bias">The constant it adds inside the accumulator; empty where there is none.</param>
/// <param name="Output">What it makes, behind a bias or an activation that runs inside.</param>
/// <param name="HasCodes">Whether the output becomes codes; else it stays float.</param>
/// <param name="Activation">The ReLU or Clip that runs inside; empty where there is none.</param>
public sealed record PlannedLayer(string Node, string Op, string Input, string Weights, int Axis, string Bias, string Output, bool HasCodes, string Activation);

/// <summary>An operation that keeps computing with float32 numbers.</summary>
/// <param name="Node">The operation.</param>
/// <param name="Op">What it computes.</param>
/// <param name="Reason">Why.</param>
public sealed record LeftInFloat(string Node, string Op, string Reason);

/// <summary>
/// Which tensors of a network become codes, decided by its structure alone: the inputs and outputs of the layers with weights, what
/// integer arithmetic makes of them, and whatever only moves codes about. Every reader of such a tensor reads its codes.
/// </summary>
public sealed record QuantizationPlan
{
    internal QuantizationPlan(Network network, Values<PlannedLayer> layers, ByName<string> sources, Values<LeftInFloat> left) =>
        (Network, Layers, Sources, Left) = (network, layers, sources, left);

    /// <summary>The float network, simplified.</summary>
    public Network Network { get; }

    /// <summary>The layers with weights that become codes, in order.</summary>
    public Values<PlannedLayer> Layers { get; }

    /// <summary>Every tensor that becomes codes, and the tensor whose codes it has: itself, or what it was made from by moving codes about.</summary>
    public ByName<string> Sources { get; }

    /// <summary>What stays in float, in order.</summary>
    public Values<LeftInFloat> Left { get; }

    /// <summary>The tensors whose ranges must be known.</summary>
    public Values<string> Observed => Values.From(Sources.Items.AsEnumerable().Distinct(StringComparer.Ordinal));

    /// <summary>Plans the quantization of a network.</summary>
    /// <param name="network">A float network.</param>
    /// <param name="inputs">The shape of every input, for example of a calibration batch.</param>
    /// <param name="exclude">Operations that must stay in float, by name.</param>
    /// <param name="integerActivations">Whether Mul, Sigmoid and LeakyRelu run on codes too, where everything around them does: faster in runtimes that have such operators, a little less exact.</param>
    /// <param name="limits">What the network may ask for; <see cref="EngineLimits.Default"/> where they are not given.</param>
    /// <returns>The plan; or an operation that cannot run, a name that is no operation's, a network that is quantized already, or one with nothing to quantize.</returns>
    public static Either<PtqError, QuantizationPlan> Of(Network network, ByName<Shape> inputs, Values<string> exclude, bool integerActivations = false, EngineLimits? limits = null)
    {
        foreach (var name in exclude)
            if (!network.Operations.AsEnumerable().Any(o => o.Name == name)) return new PtqError.BadRequest("exclude", $"'{name}'", "the name of an operation (ptq inspect lists them)");
        if (network.Operations.AsEnumerable().FirstOrDefault(o => o.Op is "QuantizeLinear" or "DequantizeLinear" or "DynamicQuantizeLinear" || o.Op.StartsWith("QLinear", StringComparison.Ordinal) || o.Op == "QGemm" || o.Op.EndsWith("Integer", StringComparison.Ordinal)) is { } codes)
            return new PtqError.BadGraph(codes.Name, "op", codes.FullOp, "a float network: this one is quantized already");
        return from simple in Simplification.Of(network, inputs, limits)
               from engine in NetworkEngine.Prepare(simple, inputs, limits)
               let plan = Planning.Of(simple, engine.Types, exclude, integerActivations)
               from some in plan.Layers.Length > 0 ? plan : LanguageExt.Prelude.Left<PtqError, QuantizationPlan>(new PtqError.BadGraph("", "operations", "no layer with constant weights that may become codes", "a Conv, ConvTranspose, Gemm or MatMul"))
               select some;
    }
}
