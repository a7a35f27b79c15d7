using LanguageExt;
using Ptq.Engine.Operators;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Properties.Framework;
using Ptq.Tensors;
using Xunit;

namespace Ptq.Properties;

public class A_hostile_operation
{
    private static long[] Numbers => [-1, 0, 1, 1, 1, 2, 3, 100, 1 << 30, int.MaxValue, (1L << 32) + 1, long.MaxValue, long.MinValue];

    private static string[] Ops =>
    [
        "Conv", "ConvTranspose", "Gemm", "MatMul", "MaxPool", "AveragePool", "LpPool", "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool",
        "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger",
        .. OperatorTable.Names.Where(name => name.StartsWith("com.microsoft.", StringComparison.Ordinal)),
    ];

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 3000)]
    public bool Is_refused_or_runs_whatever_it_is_given(Rng rng)
    {
        var drawn = new Drawn(rng);
        var inputs = drawn.Each(drawn.From(0, 9), i => i).Select(_ => Input(drawn)).ToArray();
        return Ends(drawn.Of(Ops), inputs, drawn);
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 3000)]
    public bool On_inputs_that_could_fit_is_refused_or_runs_whatever_its_attributes(Rng rng)
    {
        var drawn = new Drawn(rng);
        var (op, rank) = (drawn.Of(Ops), drawn.From(1, 3));
        int[] Lengths() => drawn.Each(rank, _ => drawn.From(0, 20) == 0 ? 0 : drawn.From(1, 4));
        var (real, code, scalar) = (drawn.Real([1, 2, .. Lengths()]), drawn.Code(ElementType.UInt8, [1, 2, .. Lengths()]), drawn.Code(ElementType.UInt8));
        Operand?[] inputs = op switch
        {
            "Conv" or "ConvTranspose" => [real, drawn.Real([2, drawn.From(1, 2), .. Lengths()]), null],
            "Gemm" or "MatMul" => [drawn.Real(2, 3), drawn.Real(3, 2)],
            "QuantizeLinear" => [real, drawn.Real(drawn.Of<int[]>([], [2], [1, 2, 1])), null],
            "DequantizeLinear" => [code, drawn.Real(drawn.Of<int[]>([], [2], [1, 2, 1])), null],
            "QLinearConv" => [code, drawn.Real(), scalar, drawn.Code(ElementType.Int8, [2, drawn.From(1, 2), .. Lengths()]), drawn.Real(), drawn.Code(ElementType.Int8), drawn.Real(), scalar],
            "QLinearMatMul" => [drawn.Code(ElementType.UInt8, 2, 3), drawn.Real(), scalar, drawn.Code(ElementType.UInt8, 3, 2), drawn.Real(), scalar, drawn.Real(), scalar],
            "ConvInteger" => [code, drawn.Code(ElementType.Int8, [2, drawn.From(1, 2), .. Lengths()]), scalar],
            "com.microsoft.QGemm" => [drawn.Code(ElementType.UInt8, 2, 3), drawn.Real(), scalar, drawn.Code(ElementType.UInt8, 3, 2), drawn.Real(), scalar, null, .. drawn.From(0, 1) == 0 ? (Operand?[])[drawn.Real(), scalar] : []],
            "com.microsoft.QLinearAdd" or "com.microsoft.QLinearMul" => [code, drawn.Real(), scalar, drawn.Code(ElementType.UInt8, Lengths()), drawn.Real(), scalar, drawn.Real(), scalar],
            "com.microsoft.QLinearConcat" => [drawn.Real(), scalar, code, drawn.Real(), scalar, code, drawn.Real(), scalar],
            "com.microsoft.QLinearWhere" => [Drawn.Wholes(ElementType.Bool, [1, 0], [1, 2, .. Enumerable.Repeat(1, rank)]), code, drawn.Real(), scalar, code, drawn.Real(), scalar, drawn.Real(), scalar],
            _ when op.StartsWith("com.microsoft.", StringComparison.Ordinal) => [code, drawn.Real(), scalar, drawn.Real(), scalar],
            "MatMulInteger" => [drawn.Code(ElementType.UInt8, 2, 3), drawn.Code(ElementType.UInt8, 3, 2)],
            _ => [real],
        };
        return Ends(op, inputs, drawn);
    }

    [Fact]
    public void That_would_not_end_is_refused()
    {
        var x = Drawn.Floats(new float[1 << 14], 1, 1, 1 << 14);
        Assert.True(Drawn.Run("Conv", [x, Drawn.Floats(new float[1 << 14], 1, 1, 1 << 14)], true, Drawn.List("pads", 1 << 27, 1 << 27)).IsLeft);
        Assert.True(Drawn.Run("MaxPool", [x], true, Drawn.List("kernel_shape", int.MaxValue), Drawn.List("pads", int.MaxValue, int.MaxValue)).IsLeft);
        Assert.True(Drawn.Run("ConvTranspose", [x, x], true, Drawn.List("strides", int.MaxValue)).IsLeft);
    }

    // An exception other than a refusal leaves Run and fails the law.
    private static bool Ends(string op, Operand?[] inputs, Drawn drawn)
    {
        var attributes = new List<(string, AttributeValue)>();
        foreach (var list in (string[])["kernel_shape", "strides", "dilations", "pads", "output_padding", "output_shape"])
            if (drawn.From(0, 3) == 0) attributes.Add(Drawn.List(list, [.. drawn.Each(drawn.From(0, 6), i => i).Select(_ => drawn.Of(Numbers))]));
        foreach (var one in (string[])["group", "axis", "block_size", "ceil_mode", "count_include_pad", "storage_order", "p", "transA", "transB", "output_dtype", "channels_last", "opset"])
            if (drawn.From(0, 4) == 0) attributes.Add(Drawn.One(one, drawn.Of(Numbers)));
        if (drawn.From(0, 3) == 0) attributes.Add(Drawn.Word("auto_pad", drawn.Of("SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET", "", "none")));
        return Drawn.Run(op, inputs, drawn.From(0, 1) == 0, drawn.From(1, 3), [.. attributes]).Case is LeftCase<PtqError, Operand[]> or RightCase<PtqError, Operand[]>;
    }

    private static Operand? Input(Drawn drawn)
    {
        var lengths = drawn.Each(drawn.From(0, 5), _ => drawn.From(0, 3));
        return drawn.From(0, 4) switch
        {
            0 => null,
            1 => drawn.Code(ElementType.UInt8, lengths),
            2 => drawn.Code(ElementType.Int8, lengths),
            3 => Drawn.Wholes(ElementType.Int32, drawn.Wholes(Shape.Of(lengths).Count, -9, 9), lengths),
            _ => drawn.Real(lengths),
        };
    }
}
