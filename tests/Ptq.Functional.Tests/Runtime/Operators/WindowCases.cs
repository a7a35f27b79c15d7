using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Tests.Runtime.Operators;

/// <summary>Convolutions, pools and resizing.</summary>
internal static class WindowCases
{
    public static IEnumerable<OperatorDrawing> All =>
    [
        new("Conv", 13, Conv), new("ConvTranspose", 13, ConvTranspose), new("ConvInteger", 13, ConvInteger), new("QLinearConv", 13, QLinearConv),
        new("MaxPool", 13, MaxPool), new("AveragePool", 13, AveragePool), new("LpPool", 13, d => Pool(d, "LpPool", d.Opset >= 18, d.Opset >= 18, ("p", d.From(1, 3)))),
        new("GlobalAveragePool", 13, d => new("GlobalAveragePool", [Image(d)], 1)), new("GlobalMaxPool", 13, d => new("GlobalMaxPool", [Image(d)], 1)),
        new("GlobalLpPool", 13, d => new("GlobalLpPool", [Image(d)], 1, ("p", d.From(1, 3)))),
        new("Resize", 13, Resize),
    ];

    private static Operand Image(Draw d) => d.Reals(Shape.Of([d.From(1, 2), d.From(1, 3), .. Lengths(d, d.From(1, 3))]));

    private static int[] Lengths(Draw d, int axes) => [.. Enumerable.Range(0, axes).Select(_ => d.From(1, d.Size + 2))];

    /// <summary>Kernel, strides, dilations and padding along every axis, such that the kernel fits.</summary>
    private sealed record Window(long[] Kernel, long[] Strides, long[] Dilations, long[] Pads, string Auto)
    {
        public static Window Of(Draw d, int[] lengths, bool dilated, bool automatic)
        {
            var auto = automatic && d.Once(4) ? d.Of("SAME_UPPER", "SAME_LOWER", "VALID") : "NOTSET";
            long[] dilations = [.. lengths.Select(_ => dilated && d.Once(3) && !auto.StartsWith("SAME", StringComparison.Ordinal) ? 2L : 1)];
            long[] kernel = [.. lengths.Select((n, i) => (long)d.From(1, Math.Min(4, (n + (int)dilations[i] - 1) / (int)dilations[i])))];
            // Padding is smaller than the kernel: a window of padding alone has no mean and no largest element.
            // With SAME, strides are no longer than the kernel: else padding would be negative, which the ONNX Runtime refuses instead of taking 0.
            long[] strides = [.. kernel.Select(k => (long)d.From(1, auto.StartsWith("SAME", StringComparison.Ordinal) ? (int)Math.Min(3, k) : 3))];
            return new(kernel, strides, dilations, [.. Enumerable.Range(0, 2 * lengths.Length).Select(i => d.Flip() ? 0L : d.From(0, Math.Min(2, (int)kernel[i % lengths.Length] - 1)))], auto);
        }

        public IEnumerable<(string, object)> Attributes(bool dilated) =>
        [
            ("kernel_shape", Kernel), ("strides", Strides),
            .. dilated ? [("dilations", Dilations)] : System.Array.Empty<(string, object)>(),
            Auto == "NOTSET" ? ("pads", Pads) : ("auto_pad", Auto),
        ];
    }

    private static (Operand X, Operand W, Operand? B, List<(string, object)> Attributes) Convolution(Draw d, int axes, Func<Shape, Operand> x, Func<Shape, Operand> w, Func<int, Operand?> bias)
    {
        var (groups, cin, cout, lengths) = (d.Of(1, 1, 2, 3), d.From(1, 3), d.From(1, 3), Lengths(d, axes));
        if (d.Once(4)) cin = 1; // depthwise
        var window = Window.Of(d, lengths, true, true);
        return (x(Shape.Of([d.From(1, 2), groups * cin, .. lengths])), w(Shape.Of([groups * cout, cin, .. window.Kernel.Select(k => (int)k)])), bias(groups * cout), [.. window.Attributes(true), ("group", groups)]);
    }

