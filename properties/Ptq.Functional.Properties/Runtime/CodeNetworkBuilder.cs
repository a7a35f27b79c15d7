using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Properties.Runtime;

/// <summary>Makes a <see cref="CodeNetwork"/> of its choices.</summary>
internal sealed class CodeNetworkBuilder
{
    private const int Batch = 2;

    private readonly ElementType type;
    private readonly List<Codes> tensors = [];
    private Choices choices;

    /// <summary>A tensor of codes.</summary>
    private sealed record Codes(string Name, Shape Shape, float Scale, int Zero);

    public CodeNetworkBuilder(Values<int> start)
    {
        choices = new(start);
        type = choices.Below(2) == 0 ? ElementType.UInt8 : ElementType.Int8;
        var shape = choices.Below(4) == 3 ? Shape.Of(Batch, 1 + choices.Below(20)) : Shape.Of(Batch, 1 + choices.Below(6), 1 + choices.Below(9), 1 + choices.Below(9));
        var scale = choices.Of(0.03125f, 0.0173f, 1f, 3e-7f, 4096.7f);
        tensors.Add(new("x", shape, scale, Zero()));
        Input = Operand.Of(type, shape, Values.From(Elements(shape.Count, Low, High)));
    }

    public Operand Input { get; }

    public List<Operation> Operations { get; } = [];

    public List<(string, Constant)> Constants { get; } = [];

    /// <summary>What the operations write.</summary>
    public IEnumerable<(string Name, ElementType Type)> Written => tensors.Skip(1).Select(t => (t.Name, type));

    private int Low => type == ElementType.UInt8 ? 0 : -128;

    private int High => Low + 255;

    private Codes Last => tensors[^1];

    /// <summary>One more operator.</summary>
    public void Step(Values<int> step)
    {
        choices = new(step);
        var kind = choices.Below(15);
        switch (kind)
        {
            case 0 or 1 or 2 or 3 when Last.Shape.Rank == 4: Convolve(); break;
            case 0 or 1: Gemm(); break;
            case 2 or 3 or 4: Product(); break;
            case 5 or 6: Pair("QLinearAdd"); break;
            case 7: Pair("QLinearMul"); break;
            case 8: Concat(); break;
            case 9 when Last.Shape.Rank == 4: Pool(); break;
            case 10 when Last.Shape.Rank == 4: GlobalPool(); break;
            case 11 when Last.Shape.Rank == 4: Keep("MaxPool", Window(false)); break;
            case 12 when Last.Shape.Rank == 4: Write("Flatten", [Last.Name], Shape.Of(Batch, Last.Shape.Inner.Count), (Last.Scale, Last.Zero), "", []); break;
            case 13: Clip(); break;
            case 9 or 11: Single("QLinearLeakyRelu", Last.Shape, ("alpha", new AttributeValue.Real(choices.Of(0.01f, 0.25f, 1.5f, 0f)))); break;
            default: Single("QLinearSigmoid", Last.Shape, 1 / 256f); break;
        }
    }

    private void Convolve()
    {
        var x = Last;
        var divisors = Enumerable.Range(1, x.Shape[1]).Where(g => x.Shape[1] % g == 0).ToArray();
        var groups = choices.Of(divisors);
        var outputs = groups * (1 + choices.Below(groups == 1 ? 19 : 3));
        var (kernel, attributes, shape) = Window(true);
        var filters = Shape.Of(outputs, x.Shape[1] / groups, kernel[0], kernel[1]);
        var products = filters.Inner.Count;
        var (w, scales) = Weights(filters, outputs, products);
        var y = Result(x.Scale * scales[0], products);
        Write("QLinearConv", [.. Triple(x), .. w, .. Pair(y), .. Bias(outputs, products)], Shape.Of(Batch, outputs, shape[0], shape[1]), y, "", [.. attributes, ("group", new AttributeValue.Whole(groups))]);
    }

    private void Gemm()
    {
        var (x, outputs, turned) = (Last, 1 + choices.Below(19), choices.Below(2) == 1);
        var k = x.Shape[1];
        var (w, scales) = Weights(turned ? Shape.Of(outputs, k) : Shape.Of(k, outputs), outputs, k);
        var y = Result(x.Scale * scales[0], k);
        Write("QGemm", [.. Triple(x), .. w, Bias(outputs, k) is [var bias] ? bias : "", .. Pair(y)], Shape.Of(Batch, outputs), y, "com.microsoft", [("transB", new AttributeValue.Whole(turned ? 1 : 0))]);
    }

    private void Product()
    {
        var (x, outputs) = (Last, 1 + choices.Below(19));
        var k = x.Shape[x.Shape.Rank - 1];
        var (w, scales) = Weights(Shape.Of(k, outputs), outputs, k);
        var y = Result(x.Scale * scales[0], k);
        Write("QLinearMatMul", [.. Triple(x), .. w, .. Pair(y)], Shape.Of([.. x.Shape.Lengths.Span[..^1], outputs]), y, "", []);
    }

