using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;
using Ptq.Tests.Engine.Operators;
using Ptq.Tests.Runtime.Operators;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Runtime;

/// <summary>
/// A float network of layers with weights and of what can run between them on codes, with batches of images for it: chains and diamonds of awkward sizes, biases of
/// very different magnitude, dead channels. The same seed with fewer steps gives the beginning of the same network.
/// </summary>
/// <param name="Network">The network: one input, one output.</param>
/// <param name="Batches">Inputs of it.</param>
internal sealed record RandomNetwork(Network Network, ByName<Operand>[] Batches)
{
    public static RandomNetwork Of(int seed, int steps)
    {
        var build = new Builder(new Draw(Rng.FromSeed((ulong)seed).Fork(0), 6, 13));
        var image = build.Begin();
        for (var i = 0; i < steps; i++) build.Step();
        var output = build.End();
        var network = Right(Network.Create(13,
            [new Port("x", ElementType.Float32, [new Dimension(-1, "N"), .. image.Lengths.Map(n => new Dimension(n)).Span])],
            ByName<Constant>.Of(build.Constants), Values.From(build.Operations), [new Port(output, ElementType.Float32, [], false)], NetworkInfo.Named("random")));
        var images = new Draw(Rng.FromSeed((ulong)seed).Fork(1), 6, 13);
        return new(network, [.. ((int[])[1, 3, 7]).Select(count => ByName<Operand>.Of([("x", images.Unrounded(image.Batch(count), -3, 3))]))]);
    }

    /// <summary>Its operations in order.</summary>
    public override string ToString() => string.Join("; ", Network.Operations.AsEnumerable().Select(o =>
        $"{o.Output} = {o.Op}({string.Join(", ", o.Inputs.AsEnumerable().Select(i => Network.Constants.Find(i).Match(c => $"{c.Shape}", () => i)))}) {string.Join(" ", o.Attributes.Names.AsEnumerable().Select(n => $"{n}={o.Attributes[n]}"))}"));

    private sealed class Builder(Draw draw)
    {
        private readonly List<(string Name, Shape Shape)> tensors = []; // shapes of one image

        public List<Operation> Operations { get; } = [];

        public List<(string, Constant)> Constants { get; } = [];

        public Shape Begin()
        {
            var image = Shape.Of(draw.From(1, 6), draw.From(4, 13), draw.From(4, 13));
            tensors.Add(("x", image));
            Convolve();
            return image;
        }

        public void Step()
        {
            switch (draw.From(0, 12))
            {
                case 0 or 1 or 2: Convolve(); break;
                case 3: Transposed(); break;
                case 4: Relu(); break;
                case 5: Clip(); break;
                case 6 or 7: Sum(); break;
                case 8: Concat(); break;
                case 9: Pool(draw.Of("MaxPool", "AveragePool")); break;
                case 10: Pad(); break;
                case 11: Permute(); break;
                default: Add("Reshape", Shape.Of(Last.Shape[1], Last.Shape[0], Last.Shape[2]), [Last.Name, Given(Draw.List(0, Last.Shape[1], -1, Last.Shape[2]))]); break;
            }
        }

        /// <summary>As it is, or a vector of each image and a matrix product with it.</summary>
        public string End()
        {
            if (draw.Once(3)) return Last.Name;
            if (draw.Flip()) Add("GlobalAveragePool", Shape.Of(Last.Shape[0], 1, 1), [Last.Name]);
            Add("Flatten", Shape.Of(Last.Shape.Count), [Last.Name]);
            var (k, n) = (Last.Shape.Count, draw.From(1, 11));
            var turned = draw.Flip();
            if (draw.Flip()) Add("Gemm", Shape.Of(n), [Last.Name, Weights(turned ? [n, k] : [k, n], k, turned ? 0 : 1), Bias(n)], ("transB", turned ? 1 : 0));
            else
            {
                Add("MatMul", Shape.Of(n), [Last.Name, Weights([k, n], k, 1)]);
                if (draw.Flip()) Add("Add", Shape.Of(n), [Last.Name, Bias(n)]);
            }
            return Last.Name;
        }

