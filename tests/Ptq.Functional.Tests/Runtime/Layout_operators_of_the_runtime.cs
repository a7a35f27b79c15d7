using LanguageExt;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Tensors;
using Xunit;
using static Ptq.Tests.Engine.Operators.OneOperation;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Runtime;

/// <summary>Operators that move, resize, reduce and normalize, on random tensors in the ONNX Runtime and here: the same shapes, and elements within 1e-5 of each other.</summary>
public class Layout_operators_of_the_runtime
{
    private sealed record Example(Deed Deed, params Operand?[] Inputs)
    {
        public override string ToString() => $"{Deed.Op} {string.Join(' ', Deed.Attributes)} of {string.Join(", ", Inputs.Select(x => x is { Shape.Count: < 9 } ? $"{x}{(x.Type.IsFloat ? x.Floats : x.Integers)}" : $"{x}"))}";
    }

    [OnnxRuntimeTheory]
    [InlineData("nearest")]
    [InlineData("linear")]
    [InlineData("cubic")]
    public void Resize_alike(string mode)
    {
        var rng = new Stream(1);
        var examples = new List<Example>();
        foreach (var coordinates in (string[])["half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_half_pixel_for_nn", "tf_crop_and_resize"])
            foreach (var rounding in mode == "nearest" ? (string[])["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"] : ["floor"])
                foreach (var (isSmooth, excludes) in mode == "nearest" ? ((bool, bool)[])[(false, false)] : mode == "linear" ? [(false, false), (true, false)] : [(false, false), (false, true), (true, false), (true, true)])
                    foreach (var (rows, columns) in ((float, float)[])[(2, 2), (1.7f, 3.1f), (0.6f, 0.45f), (0.5f, 2.5f), (1, 2), (1.05f, 1)])
                    {
                        var (h, w) = (rng.Below(3, 9), rng.Below(3, 9));
                        var region = coordinates == "tf_crop_and_resize" ? Floats(0, 0, 0.1f, 0.2f, 1, 1, 0.8f, 1.1f) : null;
                        var deed = new Deed("Resize", 19, 1, ("mode", Attribute(mode)), ("coordinate_transformation_mode", Attribute(coordinates)), ("nearest_mode", Attribute(rounding)), ("antialias", Attribute(isSmooth ? 1 : 0)),
                            ("exclude_outside", Attribute(excludes ? 1 : 0)), ("extrapolation_value", Attribute(7f)), ("cubic_coeff_a", Attribute(-0.5f)));
                        examples.Add(new(deed, rng.Floats(1, 2, h, w), region, Floats(1, 1, rows, columns)));
                        examples.Add(new(deed, rng.Floats(1, 2, h, w), region, null, Longs(1, 2, Math.Max(1, (int)(h * rows)), Math.Max(1, (int)(w * columns)))));
                    }
        foreach (var policy in (string[])["stretch", "not_larger", "not_smaller"])
            foreach (var (h, w) in ((long, long)[])[(7, 9), (3, 5), (11, 4)])
                examples.Add(new(new("Resize", 18, 1, ("mode", Attribute(mode)), ("axes", Attribute((long[])[2, 3])), ("keep_aspect_ratio_policy", Attribute(policy))), rng.Floats(1, 2, 5, 6), null, null, Longs(h, w)));
        if (mode != "cubic")
        {
            var deed = new Deed("Resize", 13, 1, ("mode", Attribute(mode)));
            examples.Add(new(deed, rng.Floats(1, 2, 4, 5, 6), null, Floats(1, 1, 2, 1.5f, 0.7f)));
            examples.Add(new(deed, rng.Floats(1, 5, 6, 3), null, Floats(1, 2, 1.5f, 1)));
            examples.Add(new(deed, rng.Integers(ElementType.UInt8, 0, 256, 1, 1, 5, 6), null, Floats(1, 1, 2.3f, 1.6f)));
            examples.Add(new(deed, rng.Integers(ElementType.Int32, -99, 99, 1, 1, 5, 6), null, Floats(1, 1, 2.3f, 1.6f)));
        }
        Same(examples);
    }