    /// <summary>With itself, or with another tensor of its shape or one that is broadcast over it.</summary>
    private void Pair(string op)
    {
        var (a, fitting) = (Last, tensors.Where(t => t.Shape == Last.Shape || t.Shape.Rank == 4 && Last.Shape.Rank == 4 && t.Shape == Shape.Of(Batch, Last.Shape[1], 1, 1)).Reverse().ToArray());
        var b = choices.Of(fitting);
        var swapped = choices.Below(2) == 1;
        var y = op == "QLinearAdd" ? Result(Math.Max(a.Scale, b.Scale), 0.0003) : Result(a.Scale * b.Scale, 4);
        Write(op, swapped ? [.. Triple(b), .. Triple(a), .. Pair(y)] : [.. Triple(a), .. Triple(b), .. Pair(y)], a.Shape, y, "com.microsoft", []);
    }

    private void Concat()
    {
        var (a, fitting) = (Last, tensors.Where(t => t.Shape.Rank == Last.Shape.Rank && t.Shape.Lengths.Span[2..].SequenceEqual(Last.Shape.Lengths.Span[2..])).Reverse().ToArray());
        var b = choices.Of(fitting);
        var y = Result(Math.Max(a.Scale, b.Scale), 0.0003);
        Write("QLinearConcat", [.. Pair(y), .. Triple(a), .. Triple(b)], Shape.Of([Batch, a.Shape[1] + b.Shape[1], .. a.Shape.Lengths.Span[2..]]), y, "com.microsoft", [("axis", new AttributeValue.Whole(1))]);
    }

    private void Pool()
    {
        var (x, (_, attributes, shape)) = (Last, Window(false));
        var y = Mean(x);
        Write("QLinearAveragePool", [.. Triple(x), .. Pair(y)], Shape.Of(Batch, x.Shape[1], shape[0], shape[1]), y, "com.microsoft", [.. attributes, ("count_include_pad", new AttributeValue.Whole(choices.Below(2)))]);
    }

    private void GlobalPool()
    {
        var (x, y) = (Last, Mean(Last));
        Write("QLinearGlobalAveragePool", [.. Triple(x), .. Pair(y)], Shape.Of(Batch, x.Shape[1], 1, 1), y, "com.microsoft", []);
    }

    /// <summary>Of means over everything the runtime takes scales whose ratio is from 2⁻³² to below 256 alone.</summary>
    private (float Scale, int Zero) Mean(Codes x)
    {
        var (scale, zero) = Result(x.Scale, 0.0003);
        return (Math.Clamp(scale, x.Scale / 250, x.Scale * 1e6f), zero);
    }

    private void Single(string op, Shape shape, params ReadOnlySpan<(string, AttributeValue)> attributes) => Single(op, shape, Last.Scale, attributes);

    private void Single(string op, Shape shape, float scale, params ReadOnlySpan<(string, AttributeValue)> attributes)
    {
        var y = Result(scale, 0.0003);
        Write(op, [.. Triple(Last), .. Pair(y)], shape, y, "com.microsoft", attributes.ToArray());
    }

    private void Keep(string op, (int[] Kernel, (string, AttributeValue)[] Attributes, int[] Shape) window) =>
        Write(op, [Last.Name], Shape.Of(Batch, Last.Shape[1], window.Shape[0], window.Shape[1]), (Last.Scale, Last.Zero), "", window.Attributes);

    private void Clip()
    {
        var (a, b) = (Low + choices.Below(256), Low + choices.Below(256));
        Write("Clip", [Last.Name, Given(Constant.Of(type, Shape.Of(), Math.Min(a, b))), Given(Constant.Of(type, Shape.Of(), Math.Max(a, b)))], Last.Shape, (Last.Scale, Last.Zero), "", []);
    }

    private (int[] Kernel, (string, AttributeValue)[] Attributes, int[] Shape) Window(bool dilated)
    {
        var axes = ((int[])[2, 3]).Select(axis => Last.Shape[axis]).Select(length =>
        {
            var kernel = 1 + choices.Below(Math.Min(length, 4));
            var dilation = dilated && (kernel - 1) * 2 < length ? 1 + choices.Below(2) : 1;
            int Padding() => choices.Below(dilation == 1 ? kernel : 3);
            var (before, after, stride) = (Padding(), Padding(), 1 + choices.Below(3));
            return (Kernel: kernel, Dilation: dilation, Before: before, After: after, Stride: stride, Length: (length + before + after - (kernel - 1) * dilation - 1) / stride + 1);
        }).ToArray();
        AttributeValue Wholes(params ReadOnlySpan<int> each) => new AttributeValue.Wholes(Values.From(each.ToArray().Select(n => (long)n)));
        (string, AttributeValue)[] attributes = [("kernel_shape", Wholes(axes[0].Kernel, axes[1].Kernel)), ("strides", Wholes(axes[0].Stride, axes[1].Stride)), ("pads", Wholes(axes[0].Before, axes[1].Before, axes[0].After, axes[1].After))];
        return ([axes[0].Kernel, axes[1].Kernel], dilated ? [.. attributes, ("dilations", Wholes(axes[0].Dilation, axes[1].Dilation))] : attributes, [axes[0].Length, axes[1].Length]);
    }

