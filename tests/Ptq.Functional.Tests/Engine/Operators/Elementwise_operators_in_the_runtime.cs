using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Tensors;
using Ptq.Tests.Runtime;
using static Ptq.Tests.Expect;
using Xunit;

namespace Ptq.Tests.Engine.Operators;

/// <summary>An operator computes what the ONNX Runtime computes, on ordinary numbers of both signs and on shapes that are broadcast.</summary>
public class Elementwise_operators_in_the_runtime
{
    private static readonly Shape Large = Shape.Of(2, 3, 4, 5), Small = Shape.Of(3, 1, 5);

    [OnnxRuntimeTheory]
    [InlineData("Abs")]
    [InlineData("Neg")]
    [InlineData("Sign")]
    [InlineData("Floor")]
    [InlineData("Ceil")]
    [InlineData("Round")]
    [InlineData("Sqrt")]
    [InlineData("Reciprocal")]
    [InlineData("Exp")]
    [InlineData("Log")]
    [InlineData("Erf")]
    [InlineData("Sin")]
    [InlineData("Cos")]
    [InlineData("Tan")]
    [InlineData("Asin")]
    [InlineData("Acos")]
    [InlineData("Atan")]
    [InlineData("Sinh")]
    [InlineData("Cosh")]
    [InlineData("Asinh")]
    [InlineData("Acosh")]
    [InlineData("Atanh")]
    [InlineData("Relu")]
    [InlineData("LeakyRelu", "alpha", 0.3f)]
    [InlineData("ThresholdedRelu", "alpha", 0.7f)]
    [InlineData("Elu", "alpha", 1.5f)]
    [InlineData("Selu")]
    [InlineData("Celu", "alpha", 2)]
    [InlineData("Sigmoid")]
    [InlineData("HardSigmoid", "alpha", 0.3f)]
    [InlineData("HardSwish")]
    [InlineData("Tanh")]
    [InlineData("Softsign")]
    [InlineData("Softplus")]
    [InlineData("Gelu")]
    [InlineData("Mish")]
    [InlineData("Shrink", "bias", 0.25f)]
    [InlineData("IsNaN")]
    [InlineData("IsInf")]
    public void Of_one_tensor(string op, string attribute = "", float value = 0) => Agree(op, attribute.Length == 0 ? [] : [(attribute, new AttributeValue.Real(value))], Floats(Large, 1));

    [OnnxRuntimeFact]
    public void Gelu_by_tanh() => Agree("Gelu", [("approximate", new AttributeValue.Text("tanh"))], Floats(Large, 1));

    [OnnxRuntimeTheory]
    [InlineData("Add")]
    [InlineData("Sub")]
    [InlineData("Mul")]
    [InlineData("Div")]
    [InlineData("Pow")]
    [InlineData("PRelu")]
    [InlineData("Min")]
    [InlineData("Max")]
    [InlineData("Sum")]
    [InlineData("Mean")]
    [InlineData("Equal")]
    [InlineData("Greater")]
    [InlineData("GreaterOrEqual")]
    [InlineData("Less")]
    [InlineData("LessOrEqual")]
    public void Of_two_tensors(string op)
    {
        Agree(op, [], Floats(Large, 1), Floats(Small, 2));
        Agree(op, [], Floats(Large, 1), Floats(Shape.Of(), 3));
        if (op != "PRelu") Agree(op, [], Floats(Small, 1), Floats(Large, 2));
    }

    [OnnxRuntimeTheory]
    [InlineData("Add")]
    [InlineData("Sub")]
    [InlineData("Mul")]
    [InlineData("Div")]
    [InlineData("Mod")]
    [InlineData("Min")]
    [InlineData("Max")]
    [InlineData("Pow")]
    [InlineData("Equal")]
    [InlineData("Less")]
    [InlineData("GreaterOrEqual")]
    [InlineData("BitwiseAnd")]
    [InlineData("BitwiseOr")]
    [InlineData("BitwiseXor")]
    public void Of_integers(string op)
    {
        foreach (var type in (ElementType[])[ElementType.Int32, ElementType.Int64])
            Agree(op, [], Integers(type, Large, 1), op == "Pow" ? Operand.Of(type, Shape.Of(), Values.Of<long>([3])) : Integers(type, Small, 2));
    }

    [OnnxRuntimeFact]
    public void Remainders_and_shifts()
    {
        Agree("Mod", [("fmod", new AttributeValue.Whole(1))], Floats(Large, 1), Floats(Small, 2));
        Agree("Mod", [("fmod", new AttributeValue.Whole(1))], Integers(ElementType.Int32, Large, 1), Integers(ElementType.Int32, Small, 2));
        foreach (var direction in (string[])["LEFT", "RIGHT"])
            Agree("BitShift", [("direction", new AttributeValue.Text(direction))], Operand.Of(ElementType.UInt8, Shape.Of(4), [255, 129, 7, 1]), Operand.Of(ElementType.UInt8, Shape.Of(4), [1, 7, 2, 0]));
    }

    [OnnxRuntimeTheory]
    [InlineData("And")]
    [InlineData("Or")]
    [InlineData("Xor")]
    public void Of_truths(string op) => Agree(op, [], Truths(Large, 1), Truths(Small, 2));