    private static OperatorCase Conv(Draw d)
    {
        var (x, w, b, attributes) = Convolution(d, d.From(1, 3), s => d.Reals(s), s => d.Reals(s, -1, 1), c => d.Flip() ? null : d.Reals(c));
        return new("Conv", [x, w, b], d.AllOrFirst(3), [.. attributes]);
    }

    private static OperatorCase ConvInteger(Draw d)
    {
        var type = d.Of(ElementType.UInt8, ElementType.Int8);
        var (x, w, _, attributes) = Convolution(d, 2, s => d.Elements(ElementType.UInt8, s, 0, 255), s => MatrixCases.Weights(d, type, s), _ => null);
        return new("ConvInteger", [x, w, d.Once(3) ? null : Draw.One(ElementType.UInt8, d.From(0, 255)), d.Once(3) ? null : Draw.One(type, d.From(type == ElementType.Int8 ? -9 : 0, 9))], 1, [.. attributes]);
    }

    private static OperatorCase QLinearConv(Draw d)
    {
        var (type, weights) = d.Of((ElementType.UInt8, ElementType.UInt8), (ElementType.UInt8, ElementType.Int8), (ElementType.Int8, ElementType.Int8));
        var (x, w, b, attributes) = Convolution(d, 2, s => MatrixCases.Codes(d, type, s), s => MatrixCases.Weights(d, weights, s), c => d.Flip() ? null : d.Elements(ElementType.Int32, Shape.Of(c), -5000, 5000));
        var channels = w.Shape[0];
        var perChannel = weights == ElementType.Int8 && d.Flip();
        var scale = MatrixCases.Scales(d, perChannel ? Shape.Of(channels) : Shape.Of());
        var zero = perChannel ? Operand.Of(weights, Shape.Of(channels), Values.From(new long[channels])) : MatrixCases.Zero(d, weights);
        return new("QLinearConv", [x, MatrixCases.Scale(d), MatrixCases.Zero(d, type), w, scale, zero, MatrixCases.Scale(d, 10), MatrixCases.Zero(d, type), b], 1, [.. attributes]);
    }

    private static OperatorCase ConvTranspose(Draw d)
    {
        var (groups, cin, cout, lengths) = (d.Of(1, 1, 2), d.From(1, 3), d.From(1, 3), Lengths(d, d.From(1, 2)));
        var window = Window.Of(d, lengths, true, false);
        var attributes = new List<(string, object)> { ("kernel_shape", window.Kernel), ("strides", window.Strides), ("dilations", window.Dilations), ("group", groups) };
        // Padding that leaves something: an output is as long as the span of a kernel at least.
        long[] pads = [.. Enumerable.Range(0, 2 * lengths.Length).Select(i => d.Flip() ? 0L : d.From(0, (int)(window.Kernel[i % lengths.Length] - 1) / 2))];
        if (d.Once(4)) attributes.Add(("auto_pad", d.Of("SAME_UPPER", "SAME_LOWER", "VALID")));
        else attributes.Add(("pads", pads));
        if (d.Once(3)) attributes.Add(("output_padding", window.Strides.Select(s => (long)d.From(0, (int)s - 1)).ToArray()));
        return new("ConvTranspose", [d.Reals(Shape.Of([d.From(1, 2), groups * cin, .. lengths])), d.Reals(Shape.Of([groups * cin, cout, .. window.Kernel.Select(k => (int)k)]), -1, 1), d.Flip() ? null : d.Reals(groups * cout)], d.AllOrFirst(3), [.. attributes]);
    }

    private static OperatorCase Pool(Draw d, string op, bool dilated, bool ceil, params (string, object)[] more)
    {
        var lengths = Lengths(d, d.From(1, 3));
        var window = Window.Of(d, lengths, dilated, true);
        (string, object)[] rounding = ceil && window.Auto == "NOTSET" && d.Flip() ? [("ceil_mode", 1)] : [];
        return new(op, [d.Reals(Shape.Of([d.From(1, 2), d.From(1, 3), .. lengths]))], 1, [.. window.Attributes(dilated), .. rounding, .. more]);
    }

