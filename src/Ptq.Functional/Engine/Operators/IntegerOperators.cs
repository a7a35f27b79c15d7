using Ptq.Engine.Kernels;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>
/// Convolutions and products of 8-bit codes: exact INT32 sums, and in the QLinear forms their codes under the contract of the ONNX Runtime:
/// M = f32(f32(s_x · s_w) / s_y), clamp(f32(sum) · M), rounded half to even, + zero point.
/// </summary>
internal static class IntegerOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("ConvInteger", ConvInteger),
        ("MatMulInteger", MatMulInteger),
        ("QLinearConv", QLinearConv),
        ("QLinearMatMul", QLinearMatMul),
    ];

    private static Prepared ConvInteger(Site site)
    {
        var (x, w) = (site.ShapeOf(0), site.ShapeOf(1));
        CheckCodes(site, 0, 2, "one", 1);
        CheckCodes(site, 1, 3, "one, or one an output channel", 1, w.Rank > 0 ? w[0] : 1);
        var (layout, y, groups) = ConvolutionOperators.Layout(site, x, w, SlidingWindow.Spatial(site), channelsLast: true);
        var made = Weighted(site, 1, 3, -1, (weight, zeros, bias) => new(layout, w, groups, Math.Min(ConvolutionOperators.Block, x[0]), weight, zeros, bias));
        return Prepared.Integers(ElementType.Int32, y, (inputs, sums) =>
            made(inputs).Run(inputs[0]!.Integers.Span, Zeros(inputs, 2)[0], x[0], sums, static (from, stride, _, channels, to, plane) => Codes.Planes(from, stride, channels, to, plane)));
    }

    private static Prepared QLinearConv(Site site)
    {
        var (x, w) = (site.ShapeOf(0), site.ShapeOf(3));
        var channels = w.Rank > 0 ? w[0] : 1;
        CheckCodes(site, 0, 2, "one", 1);
        CheckCodes(site, 3, 5, "one, or one an output channel", 1, channels);
        CheckScale(site, 1, "one", 1);
        CheckScale(site, 4, "one, or one an output channel", 1, channels);
        var (type, low, high) = Result(site, 6, 7);
        if (site.ShapeOf(6).Count != 1 || site.ShapeOf(7).Count != 1) throw site.Bad("output parameters", $"{site.Types[6]} and {site.Types[7]}", "one of each");
        if (site.Has(8) && (site.TypeOf(8) != ElementType.Int32 || site.ShapeOf(8) != Shape.Of(channels))) throw site.Bad("bias", $"{site.Types[8]}", $"int32 [{channels}]");
        var (layout, y, groups) = ConvolutionOperators.Layout(site, x, w, SlidingWindow.Spatial(site), channelsLast: true);
        var made = Weighted(site, 3, 5, site.Has(8) ? 8 : -1, (weight, zeros, bias) => new(layout, w, groups, Math.Min(ConvolutionOperators.Block, x[0]), weight, zeros, bias));
        return Prepared.Integers(type, y, (inputs, codes) =>
        {
            var (sx, sw, sy, zero) = (inputs[1]!.Floats[0], inputs[4]!.Floats, inputs[6]!.Floats[0], (int)inputs[7]!.Integers[0]);
            made(inputs).Run(inputs[0]!.Integers.Span, Zeros(inputs, 2)[0], x[0], codes, (sums, stride, channel, count, to, plane) =>
            {
                for (var c = 0; c < count; c++)
                    Codes.Requantize(sums[c..], stride, Factor(sx, sw[sw.Length == 1 ? 0 : channel + c], sy), zero, low, high, to.Slice(c * plane, sums.Length / stride));
            });
        });
    }

    private static Prepared MatMulInteger(Site site)
    {
        var product = new IntegerProduct(site, 0, 2, 1, 3);
        return Prepared.Integers(ElementType.Int32, product.Y, (inputs, y) => product.Run(inputs, y, static (sums, _, _, to) =>
        {
            for (var j = 0; j < to.Length; j++) to[j] = sums[j];
        }));
    }

    private static Prepared QLinearMatMul(Site site)
    {
        var product = new IntegerProduct(site, 0, 2, 3, 5);
        CheckScale(site, 1, "one, or one a row", [1, .. product.RowParameters]);
        CheckScale(site, 4, "one, or one a column", [1, .. product.ColumnParameters]);
        var (type, low, high) = Result(site, 6, 7);
        if (site.ShapeOf(6).Count != 1 || site.ShapeOf(7).Count != 1) throw site.Bad("output parameters", $"{site.Types[6]} and {site.Types[7]}", "one of each");
        return Prepared.Integers(type, product.Y, (inputs, y) =>
        {
            var (sa, sb, sy, zero) = (inputs[1]!.Floats, inputs[4]!.Floats, inputs[6]!.Floats[0], (int)inputs[7]!.Integers[0]);
            product.Run(inputs, y, (sums, row, column, to) =>
            {
                var scale = sa[row % sa.Length];
                for (var j = 0; j < to.Length; j++) Codes.Requantize(sums[j..], 1, Factor(scale, sb[(column + j) % sb.Length], sy), zero, low, high, to.Slice(j, 1));
            });
        });
    }

    private static float Factor(float sx, float sw, float sy) => sx * sw / sy;

    private delegate IntegerConvolution Make(ReadOnlySpan<long> weight, ReadOnlySpan<long> zeros, ReadOnlySpan<long> bias);

    /// <summary>Packs the weights once where they are known, else in every run.</summary>
    private static Func<Operand?[], IntegerConvolution> Weighted(Site site, int weight, int zeros, int bias, Make make)
    {
        IntegerConvolution Made(Operand?[] inputs) => make(inputs[weight]!.Integers.Span, Zeros(inputs, zeros), bias < 0 ? [] : inputs[bias]!.Integers.Span);
        if (site.Known[weight] is null || site.Has(zeros) && site.Known[zeros] is null || bias >= 0 && site.Known[bias] is null) return Made;
        var made = Made(site.Known);
        return _ => made;
    }

    /// <summary>Zero points; one 0 where they are left out.</summary>
    internal static ReadOnlySpan<long> Zeros(Operand?[] inputs, int place) => inputs.At(place) is { } zeros ? zeros.Integers.Span : (ReadOnlySpan<long>)[0L];

    /// <summary>Codes of 8 bits, and zero points of the same type in one of these numbers.</summary>
    internal static void CheckCodes(Site site, int codes, int zeros, string wanted, params ReadOnlySpan<int> counts)
    {
        if (site.TypeOf(codes) is not (ElementType.UInt8 or ElementType.Int8)) throw site.Bad($"input {codes}", site.TypeOf(codes).Name, "uint8 or int8");
        if (site.Has(zeros) && (site.TypeOf(zeros) != site.TypeOf(codes) || site.ShapeOf(zeros).Count == 0 || !counts.Contains(site.ShapeOf(zeros).Count))) throw site.Bad($"zero points, input {zeros}", $"{site.Types[zeros]}", $"{site.TypeOf(codes).Name}, {wanted}");
    }

    /// <summary>Scales in one of these numbers.</summary>
    internal static void CheckScale(Site site, int scale, string wanted, params ReadOnlySpan<int> counts)
    {
        if (!site.TypeOf(scale).IsFloat || site.ShapeOf(scale).Count == 0 || !counts.Contains(site.ShapeOf(scale).Count)) throw site.Bad($"scales, input {scale}", $"{site.Types[scale]}", $"a floating-point type, {wanted}");
    }

    private static (ElementType Type, int Low, int High) Result(Site site, int scale, int zero)
    {
        site.FloatTypeOf(scale);
        return site.TypeOf(zero) switch
        {
            ElementType.UInt8 => (ElementType.UInt8, 0, 255),
            ElementType.Int8 => (ElementType.Int8, -128, 127),
            var other => throw site.Bad($"input {zero}", other.Name, "uint8 or int8"),
        };
    }
}
