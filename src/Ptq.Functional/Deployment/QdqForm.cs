using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Deployment;

/// <summary>
/// Writes a quantization into a network as pairs of QuantizeLinear and DequantizeLinear (ONNX operators, opset 13). Weights become INT8
/// constants behind a DequantizeLinear, biases INT32 constants at scale s_x·s_w[c]. A ReLU or Clip that the codes imply disappears.
/// </summary>
internal sealed class QdqForm
{
    private readonly QuantizedNetwork source;
    private readonly Rewriting draft;
    private readonly Dictionary<string, string> read = new(StringComparer.Ordinal); // what readers of a tensor read instead
    private readonly Dictionary<string, string> weights = new(StringComparer.Ordinal);
    private readonly List<(string Name, Constant Value)> constants;
    private readonly List<Operation> operations = [];

    private QdqForm(QuantizedNetwork source)
    {
        (this.source, draft) = (source, new(source.Plan.Network));
        constants = [.. Enumerable.Range(0, source.Plan.Network.Constants.Count).Select(i => (source.Plan.Network.Constants.Names[i], source.Plan.Network.Constants.Items[i]))];
    }

    public static Network Of(QuantizedNetwork source)
    {
        var form = new QdqForm(source);
        form.Write();
        return source.Plan.Network.With(form.operations, form.constants);
    }

    private void Write()
    {
        var network = source.Plan.Network;
        var layers = source.Plan.Layers.AsEnumerable().ToDictionary(l => l.Node, StringComparer.Ordinal);
        foreach (var input in network.Inputs)
            if (source.Points.Has(input.Name)) AddPair(input.Name, input.Name);
        foreach (var operation in network.Operations)
        {
            var written = operation with { Inputs = operation.Inputs.Map(name => read.GetValueOrDefault(name) ?? name) };
            if (layers.TryGetValue(operation.Name, out var layer)) written = written with { Inputs = LayerInputs(layer, written) };
            else if (IsImplied(operation)) // the operation before it writes in its place
            {
                var at = operations.FindIndex(o => o.Outputs.Span.Contains(operation.Input(0)));
                operations[at] = operations[at] with { Outputs = operations[at].Outputs.Map(name => name == operation.Input(0) ? operation.Output : name) };
                AddPairs(operation, operations[at], at);
                continue;
            }
            operations.Add(written);
            AddPairs(operation, written, operations.Count - 1);
        }
    }

    /// <summary>Codes behind what an operation writes. An output of the network keeps its name, which what is read from the codes takes.</summary>
    private void AddPairs(Operation operation, Operation written, int at)
    {
        foreach (var tensor in operation.Outputs.AsEnumerable().Where(t => t.Length > 0 && source.Points.Has(t)))
        {
            var made = tensor;
            if (draft.IsOutput(tensor))
            {
                made = draft.Fresh($"{tensor}_QuantizeLinear_Input");
                operations[at] = written = written with { Outputs = written.Outputs.Map(name => name == tensor ? made : name) };
            }
            AddPair(tensor, made);
        }
    }

    private void AddPair(string tensor, string made)
    {
        var p = source.Points[tensor];
        var scale = AddConstant($"{tensor}_scale", Constant.Of(Tensor.Of(Shape.Of(), [(float)p.Scale])));
        var zero = AddConstant($"{tensor}_zero_point", Constant.Of(TypeOf(p.Grid), Shape.Of(), p.ZeroPoint));
        var codes = draft.Fresh($"{tensor}_QuantizeLinear_Output");
        var result = made == tensor ? draft.Fresh($"{tensor}_DequantizeLinear_Output") : tensor;
        operations.Add(new(draft.Fresh($"{tensor}_QuantizeLinear"), "QuantizeLinear", [made, scale, zero], codes));
        operations.Add(new(draft.Fresh($"{tensor}_DequantizeLinear"), "DequantizeLinear", [codes, scale, zero], result));
        read[tensor] = result;
    }

