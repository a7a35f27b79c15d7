using Ptq.Deployment;
using Ptq.Engine;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Tensors;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Runtime;

/// <summary>The smallest networks that show it: what its options, optimizations and shapes change, and what the engines here make of the same.</summary>
public class Where_the_runtime_disagrees_with_itself
{
    [OnnxRuntimeFact]
    public void Sums_of_two_products_saturate_on_x64_without_VNNI_unless_they_are_asked_to_be_exact()
    {
        var product = Of([new("m", "QLinearMatMul", ["x", "s", "z", "w", "s", "zw", "sy", "z"], "y")],
            [("s", Real(1)), ("sy", Real(1000)), ("z", Code(ElementType.UInt8, 0)), ("zw", Code(ElementType.Int8, 0)), ("w", Constant.Of(ElementType.Int8, Shape.Of(2, 1), 127, 127))], ElementType.UInt8, Shape.Of(1, 2));
        var x = Codes(ElementType.UInt8, [1, 2], 255, 255);
        Assert.Equal([65], Ours(product, x)); // 255 · 127 · 2 = 64770
        Assert.Equal([65], Theirs(product, x));
        Assert.Contains(Theirs(product, x, exact: false)[0], new long[] { 65, 33 }); // 33: the sum stopped at 32767
        Assert.Contains(Theirs(product, x, optimization: "basic")[0], new long[] { 65, 33 }); // not looked at before "extended"
    }

    [OnnxRuntimeFact]
    public void A_matrix_product_of_s8_does_not_load_where_exact_sums_of_u8_are_asked_for_on_x64()
    {
        var product = Of([new("m", "QGemm", ["x", "s", "z", "w", "s", "z", "", "s", "z"], ["y"], ByName<AttributeValue>.Of([]), "com.microsoft")],
            [("s", Real(1)), ("z", Code(ElementType.Int8, 0)), ("w", Constant.Of(ElementType.Int8, Shape.Of(2, 1), 3, -4))], ElementType.Int8, Shape.Of(1, 2));
        var x = Codes(ElementType.Int8, [1, 2], 5, 7);
        Assert.Equal([-13], Ours(product, x));
        Assert.Equal([-13], Theirs(product, x, exact: false));
        OnnxRuntime.RunAll(Right(OnnxFile.Write(product)), [Agreement.ToRuntime(x)]).Match(
            Right: runs => Assert.Equal([-13], Agreement.ToOperand(runs[0].Items[0]).Integers.AsEnumerable()), // where there is no need, nothing is changed
            Left: failure => Assert.Contains("kernel", failure.Message, StringComparison.OrdinalIgnoreCase));
    }

    [OnnxRuntimeFact]
    public void A_sum_depends_on_which_operand_is_a_single_code()
    {
        Network Sum(Shape a, Shape b) => Of([new("a", "QLinearAdd", ["x", "s1", "z1", "w", "s2", "z2", "s3", "z3"], ["y"], ByName<AttributeValue>.Of([]), "com.microsoft")],
            [("s1", Real(0.0899f)), ("z1", Code(ElementType.UInt8, 249)), ("s2", Real(0.0846f)), ("z2", Code(ElementType.UInt8, 29)), ("s3", Real(0.0498f)), ("z3", Code(ElementType.UInt8, 100)), ("w", Constant.Of(ElementType.UInt8, b, [.. Enumerable.Repeat(247L, b.Count)]))], ElementType.UInt8, a);
        foreach (var (a, b, code) in new[] { (Shape.Of(2), Shape.Of(2), 43L), (Shape.Of(1), Shape.Of(2), 42L) })
        {
            var (network, x) = (Sum(a, b), Codes(ElementType.UInt8, [a.Count], [.. Enumerable.Repeat(12L, a.Count)]));
            Assert.Equal([code, code], Ours(network, x));
            Assert.Equal([code, code], Theirs(network, x));
        }
    }

    [OnnxRuntimeFact]
    public void A_tie_of_QDQ_falls_to_the_side_of_whoever_computes_it()
    {
        // (100 · 0.1 + 55 · 0.1) / 0.2 is 77.5 in the reals; in float32 the sum of the two products is a little off, the fused operator's is not the same sum.
        var constants = new[] { ("s", Real(0.1f)), ("sy", Real(0.2f)), ("z", Code(ElementType.UInt8, 0)), ("w", Code(ElementType.UInt8, 55)) };
        var qdq = Of([new("dx", "DequantizeLinear", ["x", "s", "z"], "a"), new("dw", "DequantizeLinear", ["w", "s", "z"], "b"), new("add", "Add", ["a", "b"], "c"), new("q", "QuantizeLinear", ["c", "sy", "z"], "y")], constants, ElementType.UInt8, Shape.Of(256));
        var x = Codes(ElementType.UInt8, [256], [.. Enumerable.Range(0, 256).Select(i => (long)i)]);
        var (plain, fused, ours, onCodes) = (Theirs(qdq, x, optimization: "disabled"), Theirs(qdq, x), Ours(qdq, x), Ours(QOperatorForm.Of(qdq), x));
        Assert.Equal(plain, ours);
        Assert.Equal(fused, onCodes);
        Assert.InRange(plain.Zip(fused, (p, f) => Math.Abs(p - f)).Max(), 1, 1); // some of these sums are ties
    }

    private static Network Of(Operation[] operations, IReadOnlyList<(string, Constant)> constants, ElementType type, Shape shape) =>
        Right(Network.Create(17, [new Port("x", type, shape.Lengths.Map(n => new Dimension(n)))], ByName<Constant>.Of(constants), Values.Of<Operation>(operations), [new Port("y", type, [], false)],
            NetworkInfo.Named("smallest") with { Domains = ByName<AttributeValue.Whole>.Of([("com.microsoft", new AttributeValue.Whole(1))]) }));

    private static long[] Ours(Network network, ByName<Operand> x) =>
        [.. Right(from engine in NetworkEngine.Prepare(network, x.Map((_, value) => value.Shape)) from y in engine.Run(x) select y).Items[0].Integers.AsEnumerable()];

    private static long[] Theirs(Network network, ByName<Operand> x, string optimization = "all", bool exact = true) => [.. Agreement.Theirs(network, [x], optimization, exact)[0].Items[0].Integers.AsEnumerable()];

    private static ByName<Operand> Codes(ElementType type, int[] lengths, params long[] codes) => ByName<Operand>.Of([("x", Operand.Of(type, Shape.Of(lengths), Values.Of<long>(codes)))]);

    private static Constant Real(float value) => Constant.Of(Tensor.Of(Shape.Of(), [value]));

    private static Constant Code(ElementType type, long code) => Constant.Of(type, Shape.Of(), code);
}
