using Ptq.Calibration;
using Ptq.Deployment;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Deployment;

/// <summary>What becomes codes, what stays float, and what the written network says of it, on networks small enough to see through.</summary>
public class Plans
{
    private static readonly Shape Image = Shape.Of(1, 4, 6, 6);

    [Fact]
    public void An_activation_behind_a_layer_runs_inside_it_and_leaves_no_node()
    {
        var qdq = Quantized(Conv("c1", "x", "a"), Op("r", "Relu", ["a"], "b"), Conv("c2", "b", "y")).ToQdq();
        Assert.DoesNotContain(qdq.Operations.AsEnumerable(), o => o.Op == "Relu");
        Assert.Equal(["x", "b", "y"], Plan(Conv("c1", "x", "a"), Op("r", "Relu", ["a"], "b"), Conv("c2", "b", "y")).Sources.Names.AsEnumerable());
    }

    [Fact]
    public void A_pool_passes_the_codes_of_its_input_on()
    {
        var plan = Plan(Conv("c1", "x", "a"), Op("p", "MaxPool", ["a"], "b", ("kernel_shape", new AttributeValue.Wholes([2, 2]))), Conv("c2", "b", "y"));
        Assert.Equal("a", plan.Sources["b"]);
        var quantized = Quantized(Conv("c1", "x", "a"), Op("p", "MaxPool", ["a"], "b", ("kernel_shape", new AttributeValue.Wholes([2, 2]))), Conv("c2", "b", "y"));
        Assert.Equal(quantized.Points["a"], quantized.Points["b"]);
    }

    [Fact]
    public void An_output_left_out_is_not_what_an_input_left_out_reads()
    {
        var pool = new Operation("p", "MaxPool", ["x"], ["unread", ""], ByName<AttributeValue>.Of([("kernel_shape", new AttributeValue.Wholes([2, 2]))]));
        var network = Right(Network.Create(17, [new Port("x", ElementType.Float32, Image.Lengths.Map(n => new Dimension(n)))], ByName<Constant>.Of([("most", Constant.Of(Tensor.Of(Shape.Of(), [6f])))]),
            [pool, Op("c", "Clip", ["x", "", "most"], "y")], [new Port("y", ElementType.Float32, [], false)], NetworkInfo.Named("left out")));
        Assert.Equal(["Clip"], Simplification.Of(network).Operations.AsEnumerable().Select(o => o.Op));
    }

    [Fact]
    public void Every_reader_of_a_tensor_with_codes_reads_its_codes()
    {
        var qdq = Quantized(Conv("c1", "x", "a"), Op("s", "Sigmoid", ["a"], "g"), Op("m", "Mul", ["a", "g"], "b"), Conv("c2", "b", "y")).ToQdq();
        var readers = qdq.Operations.AsEnumerable().Where(o => o.Inputs.Span.Contains("a")).Select(o => o.Op);
        Assert.Equal(["QuantizeLinear"], readers);
        Assert.Equal(2, qdq.Operations.AsEnumerable().Count(o => o.Inputs.Span.Contains("a_DequantizeLinear_Output")));
    }

    [Theory]
    [InlineData(false, "QuantizeLinear QLinearConv DequantizeLinear Sigmoid Mul QuantizeLinear QLinearConv DequantizeLinear")]
    [InlineData(true, "QuantizeLinear QLinearConv QLinearSigmoid QLinearMul QLinearConv DequantizeLinear")]
    public void A_gate_runs_on_codes_where_that_is_asked_for(bool integerActivations, string expected)
    {
        var quantized = Right(
            from plan in QuantizationPlan.Of(NetworkOf(Conv("c1", "x", "a"), Op("s", "Sigmoid", ["a"], "g"), Op("m", "Mul", ["a", "g"], "b"), Conv("c2", "b", "y")), Shapes, [], integerActivations)
            from seen in NetworkCalibration.Observe(plan.Network, plan.Observed, [Input])
            from made in QuantizedNetwork.Create(plan, seen, QuantizationOptions.Default)
            select made);
        var onCodes = quantized.ToQOperator();
        Assert.Equal(expected, string.Join(' ', onCodes.Operations.AsEnumerable().Select(o => o.Op)));
        var (real, whole) = (Right(Right(NetworkEngine.Prepare(quantized.Plan.Network, Shapes)).Run(Input)).Items[0], Right(Right(NetworkEngine.Prepare(onCodes, Shapes)).Run(Input)).Items[0]);
        Assert.All(real.Floats.AsEnumerable().Zip(whole.Floats.AsEnumerable(), (a, b) => Math.Abs(a - b)), distance => Assert.InRange(distance, 0, 5 * quantized.Points["y"].Scale));
    }