    private Values<string> LayerInputs(PlannedLayer layer, Operation written)
    {
        var p = source.Weights[layer.Node];
        if (!weights.TryGetValue(WeightKey(layer), out var w)) weights[WeightKey(layer)] = w = AddWeights(layer.Weights, p);
        return layer.Bias.Length == 0 ? [written.Input(0), w] : [written.Input(0), w, AddBias(layer, p)];
    }

    private static string WeightKey(PlannedLayer layer) => $"{layer.Axis} {layer.Weights}";

    private string AddWeights(string name, TensorParams p)
    {
        var codes = Affine.QuantizeToBytes(AffineRule.Standard, source.Plan.Network.Constants[name].ToOperand().ToTensor(), p);
        return AddDequantized(name, codes, p.Granularity, [.. p.Each.AsEnumerable().Select(e => (float)e.Scale)], withZero: true);
    }

    /// <summary>rne(b / (s_x·s_w[c])) in INT32; <see cref="Calibration.BiasRoom"/> has seen to it that it fits.</summary>
    private string AddBias(PlannedLayer layer, TensorParams p)
    {
        var bias = source.Plan.Network.Constants[layer.Bias].ToOperand().Floats;
        var w = source.Plan.Network.Constants[layer.Weights].Shape;
        var outputs = layer.Op == "ConvTranspose" ? w[1] * (int)draft.Operations.First(o => o.Name == layer.Node).Whole("group", 1) : w[layer.Axis];
        var input = (float)source.Points[layer.Input].Scale;
        float ScaleOf(int c) => input * (float)p.Of(c % p.Each.Length).Scale;
        var codes = Enumerable.Range(0, outputs).Select(c => (long)Rounding.HalfToEven((double)bias[bias.Length == 1 ? 0 : c] / ((double)input * (float)p.Of(c % p.Each.Length).Scale)));
        return p.Each.Length == 1
            ? AddDequantized(layer.Bias, Constant.Of(ElementType.Int32, Shape.Of(outputs), [.. codes]), new Granularity.PerTensor(), [ScaleOf(0)], withZero: false)
            : AddDequantized(layer.Bias, Constant.Of(ElementType.Int32, Shape.Of(outputs), [.. codes]), new Granularity.PerChannel(0), [.. Enumerable.Range(0, outputs).Select(ScaleOf)], withZero: false);
    }

    private string AddDequantized(string name, Constant codes, Granularity granularity, float[] scales, bool withZero)
    {
        var perChannel = granularity is Granularity.PerChannel;
        var scaleShape = perChannel ? Shape.Of(scales.Length) : Shape.Of();
        var data = AddConstant($"{name}_quantized", codes);
        var scale = AddConstant($"{name}_scale", Constant.Of(Tensor.Of(scaleShape, Values.Of<float>(scales))));
        Values<string> inputs = withZero ? [data, scale, AddConstant($"{name}_zero_point", Constant.Of(codes.Type, scaleShape, new long[scales.Length]))] : [data, scale];
        var result = draft.Fresh($"{name}_DequantizeLinear_Output");
        operations.Add(new(draft.Fresh($"{name}_DequantizeLinear"), "DequantizeLinear", inputs, result, granularity is Granularity.PerChannel(var axis) ? [("axis", new AttributeValue.Whole(axis))] : []));
        return result;
    }

    private string AddConstant(string wish, Constant value)
    {
        var name = draft.Fresh(wish);
        constants.Add((name, value));
        return name;
    }

    /// <summary>Whether a ReLU or Clip runs inside the operation before it, and the codes do what it would.</summary>
    private bool IsImplied(Operation o) => ConstantClamp.EndsOf(draft, o) is { } ends && source.Points.Find(o.Output).Case is LanguageExt.SomeCase<AffineParams>(var p) && ends.AreImpliedBy(p)
        && !source.Points.Has(o.Input(0)) && !draft.IsOutput(o.Input(0)) && draft.ReadersOf(o.Input(0)).Count == 1 && draft.WriterOf(o.Input(0)) is not null;

    private static ElementType TypeOf(Grid grid) => grid.Signed ? ElementType.Int8 : ElementType.UInt8;
}
