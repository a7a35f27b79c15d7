using Ptq.Calibration;
using Ptq.Deployment;
using Ptq.Engine;
using Ptq.Evaluation;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Deployment;

/// <summary>Which operators between DequantizeLinear and QuantizeLinear become operators on codes, and which do not.</summary>
public class Operators_on_codes
{
    [Fact]
    public void Of_the_residual_network_run_on_codes_throughout()
    {
        var network = Networks.Quantized("resnet8_fashion", QuantizationOptions.Default).ToQOperator();
        Assert.Equal("QuantizeLinear", network.Operations[0].Op);
        Assert.Equal("DequantizeLinear", network.Operations[^1].Op);
        Assert.Equal(["QLinearConv", "com.microsoft.QLinearAdd", "com.microsoft.QLinearGlobalAveragePool", "Flatten", "com.microsoft.QGemm"], network.Operations.AsEnumerable().Skip(1).SkipLast(1).Select(o => o.FullOp).Distinct());
        Assert.Equal(1, network.Info.Domains["com.microsoft"].Value);
    }

    [Fact]
    public void Clip_their_codes_where_a_ReLU_is_not_implied_by_them()
    {
        var network = Networks.Quantized("lenet_mnist", QuantizationOptions.Default with { Activations = ActivationScheme.Int8Symmetric }).ToQOperator();
        Assert.Equal(["QuantizeLinear", "QLinearConv", "Clip", "MaxPool", "QLinearConv", "Clip", "MaxPool", "Flatten", "QGemm", "Clip", "QGemm", "DequantizeLinear"], network.Operations.AsEnumerable().Select(o => o.Op));
        Assert.All(network.Operations.AsEnumerable().Where(o => o.Op == "Clip"), o => Assert.Equal((0L, 127L), (network.Constants[o.Input(1)].ToOperand().Integers[0], network.Constants[o.Input(2)].ToOperand().Integers[0])));
    }

    [Fact]
    public void Keep_their_names_and_attributes()
    {
        var float32 = Networks.Read("resnet8_fashion").Operations.AsEnumerable().Where(o => o.Op == "Conv").ToDictionary(o => o.Name);
        var convolutions = Networks.Quantized("resnet8_fashion", QuantizationOptions.Default).ToQOperator().Operations.AsEnumerable().Where(o => o.Op == "QLinearConv").ToArray();
        Assert.Equal(float32.Count, convolutions.Length);
        Assert.All(convolutions, o => Assert.Equal(float32[o.Name].Attributes, o.Attributes));
    }

    [Theory]
    [InlineData("", "QLinearConv")]
    [InlineData("a bias in other steps", "Conv")]
    [InlineData("a second reader", "Conv")]
    [InlineData("an output of the network", "Conv")]
    [InlineData("a scale that is an input", "Conv")]
    [InlineData("codes of 16 bits", "Conv")]
    public void Are_made_where_nothing_else_is_in_the_way(string obstacle, string op)
    {
        var network = Convolution(obstacle);
        var rewritten = QOperatorForm.Of(network);
        Assert.Contains(op, rewritten.Operations.AsEnumerable().Select(o => o.Op));
        if (op == "Conv") Assert.Equal(network, rewritten);
    }

    [Fact]
    public void Move_codes_that_keep_their_meaning()
    {
        var network = Between([new("pad", "Pad", ["x", "pads"], "p"), new("split", "Split", ["p_read"], ["a", "b"], ByName<AttributeValue>.Of([("axis", new AttributeValue.Whole(1))]))], ["p", "a", "b"], ("pads", Integers(0, 0, 1, 1, 0, 0, 1, 1)));
        var rewritten = QOperatorForm.Of(network);
        Assert.Equal(["QuantizeLinear", "Pad", "Split", "DequantizeLinear", "DequantizeLinear"], rewritten.Operations.AsEnumerable().Select(o => o.Op));
        var padding = rewritten.Constants[rewritten.Operations[1].Input(2)];
        Assert.Equal((ElementType.UInt8, 100), (padding.Type, padding.ToOperand().Integers[0])); // zeros have the code 100
        Assert.Equal(Outputs(network), Outputs(rewritten));
    }

    [Fact]
    public void Compute_what_the_runtime_makes_of_gates_where_that_is_asked_for()
    {
        var network = Between([new("s", "Sigmoid", ["x"], "s"), new("m", "Mul", ["x", "s_read"], "m"), new("l", "LeakyRelu", ["m_read"], "l", ("alpha", new AttributeValue.Real(0.1f)))], ["s", "m", "l"]);
        var rewritten = QOperatorForm.Of(network);
        Assert.Equal(["QuantizeLinear", "QLinearSigmoid", "QLinearMul", "QLinearLeakyRelu", "DequantizeLinear"], rewritten.Operations.AsEnumerable().Select(o => o.Op));
        Assert.All(Outputs(network).Zip(Outputs(rewritten)), pair => Assert.InRange(Math.Abs(pair.Item1 - pair.Item2), 0, 0.0501f)); // one step
    }