    [Fact]
    public void Two_clamps_in_a_row_become_one()
    {
        string[] Simple(params Operation[] operations) => [.. Simplification.Of(NetworkOf(operations)).Operations.AsEnumerable().Select(o => o.Op)];
        Assert.Equal(["Conv", "Clip"], Simple(Conv("c1", "x", "a"), Op("r", "Relu", ["a"], "b"), Op("k", "Clip", ["b", "three", "six"], "y")));
        Assert.Equal(["Conv", "Relu"], Simple(Conv("c1", "x", "a"), Op("r", "Relu", ["a"], "b"), Op("k", "Relu", ["b"], "y")));
        Assert.Equal(["Conv", "Relu", "Relu", "Add"], Simple(Conv("c1", "x", "a"), Op("r", "Relu", ["a"], "b"), Op("k", "Relu", ["b"], "c"), Op("s", "Add", ["b", "c"], "y"))); // the first is read elsewhere too
        foreach (var (low, high) in new[] { ("zero", "six"), ("three", "six"), ("six", "six") })
        {
            var network = NetworkOf(Op("k", "Clip", ["x", "zero", "three"], "a"), Op("r", "Clip", ["a", low, high], "y"));
            Same(network, Simplification.Of(network));
        }
    }

    [Fact]
    public void A_sum_between_layers_has_codes_and_a_sum_before_a_normalization_has_none()
    {
        var between = Plan(Conv("c1", "x", "a"), Conv("c2", "a", "b"), Op("s", "Add", ["a", "b"], "c"), Conv("c3", "c", "y"));
        Assert.True(between.Sources.Has("c"));
        var before = Plan(Conv("c1", "x", "a"), Conv("c2", "a", "b"), Op("s", "Add", ["a", "b"], "c"), Op("n", "ReduceMean", ["c"], "y", ("axes", new AttributeValue.Wholes([-1]))));
        Assert.False(before.Sources.Has("c"));
        Assert.Contains(before.Left.AsEnumerable(), l => l.Node == "s" && l.Reason == "not every neighbour has codes");
    }

    [Fact]
    public void An_output_that_its_operator_does_not_give_is_nobodys_tensor()
    {
        var plan = Plan(Conv("c1", "x", "a"), new Operation("s", "Sigmoid", ["a"], ["b", "more"], ByName<AttributeValue>.Of([])), Conv("c2", "b", "y"));
        Assert.Contains(plan.Left.AsEnumerable(), l => l.Node == "s");
        Assert.Contains("tensor 'more'", QuantizationPlan.Of(NetworkOf(Conv("c1", "x", "a"), new Operation("s", "Sigmoid", ["a"], ["b", "more"], ByName<AttributeValue>.Of([])), Op("m", "Mul", ["b", "more"], "y")), Shapes, []).Match(_ => "", e => e.Describe()), StringComparison.Ordinal);
    }

