using Ptq.Engine.Kernels;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Operators that give every code another one, by a table: quantize(f(dequantize(code))) as <c>QuantizeLinear</c> and <c>DequantizeLinear</c> have it; NaN becomes the lowest code.</summary>
internal static class CodeTableOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("com.microsoft.QLinearConcat", Concat),
        ("com.microsoft.QLinearLeakyRelu", LeakyRelu),
        ("com.microsoft.QLinearSigmoid", site => Pointwise(site, Logistic)),
        ("com.microsoft.QLinearWhere", Where),
    ];

    /// <summary>Y_scale, Y_zero_point, then every tensor with its scale and zero point.</summary>
    private static Prepared Concat(Site site)
    {
        if (site.Count < 5 || site.Count % 3 != 2) throw site.Bad("inputs", $"{site.Count}", "scale and zero point of the output, then tensors with a scale and a zero point each");
        var type = CodeParameters.TypeOf(site, 1);
        var output = CodeParameters.At(site, 0, 1, type);
        int[] places = [.. Enumerable.Range(0, site.Count / 3).Select(i => 3 * i + 2)];
        return Joined(site, type, places, output, SliceOperators.Concat);
    }

    /// <summary>Condition, X, s_x, z_x, Y, s_y, z_y, s_z, z_z.</summary>
    private static Prepared Where(Site site)
    {
        var type = CodeParameters.TypeOf(site, 1);
        return Joined(site, type, [0, 1, 4], CodeParameters.At(site, 7, 8, type), LogicOperators.Where);
    }

    /// <summary>An operator that moves elements, on tensors whose codes have become the output's; truth values stay.</summary>
    private static Prepared Joined(Site site, ElementType type, int[] places, CodeParameters output, Prepare prepare)
    {
        foreach (var place in places)
        {
            if (site.TypeOf(place) == ElementType.Bool) continue;
            if (site.TypeOf(place) != type) throw site.Bad($"input {place}", site.TypeOf(place).Name, type.Name);
            CodeParameters.At(site, place + 1, place + 2, type);
        }
        var moved = prepare(site with { Types = Array.ConvertAll(places, place => site.Types[place]), Known = new Operand?[places.Length] });
        return moved with
        {
            Run = inputs => moved.Run(Array.ConvertAll(places, place => inputs[place] is { Type: not ElementType.Bool } x ? Mapped(x, new CodeParameters(place + 1, place + 2).Of(inputs), output.Of(inputs)) : inputs[place])),
        };
    }

    private static Operand Mapped(Operand x, (float, int) from, (float, int) to)
    {
        if (from == to) return x; // reals beyond float32 would not come back
        var codes = new long[x.Shape.Count];
        Map(x, from, to, static v => v, codes);
        return Operand.Of(x.Type, x.Shape, Numerics.Values.Freeze(codes));
    }

    private static void Map(Operand x, (float Scale, int Zero) from, (float Scale, int Zero) to, Func<float, float> f, Span<long> codes)
    {
        var (low, high) = CodeParameters.Ends(x.Type);
        var table = new long[256];
        for (var i = 0; i < table.Length; i++)
        {
            var real = f(from.Scale * (low + i - from.Zero));
            table[i] = float.IsNaN(real / to.Scale) ? low : QuantizeKernel.Code(real, to.Scale, to.Zero, low, high);
        }
        var elements = x.Integers.Span;
        for (var i = 0; i < codes.Length; i++) codes[i] = table[(int)elements[i] - low];
    }

    /// <summary>X, s_x, z_x, s_y, z_y.</summary>
    private static Prepared Pointwise(Site site, Func<float, float> f)
    {
        var type = CodeParameters.TypeOf(site, 0);
        var (from, to) = (CodeParameters.At(site, 1, 2, type), CodeParameters.At(site, 3, 4, type));
        return Prepared.Integers(type, site.ShapeOf(0), (inputs, y) => Map(inputs[0]!, from.Of(inputs), to.Of(inputs), f, y));
    }

    private static Prepared LeakyRelu(Site site)
    {
        var alpha = site.Real("alpha", 0.01f);
        return Pointwise(site, x => x >= 0 ? x : alpha * x);
    }

    /// <summary>
    /// The ONNX Runtime's approximation of 1 / (1 + e⁻ˣ): ½ plus an odd rational function of the degrees 9 and 10, every step one fused multiply-add in float32; the coefficients are those of MLAS (MIT licence).
    /// It is up to some units in the last place away from the function that Sigmoid computes, and so are codes whose scale is that fine.
    /// </summary>
    private static float Logistic(float x)
    {
        x = MathF.Min(MathF.Max(x, -18), 18);
        var square = x * x;
        var numerator = Polynomial(square, [4.37031012579801e-11f, 1.15627324459942e-07f, 6.08574864600143e-05f, 8.51377133304701e-03f, 2.48287947061529e-01f]) * x;
        var denominator = Polynomial(square, [6.10247389755681e-13f, 5.76102136993427e-09f, 6.29106785017040e-06f, 1.70198817374094e-03f, 1.16817656904453e-01f, 9.93151921023180e-01f]);
        return MathF.Max(numerator / denominator + 0.5f, 0);
    }

    private static float Polynomial(float x, ReadOnlySpan<float> coefficients)
    {
        var sum = coefficients[0];
        foreach (var coefficient in coefficients[1..]) sum = MathF.FusedMultiplyAdd(sum, x, coefficient);
        return sum;
    }
}