        private (string Name, Shape Shape) Last => tensors[^1];

        private string LastOp => Operations.LastOrDefault()?.Op ?? "";

        /// <summary>
        /// Tensors before the last one that may be joined with it. What a Clip cuts off on both sides has a range that does not depend on data, and so have sums and means of
        /// it: the scales would have simple ratios, and every other sum would be a tie.
        /// </summary>
        private IEnumerable<(string Name, Shape Shape)> Earlier => tensors.SkipLast(1).Where(t => !Operations.Any(o => o.Op == "Clip" && o.Output == t.Name));

        /// <summary>Not one clamp after another: behind an Add of codes and before a Transpose, version 1.30 of the ONNX Runtime makes two nodes of one name of them.</summary>
        private void Relu()
        {
            if (LastOp != "Relu") Add("Relu", Last.Shape, [Last.Name]);
        }

        private void Clip()
        {
            if (LastOp != "Relu") Add("Clip", Last.Shape, [Last.Name, Given(draw.Of(-1f, 0)), Given(draw.Of(1f, 6))]);
            Convolve();
        }

        private void Add(string op, Shape shape, string[] inputs, params (string Name, object Value)[] attributes)
        {
            var name = $"t{tensors.Count}";
            Operations.Add(new(name, op, Values.Of<string>(inputs), [name], ByName<AttributeValue>.Of(attributes.Select(a => (a.Name, OneOperation.Attribute(a.Value))))));
            tensors.Add((name, shape));
        }

        private string Given(Operand value)
        {
            var name = $"c{Constants.Count}";
            Constants.Add((name, Constant.Of(value)));
            return name;
        }

        private string Given(float value) => Given(Draw.One(ElementType.Float32, value));

        /// <summary>Weights that keep the magnitude of what they read; a channel in eight has none.</summary>
        private string Weights(int[] lengths, int fanIn, int axis)
        {
            var shape = Shape.Of(lengths);
            var dead = Enumerable.Range(0, shape[axis]).Select(_ => draw.Once(8)).ToArray();
            var span = Math.Sqrt(6.0 / fanIn);
            return Given(Operand.Of(ElementType.Float32, shape, Values.From(Enumerable.Range(0, shape.Count).Select(i => dead[i / shape.Stride(axis) % shape[axis]] ? 0 : (float)draw.Real(-span, span)).ToArray())));
        }

        /// <summary>From a thousandth to ten, of either sign.</summary>
        private string Bias(int count) => Given(Operand.Of(ElementType.Float32, Shape.Of(count), Values.From(Enumerable.Range(0, count).Select(_ => (float)(Math.Pow(10, draw.Real(-3, 1)) * draw.Of(-1, 1))).ToArray())));

        private void Convolve(int? channels = null)
        {
            var (x, c, h, w) = (Last.Name, Last.Shape[0], Last.Shape[1], Last.Shape[2]);
            var groups = channels is null && draw.Once(3) ? draw.Of([.. Enumerable.Range(1, c).Where(g => c % g == 0)]) : 1;
            var outputs = channels ?? groups * draw.From(1, Math.Max(1, 7 / groups));
            int[] kernel = channels is null ? [draw.From(1, Math.Min(3, h)), draw.From(1, Math.Min(3, w))] : [1, 1];
            int[] strides = channels is null ? [draw.Of(1, 1, 2), draw.Of(1, 1, 2)] : [1, 1];
            int[] pads = [.. Enumerable.Range(0, 4).Select(i => kernel[i % 2] > 1 && draw.Flip() ? 1 : 0)];
            var shape = Shape.Of(outputs, (h + pads[0] + pads[2] - kernel[0]) / strides[0] + 1, (w + pads[1] + pads[3] - kernel[1]) / strides[1] + 1);
            var weights = Weights([outputs, c / groups, .. kernel], c / groups * kernel[0] * kernel[1], 0);
            Add("Conv", shape, draw.Once(4) ? [x, weights] : [x, weights, Bias(outputs)], ("kernel_shape", Longs(kernel)), ("strides", Longs(strides)), ("pads", Longs(pads)), ("group", groups));
        }