    [OnnxRuntimeFact]
    public void Choices_and_bounds()
    {
        Agree("Not", [], Truths(Large, 1));
        Agree("Where", [], Truths(Small, 1), Floats(Large, 1), Floats(Shape.Of(), 2));
        Agree("Where", [], Truths(Large, 1), Integers(ElementType.Int64, Small, 1), Integers(ElementType.Int64, Shape.Of(1, 5), 2));
        Agree("Clip", [], Floats(Large, 1), Operand.Of(ElementType.Float32, Shape.Of(), [-0.5f]), Operand.Of(ElementType.Float32, Shape.Of(), [2f]));
        Agree("Clip", [], Floats(Large, 1), Operand.Of(ElementType.Float32, Shape.Of(), [2f]), Operand.Of(ElementType.Float32, Shape.Of(), [-0.5f]));
        Agree("Clip", [], Integers(ElementType.Int64, Large, 1), Operand.Of(ElementType.Int64, Shape.Of(), Values.Of<long>([-3])));
    }

    [OnnxRuntimeFact]
    public void Casts()
    {
        foreach (var to in (ElementType[])[ElementType.Float16, ElementType.Float64, ElementType.Int8, ElementType.Int32, ElementType.Int64, ElementType.Bool])
            Agree("Cast", [("to", new AttributeValue.Whole((long)to))], Floats(Large, 1));
        foreach (var to in (ElementType[])[ElementType.Float32, ElementType.Float16, ElementType.Int8, ElementType.UInt8, ElementType.UInt16, ElementType.Int64, ElementType.Bool])
            Agree("Cast", [("to", new AttributeValue.Whole((long)to))], Operand.Of(ElementType.Int32, Shape.Of(7), Values.Of<long>([0, 1, -1, 255, 257, -200, 70000])));
        Agree("CastLike", [], Truths(Large, 1), Floats(Shape.Of(1), 1));
    }

    [OnnxRuntimeTheory]
    [InlineData("Relu")]
    [InlineData("Sigmoid")]
    [InlineData("Tanh")]
    [InlineData("Exp")]
    [InlineData("Erf")]
    [InlineData("Sqrt")]
    [InlineData("Log")]
    [InlineData("Abs")]
    [InlineData("Round")]
    public void Ends_of_the_range(string op) => Agree(op, [], Operand.Of(ElementType.Float32, Shape.Of(8), [0, 1e-30f, -1e-30f, 1e30f, -1e30f, 90, -90, float.PositiveInfinity]));

    private static void Agree(string op, (string, AttributeValue)[] attributes, params Operand[] inputs)
    {
        var names = inputs.Select((_, i) => $"x{i}").ToArray();
        var ours = OneOperation.Run(op, attributes, inputs);
        var network = Right(Network.Create(20, Values.From(inputs.Select((x, i) => new Port(names[i], x.Type, x.Shape.Lengths.Map(n => new Dimension(n))))), ByName<Constant>.Of([]),
            [new Operation("it", op, Values.Of<string>(names), "y", attributes)], [new Port("y", ours.Type, ours.Shape.Lengths.Map(n => new Dimension(n)))], NetworkInfo.Named("one")));
        var theirs = Right(OnnxRuntime.Run(Right(OnnxFile.Write(network)), [.. inputs.Select((x, i) => RuntimeTensor.FromBytes(names[i], NameOf(x.Type), x.Shape, Constant.Of(x).Bytes.Span.ToArray()))]))["y"];
        Assert.Equal((NameOf(ours.Type), ours.Shape), (theirs.Type, theirs.Shape));
        var expected = Constant.Of(ours.Type, ours.Shape, theirs.Data).ToOperand();
        if (!ours.Type.IsFloat) Assert.Equal(expected.Integers.AsEnumerable(), ours.Integers.AsEnumerable());
        else
            for (var i = 0; i < ours.Shape.Count; i++)
                Assert.True(ours.Floats[i].Equals(expected.Floats[i]) || Math.Abs(ours.Floats[i] - expected.Floats[i]) <= 1e-6f + 1e-5f * Math.Abs(expected.Floats[i]),
                    FormattableString.Invariant($"{op} at {i} of {string.Join(", ", inputs.Select(x => $"{x}"))}: {ours.Floats[i]:R}, in the runtime {expected.Floats[i]:R}"));
    }

    private static string NameOf(ElementType type) => type switch { ElementType.Float32 => "float", ElementType.Float64 => "double", _ => type.Name };

    private static Operand Floats(Shape shape, int seed) => Operand.Of(ElementType.Float32, shape, Values.From(Enumerable.Range(0, shape.Count).Select(i => i % 7 == 3 ? seed - 1 : (float)Math.Round(Math.Sin(i * 1.7 + seed) * 400) / (i % 2 == 0 ? 100 : 500))));

    private static Operand Integers(ElementType type, Shape shape, int seed) => Operand.Of(type, shape, Values.From(Enumerable.Range(0, shape.Count).Select(i => (long)Math.Round(Math.Sin(i * 1.7 + seed) * 50) is var n && n == 0 ? seed : n)));

    private static Operand Truths(Shape shape, int seed) => Operand.Of(ElementType.Bool, shape, Values.From(Enumerable.Range(0, shape.Count).Select(i => Math.Sin(i * 1.7 + seed) > 0 ? 1L : 0)));
}