    private static OperatorCase MaxPool(Draw d)
    {
        var pool = Pool(d, "MaxPool", true, true);
        if (d.Once(3)) return pool with { Inputs = [d.Of(ElementType.Float64, ElementType.Int8, ElementType.UInt8) is { IsFloat: false } codes ? MatrixCases.Codes(d, codes, pool.Inputs[0]!.Shape) : d.Elements(ElementType.Float64, pool.Inputs[0]!.Shape)] };
        return d.Once(3) ? pool with { Outputs = 2 } : pool; // with indices
    }

    private static OperatorCase AveragePool(Draw d) => Pool(d, "AveragePool", d.Opset >= 19, true, ("count_include_pad", d.From(0, 1)));

    public static OperatorCase AveragePoolOfCodes(Draw d)
    {
        var (pool, type, last) = (Pool(d, "com.microsoft.QLinearAveragePool", false, true, ("count_include_pad", d.From(0, 1))), d.Of(ElementType.UInt8, ElementType.Int8), d.Flip());
        int[] x = [.. pool.Inputs[0]!.Shape.Lengths.AsEnumerable()];
        if (last) x = [x[0], .. x[2..], x[1]];
        return pool with
        {
            Inputs = [MatrixCases.Codes(d, type, Shape.Of(x)), .. CodeCases.Parameters(d, type), .. CodeCases.Parameters(d, type, 0.5)],
            Attributes = [.. pool.Attributes, ("channels_last", last ? 1 : 0)],
        };
    }

    private static OperatorCase Resize(Draw d)
    {
        var mode = d.Of("nearest", "linear", "cubic");
        var x = Shape.Of(d.From(1, 2), d.From(1, 2), d.From(2, d.Size + 2), d.From(2, d.Size + 2));
        var coordinates = d.Of((string[])["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_crop_and_resize", .. d.Opset >= 19 ? (string[])["half_pixel_symmetric"] : []]);
        var attributes = new List<(string, object)> { ("mode", mode), ("coordinate_transformation_mode", coordinates) };
        if (coordinates == "tf_crop_and_resize") attributes.Add(("extrapolation_value", 0.5f));
        if (mode == "nearest") attributes.Add(("nearest_mode", d.Of("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")));
        if (mode == "cubic" && d.Flip()) attributes.Add(("cubic_coeff_a", -0.5f));
        if (mode == "cubic" && d.Flip()) attributes.Add(("exclude_outside", 1));
        if (mode != "nearest" && d.Opset >= 18 && d.Once(3)) attributes.Add(("antialias", 1));
        var input = d.Reals(x);
        // Two of the axes, or since 18 these alone.
        var some = d.Opset >= 18 && d.Once(3);
        if (some) attributes.Add(("axes", (long[])[2, 3]));
        if (d.Flip())
        {
            if (some) attributes.Add(("keep_aspect_ratio_policy", d.Of("stretch", "not_larger", "not_smaller")));
            var (height, width) = (d.From(1, 2 * d.Size), d.From(1, 2 * d.Size));
            return new("Resize", [input, Region(), null, some ? Draw.List(height, width) : Draw.List(x[0], x[1], height, width)], 1, [.. attributes]);
        }
        float Factor() => d.Of(1f, 2, 3, 0.5f, 1.5f, 0.75f);
        return new("Resize", [input, Region(), Operand.Of(ElementType.Float32, Shape.Of(some ? 2 : 4), some ? [Factor(), Factor()] : [1, 1, Factor(), Factor()])], 1, [.. attributes]);

        Operand? Region() => coordinates != "tf_crop_and_resize" ? null
            : Operand.Of(ElementType.Float32, Shape.Of(some ? 4 : 8), some ? [0.1f, 0.2f, 0.8f, 1.1f] : [0, 0, 0.1f, 0.2f, 1, 1, 0.8f, 1.1f]);
    }
}