    [OnnxRuntimeFact]
    public void Round_places_halfway_between_elements_alike()
    {
        var rng = new Stream(2);
        Same(from coordinates in (string[])["half_pixel", "half_pixel_symmetric", "align_corners", "asymmetric", "tf_half_pixel_for_nn"]
             from rounding in (string[])["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]
             from i in Enumerable.Range(0, 20)
             let length = rng.Below(2, 60)
             select new Example(new("Resize", 19, 1, ("coordinate_transformation_mode", Attribute(coordinates)), ("nearest_mode", Attribute(rounding))), rng.Floats(length), null, null, Longs(rng.Below(1, 60))));
    }

    [OnnxRuntimeFact]
    public void Reduce_alike()
    {
        var rng = new Stream(3);
        Same(from op in (string[])["Sum", "Mean", "Max", "Min", "Prod", "SumSquare", "L1", "L2", "LogSum", "LogSumExp"]
             from axes in (long[][])[[], [0], [-1], [1], [0, 2], [1, 3], [2, 3], [0, 2, 3]]
             from isFloat in (bool[])[true, false]
             where isFloat || !op.StartsWith("Log", StringComparison.Ordinal)
             select new Example(new($"Reduce{op}", 18, 1, ("keepdims", Attribute(axes.Length % 2))), isFloat ? rng.Floats(op == "LogSum" ? 0.1 : -2, 2, 2, 3, 5, 7) : rng.Integers(ElementType.Int32, -3, 4, 2, 3, 5, 7), Longs(axes)));
    }

    [OnnxRuntimeFact]
    public void Normalize_alike()
    {
        var rng = new Stream(4);
        var examples = new List<Example>();
        foreach (int[] shape in (int[][])[[2, 6, 5, 7], [3, 6, 4]])
        {
            examples.Add(new(new("BatchNormalization", 15, 1), rng.Floats(shape), rng.Floats(6), rng.Floats(6), rng.Floats(6), rng.Floats(0.0, 2, 6)));
            examples.Add(new(new("InstanceNormalization", 13, 1), rng.Floats(shape), rng.Floats(6), rng.Floats(6)));
            foreach (var groups in (int[])[1, 3, 6])
                foreach (var (opset, each) in ((int, int)[])[(18, groups), (21, 6)])
                    examples.Add(new(new("GroupNormalization", opset, 1, ("num_groups", Attribute(groups))), rng.Floats(shape), rng.Floats(each), rng.Floats(each)));
        }
        foreach (var axis in (int[])[0, 1, 2])
        {
            int[] inner = ((int[])[3, 4, 5])[axis..];
            examples.Add(new(new("LayerNormalization", 17, 3, ("axis", Attribute(axis))), rng.Floats(3, 4, 5), rng.Floats(inner), rng.Floats(inner)));
            examples.Add(new(new("LayerNormalization", 17, 1, ("axis", Attribute(axis - 3)), ("epsilon", Attribute(0.01f))), rng.Floats(3, 4, 5), rng.Floats(inner)));
            foreach (var op in (string[])["Softmax", "LogSoftmax", "Hardmax"]) examples.Add(new(new(op, 13, 1, ("axis", Attribute(axis))), rng.Floats(3, 4, 21)));
            foreach (var p in (int[])[1, 2]) examples.Add(new(new("LpNormalization", 13, 1, ("axis", Attribute(axis)), ("p", Attribute(p))), rng.Floats(3, 4, 5)));
        }
        foreach (var size in (int[])[1, 3, 5, 9]) examples.Add(new(new("LRN", 13, 1, ("size", Attribute(size)), ("alpha", Attribute(0.5f)), ("beta", Attribute(0.6f)), ("bias", Attribute(2f))), rng.Floats(2, 7, 3, 4)));
        examples.Add(new(new("MeanVarianceNormalization", 13, 1), rng.Floats(2, 7, 3, 4)));
        Same(examples);
    }

    [OnnxRuntimeFact]
    public void Move_elements_alike()
    {
        var rng = new Stream(5);
        var examples = new List<Example>();
        foreach (var axis in (int[])[0, 1, 2, -1])
        {
            (string, AttributeValue) along = ("axis", Attribute(axis));
            examples.Add(new(new("Gather", 13, 1, along), rng.Floats(3, 4, 5), rng.Integers(ElementType.Int64, -3, 3, 2, 2)));
            examples.Add(new(new("GatherElements", 13, 1, along), rng.Floats(3, 4, 5), rng.Integers(ElementType.Int64, -3, 3, 2, 3, 4)));
            examples.Add(new(new("CumSum", 14, 1, ("exclusive", Attribute(axis & 1)), ("reverse", Attribute(axis >> 1 & 1))), rng.Floats(3, 4, 5), Integers(ElementType.Int64, Shape.Of(), axis)));
            examples.Add(new(new("Concat", 13, 1, along), rng.Floats(3, 4, 5), rng.Floats(3, 4, 5)));
            examples.Add(new(new("Split", 18, 2, along, ("num_outputs", Attribute(2))), rng.Floats(3, 4, 5)));
            examples.Add(new(new("OneHot", 13, 1, along), rng.Integers(ElementType.Int64, -5, 6, 3, 4), Longs(4), Floats(0.5f, 2)));
            foreach (var largest in (int[])[0, 1]) examples.Add(new(new("TopK", 13, 2, along, ("largest", Attribute(largest))), rng.Integers(ElementType.Int64, -3, 3, 3, 4, 5), Longs(3)));
            foreach (var last in (int[])[0, 1]) examples.Add(new(new("ArgMax", 13, 1, along, ("keepdims", Attribute(last)), ("select_last_index", Attribute(last))), rng.Integers(ElementType.Int32, -2, 2, 3, 4, 5)));
            foreach (var reduction in (string[])["none", "add", "mul", "max", "min"])
                examples.Add(new(new("ScatterElements", 18, 1, along, ("reduction", Attribute(reduction))), rng.Floats(3, 4, 5), rng.Integers(ElementType.Int64, -3, 3, 2, 3, 4), rng.Floats(2, 3, 4)));
        }
        foreach (var reduction in (string[])["none", "add", "mul", "max", "min"])
            examples.Add(new(new("ScatterND", 18, 1, ("reduction", Attribute(reduction))), rng.Floats(3, 4, 5), rng.Integers(ElementType.Int64, -3, 3, 6, 2), rng.Floats(6, 5)));
        foreach (var (batch, depth) in ((int, int)[])[(0, 1), (0, 2), (1, 1), (1, 2)]) examples.Add(new(new("GatherND", 13, 1, ("batch_dims", Attribute(batch))), rng.Floats(3, 4, 5, 2), rng.Integers(ElementType.Int64, -3, 3, 3, 2, depth)));
        foreach (var mode in (string[])["constant", "reflect", "edge", "wrap"])
            foreach (long[] pads in (long[][])[[0, 1, 2, 0, 2, 1], [1, -1, 0, -1, 2, 1], [0, 0, -2, 0, -1, 3]]) examples.Add(new(new("Pad", 19, 1, ("mode", Attribute(mode))), rng.Floats(4, 5, 6), Longs(pads)));
        foreach (var (start, end, step) in ((long, long, long)[])[(0, 5, 2), (-1, -100, -1), (4, long.MinValue, -3), (-100, long.MaxValue, 3), (3, 1, 1), (2, long.MaxValue, long.MaxValue)])
            examples.Add(new(new("Slice", 13, 1), rng.Floats(3, 6, 4), Longs(start, 0), Longs(end, 2), Longs(1, -1), Longs(step, 1)));
        foreach (var mode in (string[])["DCR", "CRD"]) examples.Add(new(new("DepthToSpace", 13, 1, ("blocksize", Attribute(3)), ("mode", Attribute(mode))), rng.Floats(2, 18, 4, 5)));
        examples.Add(new(new("SpaceToDepth", 13, 1, ("blocksize", Attribute(3))), rng.Floats(2, 2, 6, 9)));
        foreach (long[] shape in (long[][])[[3, 1, 1], [2, 3, 2, 6], [1]]) examples.Add(new(new("Expand", 13, 1), rng.Floats(3, 1, 6), Longs(shape)));
        examples.Add(new(new("Tile", 13, 1), rng.Floats(2, 3, 4), Longs(3, 1, 2)));
        foreach (var (batch, time) in ((int, int)[])[(0, 1), (1, 0)]) examples.Add(new(new("ReverseSequence", 13, 1, ("batch_axis", Attribute(batch)), ("time_axis", Attribute(time))), rng.Floats(4, 4, 3), Longs(1, 2, 3, 4)));
        foreach (var k in (int[])[-7, -2, 0, 1, 9])
        {
            foreach (var upper in (int[])[0, 1]) examples.Add(new(new("Trilu", 14, 1, ("upper", Attribute(upper))), rng.Floats(2, 4, 5), Integers(ElementType.Int64, Shape.Of(), k)));
            examples.Add(new(new("EyeLike", 13, 1, ("k", Attribute(k))), rng.Floats(4, 5)));
        }
        foreach (long[] shape in (long[][])[[5, 8], [2, 3], [8, 2]]) examples.Add(new(new("CenterCropPad", 18, 1, ("axes", Attribute((long[])[1, 2]))), rng.Floats(2, 4, 5), Longs(shape)));
        Same(examples);
    }

    private static void Same(IEnumerable<Example> examples)
    {
        var all = examples.ToArray();
        Assert.True(all.Length > 10);
        var differences = all.Select(Difference).Where(difference => difference.Length > 0).ToArray();
        Assert.Equal([], differences);
    }

    private static string Difference(Example example) => Try(example.Deed, 1, example.Inputs).Match(
        Left: error => $"{example}: {error.Describe()}",
        Right: own =>
        {
            var model = Right(NetworkOf(example.Deed, 1, example.Inputs, [.. own.Select(y => y.Type)]).Bind(OnnxFile.Write));
            var x = example.Inputs[0]!;
            var other = OnnxRuntime.Run(model, [RuntimeTensor.FromBytes("x0", x.Type == ElementType.Float32 ? "float" : x.Type.Name, x.Shape, Constant.Of(x).Bytes.Span.ToArray())]);
            return other.Match(Left: failure => $"{example}: {failure.Message}", Right: outputs => string.Join("; ", own.Select((y, i) => Difference(y, outputs[$"y{i}"])).Where(d => d.Length > 0).Select(d => $"{example}: {d}")));
        });

    private static string Difference(Operand own, RuntimeTensor other)
    {
        if (own.Shape != other.Shape) return $"{own.Shape} here, {other.Shape} there";
        var theirs = own.Type.IsFloat ? Array.ConvertAll(other.ToFloats(), f => (double)f) : Array.ConvertAll(other.ToIntegers(), i => (double)i);
        for (var i = 0; i < theirs.Length; i++)
        {
            var ours = own.Type.IsFloat ? own.Floats[i] : own.Integers[i];
            if (!(Math.Abs(ours - theirs[i]) <= (own.Type.IsFloat ? 1e-5 * (1 + Math.Abs(theirs[i])) : 0))) return $"{ours} here, {theirs[i]} there, at {i}";
        }
        return "";
    }

    private static Operand Longs(params long[] elements) => Integers(ElementType.Int64, elements);

    /// <summary>Random tensors, one after the other.</summary>
    private sealed class Stream(int seed)
    {
        private Rng rng = Rng.FromSeed(seed);

        public int Below(int low, int high)
        {
            (var value, rng) = rng.Integer(low, high);
            return (int)value;
        }

        public Operand Floats(params int[] lengths) => Floats(-2.0, 2, lengths);

        public Operand Floats(double low, double high, params int[] lengths)
        {
            var values = new double[Shape.Of(lengths).Count];
            rng = rng.FillUniform(values, low, high);
            return Operand.Of(ElementType.Float32, Shape.Of(lengths), Values.From(values.Select(v => (float)v)));
        }

        public Operand Integers(ElementType type, int low, int high, params int[] lengths) => Operand.Of(type, Shape.Of(lengths), Values.From(Enumerable.Range(0, Shape.Of(lengths).Count).Select(_ => (long)Below(low, high))));
    }
}
