using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Onnx.Upgrades;

/// <summary>How many axes tensors have and what their elements are, as far as that follows without their lengths.</summary>
internal sealed class Ranks
{
    private readonly Dictionary<string, int> ranks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ElementType> types = new(StringComparer.Ordinal);
    private readonly IReadOnlyDictionary<string, Constant> constants;

    public Ranks(IEnumerable<Port> inputs, IReadOnlyDictionary<string, Constant> constants)
    {
        this.constants = constants;
        foreach (var (name, value) in constants) Add(name, value);
        foreach (var port in inputs)
        {
            types[port.Name] = port.Type;
            if (port.HasShape) ranks[port.Name] = port.Dims.Length;
        }
    }

    public int? RankOf(string tensor) => ranks.TryGetValue(tensor, out var rank) ? rank : null;

    public ElementType TypeOf(string tensor) => types.GetValueOrDefault(tensor, ElementType.Float32);

    public void Add(string name, Constant value) => (ranks[name], types[name]) = (value.Shape.Rank, value.Type);

    /// <summary>The outputs of an operation of operator set 13.</summary>
    public void Add(Operation operation)
    {
        var (rank, type) = (Rank(operation), Type(operation));
        foreach (var output in operation.Outputs)
        {
            if (output.Length == 0) continue;
            if (rank is { } known and >= 0 and <= TensorReader.MostAxes) ranks[output] = known;
            types[output] = type;
        }
    }

    private int? Rank(Operation o) => o.FullOp switch
    {
        "Add" or "Sub" or "Mul" or "Div" or "Pow" or "Max" or "Min" or "Sum" or "Mean" or "And" or "Or" or "Xor" or "Equal" or "Less" or "Greater" or "Where" => Widest(o),
        "MatMul" => RankOf(o.Input(0)) is >= 2 && RankOf(o.Input(1)) is >= 2 ? Widest(o) : null,
        "Gemm" or "Flatten" => 2,
        "Shape" => 1,
        "Reshape" or "Expand" or "ConstantOfShape" => Length(o.Input(o.Op == "ConstantOfShape" ? 0 : 1)) is { } length ? o.Op == "Expand" ? RankOf(o.Input(0)) is { } rank ? Math.Max(rank, length) : null : length : null,
        "Unsqueeze" => RankOf(o.Input(0)) + Length(o.Input(1)),
        "Squeeze" => RankOf(o.Input(0)) - Length(o.Input(1)),
        "Gather" => RankOf(o.Input(0)) - 1 + RankOf(o.Input(1)),
        "ReduceSum" => o.Whole("keepdims", 1) != 0 ? RankOf(o.Input(0)) : RankOf(o.Input(0)) - Length(o.Input(1)),
        "ReduceMean" or "ReduceMax" or "ReduceMin" or "ReduceProd" or "ReduceL1" or "ReduceL2" or "ReduceLogSum" or "ReduceLogSumExp" or "ReduceSumSquare" =>
            o.Whole("keepdims", 1) != 0 ? RankOf(o.Input(0)) : o.Wholes("axes", []) is { Length: > 0 } axes ? RankOf(o.Input(0)) - axes.Length : 0,
        "ArgMax" or "ArgMin" => RankOf(o.Input(0)) - (o.Whole("keepdims", 1) != 0 ? 0 : 1),
        "Relu" or "LeakyRelu" or "PRelu" or "Elu" or "Selu" or "Sigmoid" or "HardSigmoid" or "Tanh" or "Softplus" or "Softsign" or "Erf" or "Sqrt" or "Exp" or "Log" or "Abs" or "Neg" or "Reciprocal" or "Floor" or "Ceil" or "Sign" or "Not"
            or "Clip" or "Cast" or "Identity" or "Dropout" or "Softmax" or "LogSoftmax" or "Hardmax" or "BatchNormalization" or "InstanceNormalization" or "LRN" or "LpNormalization" or "Conv" or "ConvTranspose" or "MaxPool" or "AveragePool"
            or "LpPool" or "GlobalAveragePool" or "GlobalMaxPool" or "Concat" or "Split" or "Slice" or "Pad" or "Transpose" or "Tile" or "Resize" or "DepthToSpace" or "SpaceToDepth" or "CumSum" or "TopK" or "QuantizeLinear" or "DequantizeLinear" => RankOf(o.Input(0)),
        _ => null,
    };

    private ElementType Type(Operation o) => o.FullOp switch
    {
        "Cast" => (ElementType)o.Whole("to", 1) is var to && Enum.IsDefined(to) ? to : ElementType.Float32,
        "Shape" or "Size" or "ArgMax" or "ArgMin" or "NonZero" => ElementType.Int64,
        "And" or "Or" or "Xor" or "Not" or "Equal" or "Less" or "Greater" or "IsNaN" or "IsInf" => ElementType.Bool,
        "ConstantOfShape" => o.Attributes.Find("value").Case is LanguageExt.SomeCase<AttributeValue>(AttributeValue.Data data) ? data.Value.Type : ElementType.Float32,
        "Where" => TypeOf(o.Input(1)),
        "QuantizeLinear" or "DequantizeLinear" => o.Op == "QuantizeLinear" ? TypeOf(o.Input(2)) : TypeOf(o.Input(1)),
        _ => TypeOf(o.Input(0)),
    };

    private int? Length(string tensor) => constants.TryGetValue(tensor, out var value) && value.Shape.Rank == 1 ? value.Shape[0] : null;

    private int? Widest(Operation o)
    {
        var widest = 0;
        foreach (var input in o.Inputs)
        {
            if (RankOf(input) is not { } rank) return null;
            widest = Math.Max(widest, rank);
        }
        return widest;
    }
}
