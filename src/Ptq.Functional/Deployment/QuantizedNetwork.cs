using LanguageExt;
using Ptq.Calibration;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Deployment;

/// <summary>A weight scale that was raised so that a bias fits INT32 (see <see cref="BiasRoom"/>).</summary>
/// <param name="Node">The layer.</param>
/// <param name="Channel">The output channel; 0 where the tensor has one scale.</param>
/// <param name="From">The scale that its weights ask for.</param>
/// <param name="To">The scale that it has.</param>
public sealed record RaisedScale(string Node, int Channel, double From, double To);

/// <summary>A float network and its quantization: what QuantizeLinear and DequantizeLinear nodes say.</summary>
public sealed record QuantizedNetwork
{
    private QuantizedNetwork(QuantizationPlan plan, ByName<AffineParams> points, ByName<TensorParams> weights, Values<RaisedScale> raised) =>
        (Plan, Points, Weights, Raised) = (plan, points, weights, raised);

    /// <summary>What becomes codes.</summary>
    public QuantizationPlan Plan { get; }

    /// <summary>The parameters of every activation tensor that becomes codes.</summary>
    public ByName<AffineParams> Points { get; }

    /// <summary>The parameters of every layer's weights, by the layer's node.</summary>
    public ByName<TensorParams> Weights { get; }

    /// <summary>The weight scales that biases raised.</summary>
    public Values<RaisedScale> Raised { get; }

    /// <summary>Chooses the parameters.</summary>
    /// <param name="plan">What becomes codes.</param>
    /// <param name="observations">A histogram of every observed tensor of the plan.</param>
    /// <param name="options">How.</param>
    /// <returns>The quantized network; or the tensor that was not observed.</returns>
    public static Either<PtqError, QuantizedNetwork> Create(QuantizationPlan plan, ByName<Histogram> observations, QuantizationOptions options)
    {
        foreach (var tensor in plan.Observed)
            if (!observations.Has(tensor)) return new PtqError.BadGraph("", $"tensor '{tensor}'", "no observations", "a histogram over the calibration data");

        var ranges = plan.Observed.AsEnumerable().ToDictionary(t => t, t => ParamsOf(observations[t], options), StringComparer.Ordinal);
        var points = plan.Sources.Map((_, source) => ranges[source]);
        var (weights, raised) = (new List<(string, TensorParams)>(), new List<RaisedScale>());
        var shared = new Dictionary<(string, int), TensorParams>(); // one constant, one set of codes
        foreach (var layer in plan.Layers)
        {
            var tensor = plan.Network.Constants[layer.Weights].ToOperand().ToTensor();
            shared[(layer.Weights, layer.Axis)] = WithRoom(plan, layer, tensor.Shape, points[layer.Input].Scale, shared.GetValueOrDefault((layer.Weights, layer.Axis)) ?? Fit(tensor, layer.Axis, options));
        }
        foreach (var layer in plan.Layers)
        {
            var (fit, kept) = (Fit(plan.Network.Constants[layer.Weights].ToOperand().ToTensor(), layer.Axis, options), shared[(layer.Weights, layer.Axis)]);
            weights.Add((layer.Node, kept));
            raised.AddRange(Enumerable.Range(0, kept.Each.Length).Where(c => kept.Of(c).Scale > fit.Of(c).Scale).Select(c => new RaisedScale(layer.Node, c, fit.Of(c).Scale, kept.Of(c).Scale)));
        }
        return new QuantizedNetwork(plan, points, ByName<TensorParams>.Of(weights), Values.From(raised));
    }

    /// <summary>What lies outside the range takes the lowest code of all, also where a symmetric range leaves that one out: QuantizeLinear has no narrower types.</summary>
    private static AffineParams ParamsOf(Histogram observed, QuantizationOptions options)
    {
        var covering = Affine.Covering(AffineRule.Standard, options.Range.Of(observed), options.Activations.Symmetric, options.Activations.Grid);
        return AffineParams.Of(covering.Scale, covering.ZeroPoint, options.Activations.Grid);
    }

    private static TensorParams Fit(Tensor weights, int axis, QuantizationOptions options) => Affine.Fit(AffineRule.Standard, weights,
        options.Weights.Granularity is Granularity.PerChannel ? options.Weights with { Granularity = new Granularity.PerChannel(axis) } : options.Weights, options.WeightGrid);

    /// <summary>Room for the biases; where several output channels share a scale, for the largest of theirs.</summary>
    private static TensorParams WithRoom(QuantizationPlan plan, PlannedLayer layer, Shape weights, double inputScale, TensorParams fit)
    {
        if (layer.Bias.Length == 0) return fit;
        var bias = plan.Network.Constants[layer.Bias].ToOperand().Floats;
        var scales = weights[layer.Axis];
        return BiasRoom.For(fit, Values.From(Enumerable.Range(0, scales).Select(c => Enumerable.Range(0, (bias.Length + scales - 1 - c) / scales).Select(group => bias[group * scales + c]).Append(bias.Length == 1 ? bias[0] : 0).Max(Math.Abs))), inputScale);
    }

    /// <summary>The network as a graph of layers on integers, where every operation has such a form: its codes are those of the QDQ network under <see cref="Contract.MlasFloat32"/>.</summary>
    public Either<PtqError, QuantizedGraph> ToGraph() =>
        from graph in ImageGraph.Of(Plan.Network)
        let points = ByName<AffineParams>.Of(Points.Names.AsEnumerable().Where(graph.Shapes.Has).Select(name => (name, Points[name])))
        from quantized in QuantizedGraph.Create(graph, points, Weights.Map((_, p) => p.Granularity is Granularity.PerChannel ? TensorParams.PerChannel(0, p.Each) : p))
        select quantized;

    /// <summary>The network with QuantizeLinear and DequantizeLinear operations, as a runtime takes it.</summary>
    public Network ToQdq() => QdqForm.Of(this);

    /// <summary>The network with operators on codes, as the ONNX Runtime makes them of <see cref="ToQdq"/> when it runs it.</summary>
    public Network ToQOperator() => QOperatorForm.Of(ToQdq());
}