    [Fact]
    public void Requantize_as_the_contract_says_and_as_no_other()
    {
        var network = Networks.Quantized("mobile_fashion", QuantizationOptions.Default).ToQOperator();
        var images = Networks.Batches(network, Networks.Images("mobile_fashion", "test").Images.Rows(0, 100), 50);
        var found = Right(ContractComparison.Of(network, [Contract.MlasFloat32, Contract.OnnxSpec, Contract.FixedPoint], images));
        Assert.Equal(network.Operations.AsEnumerable().Count(o => o.Op is "QLinearConv" or "QGemm"), found.Length);
        Assert.All(found.AsEnumerable(), layer => Assert.Equal(0, layer.Different[0]));
        Assert.InRange(found.AsEnumerable().Sum(layer => layer.Different[1]), 1, found.AsEnumerable().Sum(layer => layer.Codes) / 10_000);
        Assert.All(found.AsEnumerable(), layer => Assert.InRange(layer.Furthest, 0, 1));
    }

    /// <summary>A convolution between codes, with something in the way.</summary>
    private static Network Convolution(string obstacle)
    {
        var network = Between([new("w_by", "DequantizeLinear", ["w_codes", "w_scale"], "w"), new("b_by", "DequantizeLinear", ["b_codes", "b_scale"], "b"), new("c", "Conv", ["x", "w", "b"], "c")], ["c"],
            ("w_codes", Constant.Of(ElementType.Int8, Shape.Of(2, 4, 1, 1), 1, -2, 3, 4, 5, 6, -7, 8)), ("w_scale", Real(0.02f)),
            ("b_codes", Constant.Of(ElementType.Int32, Shape.Of(2), 7, -900)), ("b_scale", Real(obstacle == "a bias in other steps" ? 0.002f : 0.05f * 0.02f)));
        var (inputs, outputs, operations) = (network.Inputs.AsEnumerable(), network.Outputs.AsEnumerable(), network.Operations.AsEnumerable());
        var constants = network.Constants.Names.AsEnumerable().Select(name => (name, obstacle == "codes of 16 bits" && name == "zero" ? Constant.Of(ElementType.UInt16, Shape.Of(), 100) : network.Constants[name]));
        if (obstacle == "a scale that is an input")
        {
            inputs = inputs.Append(new Port("given", ElementType.Float32, []));
            operations = operations.Select(o => o.Name is "in_codes_by" or "in_read_by" ? o with { Inputs = o.Inputs.With(1, "given") } : o);
        }
        if (obstacle == "a second reader") operations = operations.Append(new Operation("second", "Abs", ["c"], "abs"));
        if (obstacle is "a second reader" or "an output of the network") outputs = outputs.Append(new Port(obstacle == "a second reader" ? "abs" : "c", ElementType.Float32, [], false));
        return Right(Network.Create(21, Values.From(inputs), ByName<Constant>.Of(constants), Values.From(operations), Values.From(outputs), network.Info));
    }

    /// <summary>Operations between codes of one meaning, scale 0.05 and zero point 100: tensor t is read behind its codes as t_read, and x from in. What nothing reads is an output.</summary>
    private static Network Between(Operation[] operations, string[] coded, params (string, Constant)[] constants)
    {
        var all = new List<Operation> { new("in_codes_by", "QuantizeLinear", ["in", "scale", "zero"], "in_codes"), new("in_read_by", "DequantizeLinear", ["in_codes", "scale", "zero"], "x") };
        foreach (var operation in operations)
        {
            all.Add(operation);
            foreach (var output in operation.Outputs.AsEnumerable().Where(coded.Contains))
                all.AddRange([new($"{output}_codes_by", "QuantizeLinear", [output, "scale", "zero"], $"{output}_codes"), new($"{output}_read_by", "DequantizeLinear", [$"{output}_codes", "scale", "zero"], $"{output}_read")]);
        }
        var read = all.SelectMany(o => o.Inputs.AsEnumerable()).ToHashSet();
        return Right(Network.Create(17, [new Port("in", ElementType.Float32, [new Dimension(1), new Dimension(4), new Dimension(3), new Dimension(3)])],
            ByName<Constant>.Of([("scale", Real(0.05f)), ("zero", Constant.Of(ElementType.UInt8, Shape.Of(), 100)), .. constants]), Values.From(all),
            Values.From(all.SelectMany(o => o.Outputs.AsEnumerable()).Where(t => !read.Contains(t)).Select(t => new Port(t, ElementType.Float32, [], false))), NetworkInfo.Named("between")));
    }

    private static float[] Outputs(Network network)
    {
        var input = Operand.Of(Tensor.Of(Shape.Of(1, 4, 3, 3), Values.From(Enumerable.Range(0, 36).Select(i => (i * 7 % 36 - 18) / 5f))));
        return [.. Right(from engine in NetworkEngine.Prepare(network, ByName<Shape>.Of([("in", input.Shape)])) from outputs in engine.Run(ByName<Operand>.Of([("in", input)])) select outputs).Items.AsEnumerable().SelectMany(o => o.Floats.AsEnumerable())];
    }

    private static Constant Real(float value) => Constant.Of(Tensor.Of(Shape.Of(), [value]));

    private static Constant Integers(params long[] values) => Constant.Of(ElementType.Int64, Shape.Of(values.Length), values);
}