        private void Transposed()
        {
            var (x, c, h, w) = (Last.Name, Last.Shape[0], Last.Shape[1], Last.Shape[2]);
            var groups = draw.Once(3) ? draw.Of([.. Enumerable.Range(1, c).Where(g => c % g == 0)]) : 1;
            var each = draw.From(1, Math.Max(1, 5 / groups));
            var (kernel, stride) = (draw.From(1, 3), draw.From(1, 2));
            var shape = Shape.Of(groups * each, (h - 1) * stride + kernel, (w - 1) * stride + kernel);
            if (shape.Count > 3000) return;
            var weights = Weights([c, each, kernel, kernel], Math.Max(1, c / groups * kernel * kernel / (stride * stride)), 1);
            Add("ConvTranspose", shape, draw.Once(4) ? [x, weights] : [x, weights, Bias(groups * each)], ("kernel_shape", Longs([kernel, kernel])), ("strides", Longs([stride, stride])), ("group", groups));
        }

        /// <summary>With a tensor of the same shape, or around a convolution that makes one of it.</summary>
        private void Sum()
        {
            var from = Last;
            var others = Earlier.Where(t => t.Shape == from.Shape).ToArray();
            if (others.Length == 0 || draw.Flip())
            {
                Convolve(from.Shape[0]);
                if (draw.Flip()) Add("Relu", Last.Shape, [Last.Name]);
                Add("Add", from.Shape, [Last.Name, from.Name]);
            }
            else Add("Add", from.Shape, draw.Flip() ? [draw.Of(others).Name, from.Name] : [from.Name, draw.Of(others).Name]);
        }

        private void Concat()
        {
            var from = Last;
            var others = Earlier.Where(t => t.Shape[1] == from.Shape[1] && t.Shape[2] == from.Shape[2]).ToArray();
            if (others.Length == 0)
            {
                Convolve(draw.From(1, 4));
                others = [from];
            }
            var other = draw.Of(others);
            if (Last.Shape.Count + other.Shape.Count < 3000) Add("Concat", Shape.Of(Last.Shape[0] + other.Shape[0], Last.Shape[1], Last.Shape[2]), [Last.Name, other.Name], ("axis", 1));
        }

        /// <summary>
        /// Not of what was padded before: from "basic" on version 1.30 of the ONNX Runtime joins the two, takes the zeros for nothing where the largest is looked for, and refuses
        /// pads that are as long as the kernel.
        /// </summary>
        private void Pool(string op)
        {
            if (LastOp == "Pad") Convolve();
            var (c, h, w) = (Last.Shape[0], Last.Shape[1], Last.Shape[2]);
            var (kernel, stride) = (draw.From(1, Math.Min(3, Math.Min(h, w))), draw.From(1, 2));
            var pad = kernel > 1 && draw.Once(3) ? 1 : 0;
            (string, object)[] attributes = [("kernel_shape", Longs([kernel, kernel])), ("strides", Longs([stride, stride])), ("pads", Longs([pad, pad, 0, 0]))];
            Add(op, Shape.Of(c, (h + pad - kernel) / stride + 1, (w + pad - kernel) / stride + 1), [Last.Name], op == "AveragePool" ? [.. attributes, ("count_include_pad", draw.From(0, 1))] : attributes);
        }

        private void Pad()
        {
            int[] pads = [.. Enumerable.Range(0, 4).Select(_ => draw.From(0, 2))];
            Add("Pad", Shape.Of(Last.Shape[0], Last.Shape[1] + pads[0] + pads[2], Last.Shape[2] + pads[1] + pads[3]), [Last.Name, Given(Draw.List(0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]))]);
        }

        private void Permute()
        {
            var order = draw.Order(3);
            Add("Transpose", Shape.Of([.. order.Select(axis => Last.Shape[(int)axis])]), [Last.Name], ("perm", (long[])[0, .. order.Select(axis => axis + 1)]));
        }

        private static long[] Longs(int[] each) => [.. each.Select(n => (long)n)];
    }
}