    [Fact]
    public void Twenty_thousand_identities_are_left_out_one_by_one()
    {
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        var chain = Enumerable.Range(0, 20_000).Select(i => Op($"i{i}", "Identity", [i == 0 ? "a" : $"t{i - 1}"], $"t{i}"));
        var simple = Simplification.Of(NetworkOf([Conv("c1", "x", "a"), .. chain, Conv("c2", "t19999", "y")]));
        Assert.Equal(["c1", "c2"], simple.Operations.AsEnumerable().Select(o => o.Name));
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 30); // a second; minutes where each of them is looked for among all
    }

    [Fact]
    public void An_excluded_layer_keeps_its_float_weights()
    {
        var network = NetworkOf(Conv("c1", "x", "a"), Conv("c2", "a", "y"));
        var plan = Right(QuantizationPlan.Of(network, Shapes, ["c2"]));
        Assert.Equal(["c1"], plan.Layers.AsEnumerable().Select(l => l.Node));
        Assert.Contains(plan.Left.AsEnumerable(), l => l is { Node: "c2", Reason: "excluded by name" });
    }

    [Fact]
    public void A_name_that_no_operation_has_is_refused() =>
        Assert.Equal("exclude: saw 'c9', wanted the name of an operation (ptq inspect lists them)", Refusal(QuantizationPlan.Of(NetworkOf(Conv("c1", "x", "y")), Shapes, ["c9"])));

    [Fact]
    public void A_quantized_network_is_not_quantized_again() =>
        Assert.StartsWith("node 'x_QuantizeLinear', op: saw QuantizeLinear, wanted a float network", Refusal(QuantizationPlan.Of(Quantized(Conv("c1", "x", "y")).ToQdq(), Shapes, [])), StringComparison.Ordinal);

    [Fact]
    public void A_network_without_weights_has_nothing_to_quantize() =>
        Assert.StartsWith("graph, operations: saw no layer with constant weights", Refusal(QuantizationPlan.Of(NetworkOf(Op("r", "Relu", ["x"], "y")), Shapes, [])), StringComparison.Ordinal);

    [Fact]
    public void An_output_keeps_its_name_and_is_what_the_codes_say()
    {
        var qdq = Quantized(Conv("c1", "x", "y")).ToQdq();
        Assert.Equal("DequantizeLinear", qdq.Operations.AsEnumerable().Single(o => o.Outputs.Span.Contains("y")).Op);
        Assert.Equal(["y"], qdq.Outputs.AsEnumerable().Select(o => o.Name));
    }

    [Fact]
    public void A_bias_that_does_not_fit_raises_the_scale_of_its_channel_and_says_so()
    {
        var weights = Enumerable.Repeat(1e-30f, 16).ToArray(); // the first channel is as good as dead
        for (var i = 4; i < weights.Length; i++) weights[i] = 0.5f;
        var quantized = Quantized(Tensor.Of(Shape.Of(4, 4, 1, 1), Values.Of<float>(weights)), Conv("c1", "x", "y"));
        var raised = Assert.Single(quantized.Raised.AsEnumerable());
        Assert.Equal(("c1", 0), (raised.Node, raised.Channel));
        var bias = quantized.ToQdq().Constants["c1_b_quantized"].ToOperand().Integers;
        Assert.All(bias.AsEnumerable(), b => Assert.InRange(Math.Abs(b), 0, 1 << 27));
    }

    [Fact]
    public void Weights_of_seven_bits_leave_room_for_two_products_in_sixteen()
    {
        var plan = Plan(Conv("c1", "x", "y"));
        var seven = Right(from seen in NetworkCalibration.Observe(plan.Network, plan.Observed, [Input]) from q in QuantizedNetwork.Create(plan, seen, QuantizationOptions.Default with { WeightGrid = Grid.Int7 }) select q);
        var codes = seven.ToQdq().Constants["c1_w_quantized"];
        Assert.Equal(ElementType.Int8, codes.Type);
        Assert.All(codes.ToOperand().Integers.AsEnumerable(), code => Assert.InRange(2 * 255 * code, short.MinValue, short.MaxValue));
        Assert.Contains(codes.ToOperand().Integers.AsEnumerable(), code => Math.Abs(code) == 63);
    }

    [Fact]
    public void Norms_and_scalings_are_folded_into_the_layer_before_them()
    {
        var network = NetworkOf(Conv("c1", "x", "a"), new Operation("n", "BatchNormalization", ["a", "four", "four", "four", "four"], "b"), Op("m", "Mul", ["b", "channels"], "c"), Op("s", "Add", ["c", "channels"], "y"));
        var simple = Simplification.Of(network);
        Assert.Equal(["Conv"], simple.Operations.AsEnumerable().Select(o => o.Op));
        Same(network, simple);
    }

    [Fact]
    public void A_spelled_out_hard_swish_is_one_operation()
    {
        var network = NetworkOf(Conv("c1", "x", "a"), Op("p", "Add", ["a", "three"], "p1"), Op("k", "Clip", ["p1", "zero", "six"], "p2"), Op("m", "Mul", ["a", "p2"], "p3"), Op("d", "Div", ["p3", "six"], "y"));
        var simple = Simplification.Of(network);
        Assert.Equal(["Conv", "HardSwish"], simple.Operations.AsEnumerable().Select(o => o.Op));
        Same(network, simple);
    }

    [Fact]
    public void A_concatenation_with_zeros_is_a_padding()
    {
        var network = NetworkOf(Op("j", "Concat", ["zeros", "x", "zeros"], "y", ("axis", new AttributeValue.Whole(1))));
        var simple = Simplification.Of(network);
        Assert.Equal(["Pad"], simple.Operations.AsEnumerable().Select(o => o.Op));
        Same(network, simple);
    }

    private static ByName<Shape> Shapes => ByName<Shape>.Of([("x", Image)]);

    private static ByName<Operand> Input => ByName<Operand>.Of([("x", Operand.Of(Ramp(Image)))]);

    private static Operation Op(string name, string op, Values<string> inputs, string output, params ReadOnlySpan<(string, AttributeValue)> attributes) => new(name, op, inputs, output, attributes);

    private static Operation Conv(string name, string from, string to) => new(name, "Conv", [from, $"{name}_w", $"{name}_b"], to);

    private static Tensor Ramp(Shape shape) => Tensor.Of(shape, Values.From(Enumerable.Range(0, shape.Count).Select(i => (i * 37 % 101 - 40) / 50f)));

    private static Network NetworkOf(params Operation[] operations) => NetworkOf(Ramp(Shape.Of(4, 4, 1, 1)), operations);

    private static Network NetworkOf(Tensor weights, params Operation[] operations)
    {
        var constants = operations.Where(o => o.Op == "Conv").SelectMany(o => ((string, Constant)[])[($"{o.Name}_w", Constant.Of(weights)), ($"{o.Name}_b", Constant.Of(Ramp(Shape.Of(4))))])
            .Append(("four", Constant.Of(Tensor.Of(Shape.Of(4), [0.5f, 1, 1.5f, 2])))).Append(("channels", Constant.Of(Tensor.Of(Shape.Of(1, 4, 1, 1), [3, -1, 0.25f, 2]))))
            .Append(("zero", Number(0))).Append(("three", Number(3))).Append(("six", Number(6))).Append(("zeros", Constant.Of(Tensor.Of(Shape.Of(1, 2, 6, 6), Values.Of<float>(new float[72])))));
        return Right(Network.Create(17, [new Port("x", ElementType.Float32, [new(1), new(4), new(6), new(6)])], ByName<Constant>.Of(constants), Values.Of<Operation>(operations),
            [new Port("y", ElementType.Float32, default, HasShape: false)], NetworkInfo.Named("small")));
    }

    private static Constant Number(float value) => Constant.Of(Tensor.Of(Shape.Of(), [value]));

    private static QuantizationPlan Plan(params Operation[] operations) => Right(QuantizationPlan.Of(NetworkOf(operations), Shapes, []));

    private static QuantizedNetwork Quantized(params Operation[] operations) => Quantized(Ramp(Shape.Of(4, 4, 1, 1)), operations);

    private static QuantizedNetwork Quantized(Tensor weights, params Operation[] operations) => Right(
        from plan in QuantizationPlan.Of(NetworkOf(weights, operations), Shapes, [])
        from seen in NetworkCalibration.Observe(plan.Network, plan.Observed, [Input])
        from quantized in QuantizedNetwork.Create(plan, seen, QuantizationOptions.Default)
        select quantized);

    private static string Refusal<T>(LanguageExt.Either<PtqError, T> either) => either.Match(Right: _ => "", Left: error => error.Describe());

    private static void Same(Network a, Network b)
    {
        var (x, y) = (Right(Right(NetworkEngine.Prepare(a, Shapes)).Run(Input)).Items[0], Right(Right(NetworkEngine.Prepare(b, Shapes)).Run(Input)).Items[0]);
        Assert.Equal(x.Shape, y.Shape);
        for (var i = 0; i < x.Floats.Length; i++) Assert.Equal(x.Floats[i], y.Floats[i], 1e-5f * MathF.Max(1, MathF.Abs(x.Floats[i])));
    }
}
