using LanguageExt;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Properties.Framework;
using Ptq.Tensors;
using static Ptq.Properties.Expect;

namespace Ptq.Properties;

public class A_layout_operator
{
    private static readonly string[] All =
    [
        "Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Shape", "Size", "Dropout", "Transpose", "DepthToSpace", "SpaceToDepth", "Expand", "Tile", "Slice", "Split", "Concat", "Compress", "CenterCropPad",
        "Gather", "GatherElements", "GatherND", "ScatterElements", "ScatterND", "Pad", "ConstantOfShape", "Range", "OneHot", "EyeLike", "NonZero", "Trilu", "CumSum", "ReverseSequence", "ArgMax", "ArgMin", "TopK", "Resize",
        "ReduceSum", "ReduceMean", "ReduceProd", "ReduceMax", "ReduceMin", "ReduceSumSquare", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp",
        "BatchNormalization", "InstanceNormalization", "GroupNormalization", "LayerNormalization", "MeanVarianceNormalization", "LpNormalization", "LRN", "Softmax", "LogSoftmax", "Hardmax",
    ];

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 300)]
    public bool Transposes_back_by_the_inverse_permutation(Rng rng)
    {
        var (x, stream) = Numbered(rng);
        var (perm, _) = stream.Permutation(x.Shape.Rank);
        var inverse = Enumerable.Range(0, perm.Length).Select(axis => (long)perm.Span.IndexOf(axis));
        var there = Right(Run("Transpose", [("perm", Longs(perm.AsEnumerable().Select(p => (long)p)))], x));
        return Right(Run("Transpose", [("perm", Longs(inverse))], there[0]))[0] == x;
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 300)]
    public bool Joins_what_it_split(Rng rng)
    {
        var (x, stream) = Numbered(rng);
        var (axis, stream2) = stream.Below(x.Shape.Rank);
        var (cut, _) = stream2.Below(x.Shape[axis] + 1);
        var parts = Right(Run("Split", 2, [("axis", Whole(axis))], x, Integers(cut, x.Shape[axis] - cut)));
        return Right(Run("Concat", 1, 2, [("axis", Whole(axis - x.Shape.Rank))], parts[0], parts[1]))[0] == x;
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 300)]
    public bool Cuts_off_what_it_padded(Rng rng)
    {
        var (x, stream) = Numbered(rng);
        var rank = x.Shape.Rank;
        var pads = new long[2 * rank];
        for (var i = 0; i < pads.Length; i++) (pads[i], stream) = stream.Integer(0, 5);
        var (mode, _) = stream.Below(4);
        var padded = Right(Run("Pad", [("mode", Text(new[] { "constant", "edge", "reflect", "wrap" }[mode]))], x, Integers(pads)))[0];
        var sliced = Right(Run("Slice", [], padded, Integers(pads[..rank]), Integers([.. Enumerable.Range(0, rank).Select(i => pads[i] + x.Shape[i])])))[0];
        return sliced == x && Right(Run("Pad", [], padded, Integers([.. pads.Select(p => -p)])))[0] == x;
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 200)]
    public bool Looks_up_all_indices_as_they_stand(Rng rng)
    {
        var (x, stream) = Numbered(rng);
        var (axis, _) = stream.Below(x.Shape.Rank);
        var all = Enumerable.Range(0, x.Shape[axis]).Select(i => i % 2 == 0 ? i : (long)i - x.Shape[axis]).ToArray();
        var gathered = Right(Run("Gather", [("axis", Whole(axis))], x, Integers(all)))[0];
        var index = Right(Run("Expand", [], Right(Run("Reshape", [], Integers(all), Integers([.. Enumerable.Range(0, x.Shape.Rank).Select(i => i == axis ? -1L : 1)])))[0], Integers([.. x.Shape.Lengths.AsEnumerable().Select(n => (long)n)])))[0];
        var zeros = Operand.Of(x.Type, x.Shape, x.Integers.Map(_ => 0L));
        return gathered == x && Right(Run("GatherElements", [("axis", Whole(axis))], x, index))[0] == x && Right(Run("ScatterElements", [("axis", Whole(axis))], zeros, index, x))[0] == x;
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 200)]
    public bool Reduces_axes_together_as_one_after_the_other(Rng rng)
    {
        var (x, stream) = Numbered(rng);
        var (order, stream2) = stream.Permutation(x.Shape.Rank);
        var (count, stream3) = stream2.Below(x.Shape.Rank);
        var (op, _) = stream3.Below(4);
        var name = new[] { "ReduceSum", "ReduceProd", "ReduceMax", "ReduceMin" }[op];
        long[] axes = [.. order.AsEnumerable().Take(count + 1).Select(axis => (long)axis)];
        return Right(Run(name, [], x, Integers(axes)))[0] == axes.Aggregate(x, (y, axis) => Right(Run(name, [], y, Integers(axis)))[0]);
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 200)]
    public bool Leaves_what_is_resized_to_its_own_size_and_what_is_doubled_and_halved(Rng rng)
    {
        var (x, _) = Real(rng);
        var (rank, sizes) = (x.Shape.Rank, x.Shape.Lengths.AsEnumerable().Select(n => (long)n));
        foreach (var mode in new[] { "nearest", "linear", "cubic" })
            if (Right(Run("Resize", [("mode", Text(mode))], x, null, null, Integers([.. sizes])))[0] != x) return false;
        var doubled = Right(Run("Resize", [], x, null, Reals(Enumerable.Repeat(2f, rank))))[0];
        return Right(Run("Resize", [("coordinate_transformation_mode", Text("asymmetric"))], doubled, null, Reals(Enumerable.Repeat(0.5f, rank))))[0] == x;
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 200)]
    public bool Weights_every_element_so_that_a_constant_stays(Rng rng)
    {
        var (x, stream) = Real(rng);
        var (which, _) = stream.Below(8);
        var flat = Operand.Of(x.Type, x.Shape, x.Floats.Map(_ => 3f));
        var sizes = x.Shape.Lengths.AsEnumerable().Select((n, i) => (long)(i % 2 == 0 ? 2 * n + 1 : (n + 1) / 2));
        var resized = Right(Run("Resize", [("mode", Text(which % 2 == 0 ? "linear" : "cubic")), ("antialias", Whole(which / 2 % 2)), ("exclude_outside", Whole(which % 2 * (which / 4)))], flat, null, null, Integers([.. sizes])))[0];
        return resized.Floats.AsEnumerable().All(y => Math.Abs(y - 3) < 1e-5f);
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 200)]
    public bool Makes_probabilities_whose_logarithms_are_the_other_softmax(Rng rng)
    {
        var (x, stream) = Real(rng);
        var (axis, _) = stream.Below(x.Shape.Rank);
        var softmax = Right(Run("Softmax", [("axis", Whole(axis))], x))[0];
        var sums = Right(Run("ReduceSum", [], softmax, Integers(axis)))[0];
        var logarithms = Right(Run("LogSoftmax", [("axis", Whole(axis))], x))[0];
        return sums.Floats.AsEnumerable().All(sum => Math.Abs(sum - 1) < 1e-6f)
            && softmax.Floats.AsEnumerable().Zip(logarithms.Floats.AsEnumerable(), (p, log) => Math.Abs(Elementary.Exp(log) - p)).All(difference => difference < 1e-6);
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 200)]
    public bool Normalizes_to_mean_0_and_variance_1(Rng rng)
    {
        var (x, _) = Real(rng);
        var count = x.Shape.Lengths[^1];
        if (count < 2) return true;
        var ones = Reals(Enumerable.Repeat(1f, count));
        var y = Right(Run("LayerNormalization", [("epsilon", new AttributeValue.Real(0))], x, ones))[0];
        var (means, squares) = (Right(Run("ReduceMean", [], y, Integers(-1)))[0], Right(Run("ReduceSumSquare", [], y, Integers(-1)))[0]);
        return means.Floats.AsEnumerable().All(mean => Math.Abs(mean) < 1e-5f) && squares.Floats.AsEnumerable().All(sum => Math.Abs(sum / count - 1) < 1e-4f);
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 4000)]
    public bool Answers_anything_with_tensors_or_an_error(Rng rng)
    {
        var (op, stream) = rng.Below(All.Length);
        var (count, stream2) = stream.Below(6);
        stream = stream2;
        var inputs = new Operand?[count];
        long[] odd = [0, 1, -1, 2, 3, -2, long.MaxValue, long.MinValue, int.MaxValue, 1 << 20];
        for (var i = 0; i < count; i++)
        {
            (var kind, stream) = stream.Below(8);
            (var rank, stream) = stream.Below(i == 0 ? 5 : 3);
            var lengths = new int[rank];
            for (var axis = 0; axis < rank; axis++) (lengths[axis], stream) = stream.Below(5);
            (var huge, stream) = stream.Below(30);
            if (huge == 0 && lengths.Contains(0)) lengths[Array.FindIndex(lengths, n => n > 0) is >= 0 and var k ? k : 0] = int.MaxValue; // no elements, but a long axis
            if (lengths.Contains(int.MaxValue) && !lengths.Contains(0)) lengths = [0];
            var elements = new long[Shape.Of(lengths).Count];
            for (var e = 0; e < elements.Length; e++)
            {
                (var isOdd, stream) = stream.Below(12);
                (var which, stream) = stream.Below(isOdd == 0 ? odd.Length : 6);
                elements[e] = odd[which];
            }
            inputs[i] = kind == 0 && i > 0 ? null : kind > (i == 0 ? 2 : 5)
                ? Operand.Of(ElementType.Float32, Shape.Of(lengths), Values.From(elements.Select(e => e == long.MinValue ? float.NaN : (float)e)))
                : Operand.Of(ElementType.Int64, Shape.Of(lengths), Values.Of<long>(elements));
        }
        var attributes = new List<(string, AttributeValue)>();
        foreach (var name in new[] { "axis", "k", "keepdims", "blocksize", "num_groups", "size", "batch_dims", "exclusive", "p", "allowzero", "noop_with_empty_axes", "antialias", "exclude_outside", "batch_axis", "time_axis", "dtype", "upper", "start", "end" })
        {
            (var isThere, stream) = stream.Below(3);
            (var which, stream) = stream.Below(isThere == 0 ? odd.Length : 6);
            if (isThere < 2) attributes.Add((name, Whole(odd[which])));
        }
        foreach (var (name, values) in new[] { ("mode", new[] { "constant", "edge", "reflect", "wrap", "linear", "cubic", "nearest", "DCR", "CRD" }), ("coordinate_transformation_mode", ["asymmetric", "align_corners", "tf_crop_and_resize", "half_pixel_symmetric"]), ("reduction", ["add", "mul", "max"]) })
        {
            (var which, stream) = stream.Below(values.Length + 2);
            if (which < values.Length) attributes.Add((name, Text(values[which])));
        }
        (var listed, stream) = stream.Below(6);
        if (listed < 3) attributes.Add((new[] { "axes", "perm", "axes" }[listed], Longs([listed, 1 - listed])));
        (var given, stream) = stream.Below(count + 1);
        (var outputs, _) = stream.Below(3);
        Run(All[op], outputs + 1, given, [.. attributes], inputs).Match(_ => 0, _ => 0); // an exception fails the property
        return true;
    }

    private static AttributeValue Whole(long value) => new AttributeValue.Whole(value);

    private static AttributeValue Text(string value) => new AttributeValue.Text(value);

    private static AttributeValue Longs(IEnumerable<long> values) => new AttributeValue.Wholes(Values.From(values));

    private static Operand Integers(params long[] elements) => Operand.Of(ElementType.Int64, Shape.Of(elements.Length), Values.Of<long>(elements));

    private static Operand Reals(IEnumerable<float> elements) => Values.From(elements) is var values ? Operand.Of(ElementType.Float32, Shape.Of(values.Length), values) : throw new InvalidOperationException();

    /// <summary>A tensor of one to five axes whose elements tell their places.</summary>
    private static (Operand, Rng) Numbered(Rng rng)
    {
        var (shape, next) = ShapeOf(rng);
        return (Operand.Of(ElementType.Int64, shape, Values.From(Enumerable.Range(1, shape.Count).Select(i => (long)i))), next);
    }

    private static (Operand, Rng) Real(Rng rng)
    {
        var (shape, next) = ShapeOf(rng);
        var values = new double[shape.Count];
        next = next.FillUniform(values, -5, 5);
        return (Operand.Of(ElementType.Float32, shape, Values.From(values.Select(v => (float)v))), next);
    }

    private static (Shape, Rng) ShapeOf(Rng rng)
    {
        var (rank, stream) = rng.Below(5);
        var lengths = new int[rank + 1];
        for (var i = 0; i < lengths.Length; i++)
        {
            (var isLong, stream) = stream.Below(8);
            (lengths[i], stream) = stream.Below(isLong == 0 && lengths.Length < 4 ? 40 : 5);
            lengths[i]++;
        }
        return (Shape.Of(lengths), stream);
    }

    private static Either<PtqError, Operand[]> Run(string op, (string, AttributeValue)[] attributes, params Operand?[] inputs) => Run(op, 1, attributes, inputs);

    private static Either<PtqError, Operand[]> Run(string op, int outputs, (string, AttributeValue)[] attributes, params Operand?[] inputs) => Run(op, outputs, 1, attributes, inputs);

    /// <summary>The network is given the first inputs, and has the others as constants.</summary>
    private static Either<PtqError, Operand[]> Run(string op, int outputs, int given, (string, AttributeValue)[] attributes, params Operand?[] inputs)
    {
        var there = inputs.Select((value, i) => (Name: $"x{i}", Value: value!)).ToArray();
        var free = there.Take(given).Where(x => x.Value is not null).ToArray();
        return from network in Model.Network.Create(18, Values.From(free.Select(x => new Port(x.Name, x.Value.Type, x.Value.Shape.Lengths.Map(n => new Dimension(n))))),
                   ByName<Constant>.Of(there.Skip(given).Where(x => x.Value is not null).Select(x => (x.Name, Constant.Of(x.Value)))),
                   [new Operation("it", op, Values.From(there.Select(x => x.Value is null ? "" : x.Name)), Values.From(Enumerable.Range(0, outputs).Select(i => $"y{i}")), ByName<AttributeValue>.Of(attributes))],
                   Values.From(Enumerable.Range(0, outputs).Select(i => new Port($"y{i}", ElementType.Float32, [], false))), NetworkInfo.Named("one"))
               from engine in NetworkEngine.Prepare(network, ByName<Shape>.Of(free.Select(x => (x.Name, x.Value.Shape))))
               from all in engine.Run(ByName<Operand>.Of(free))
               select all.Map((name, y) => engine.Types[name] == y.Signature ? y : throw new InvalidOperationException($"{engine.Types[name]} was promised, not {y}.")).Items.Span.ToArray();
    }
}