    /// <summary>Codes of the whole range or extreme ones only, of either sign; a scale for all or one an output.</summary>
    private (string[] Triple, float[] Scales) Weights(Shape shape, int outputs, int products)
    {
        var signed = type == ElementType.Int8 || choices.Below(3) > 0;
        var (low, high) = signed ? (-128, 127) : (0, 255);
        var codes = choices.Below(4) == 3 ? Elements(shape.Count, 0, 1).Select(b => b == 0 ? low : (long)high) : Elements(shape.Count, low, high);
        var perChannel = choices.Below(2) == 1;
        var scale = choices.Of(0.0078125f, 0.00731f, 1f, 2e-6f);
        float[] scales = perChannel ? [.. Elements(outputs, 1, 1000).Select(f => scale * f / 300)] : [scale];
        var zero = perChannel ? signed ? 0 : 128 : choices.Of(signed ? 0 : 128, low, high, low + 77);
        var parameters = perChannel ? Shape.Of(outputs) : Shape.Of();
        var kind = signed ? ElementType.Int8 : ElementType.UInt8;
        return ([Given(Constant.Of(kind, shape, [.. codes])), Given(Constant.Of(Tensor.Of(parameters, Values.Of<float>(scales)))), Given(Constant.Of(kind, parameters, [.. Enumerable.Repeat((long)zero, scales.Length)]))], scales);
    }

    private string[] Bias(int outputs, int products) => choices.Below(4) switch
    {
        0 => [],
        1 => [Given(Constant.Of(ElementType.Int32, Shape.Of(outputs), [.. Elements(outputs, -20 * products, 20 * products)]))],
        2 => [Given(Constant.Of(ElementType.Int32, Shape.Of(outputs), [.. Elements(outputs, -(1 << 28), 1 << 28)]))],
        _ => [Given(Constant.Of(ElementType.Int32, Shape.Of(outputs), [.. Elements(outputs, -9000 * products, 9000 * products)]))],
    };

    /// <summary>
    /// Parameters of a result. Its sums are steps of <paramref name="step"/>: of a scale that suits so many products, of one by which many of them are ties, of one that makes all codes
    /// equal, or of one beyond which all are extreme.
    /// </summary>
    private (float Scale, int Zero) Result(float step, double products)
    {
        var fitting = step * (1 + 2500 * Math.Sqrt(products) / 30);
        var scale = (float)(choices.Below(8) switch
        {
            0 or 1 or 2 => fitting,
            3 or 4 => step * Math.ScaleB(1, 1 + choices.Below(7)),
            5 => fitting * 40,
            6 => fitting / 20,
            _ => fitting * choices.Of(1e-12, 1e9, 3e-3),
        });
        return (Math.Clamp(scale, 1e-36f, 1e36f), Zero());
    }

    private int Zero() => choices.Below(6) switch
    {
        0 or 1 => Low + 128,
        2 => Low,
        3 => High,
        _ => Low + choices.Below(256),
    };

    private long[] Elements(int count, int low, int high)
    {
        var rng = Rng.FromSeed((ulong)choices.Below(1000)).Fork((uint)Constants.Count);
        var elements = new long[count];
        for (var i = 0; i < count; i++) (elements[i], rng) = rng.Integer(low, high + 1L);
        return elements;
    }

    private string[] Triple(Codes x) => [x.Name, .. Pair((x.Scale, x.Zero))];

    private string[] Pair((float Scale, int Zero) p) => [Given(Constant.Of(Tensor.Of(Shape.Of(), [p.Scale]))), Given(Constant.Of(type, Shape.Of(), p.Zero))];

    private string Given(Constant value)
    {
        var name = $"c{Constants.Count}";
        Constants.Add((name, value));
        return name;
    }

    private void Write(string op, string[] inputs, Shape shape, (float Scale, int Zero) y, string domain, (string, AttributeValue)[] attributes)
    {
        var name = $"y{tensors.Count}";
        Operations.Add(new($"{op}_{tensors.Count}", op, Values.Of<string>(inputs), [name], ByName<AttributeValue>.Of(attributes), domain));
        tensors.Add(new(name, shape, y.Scale, y.Zero));
    }

    /// <summary>Numbers in order; where there are no more, 0.</summary>
    private sealed class Choices(Values<int> given)
    {
        private int next;

        public int Below(int count) => next < given.Length ? given[next++] % count : 0;

        public T Of<T>(params T[] items) => items[Below(items.Length)];
    }
}
