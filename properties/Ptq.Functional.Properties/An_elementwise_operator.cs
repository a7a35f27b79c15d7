using LanguageExt;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Properties.Framework;
using Ptq.Tensors;
using static Ptq.Properties.Expect;

namespace Ptq.Properties;

public class An_elementwise_operator
{
    private static readonly string[] OfOne =
    [
        "Abs", "Neg", "Sign", "Floor", "Ceil", "Round", "Sqrt", "Reciprocal", "Exp", "Log", "Erf", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Acosh", "Atanh",
        "Relu", "LeakyRelu", "ThresholdedRelu", "Clip", "Elu", "Selu", "Celu", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Softsign", "Softplus", "Gelu", "Mish", "Shrink", "IsNaN", "IsInf",
    ];

    private static readonly string[] OfTwo = ["Add", "Sub", "Mul", "Div", "Mod", "Min", "Max", "Pow", "PRelu", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "And", "Or", "Xor", "BitShift", "CastLike"];

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 400)]
    public bool Repeats_what_is_too_short_as_index_by_index(Rng rng)
    {
        var (shapes, stream) = Shapes(rng, 2);
        (var x, stream) = Floats(shapes[0], stream);
        (var y, _) = Floats(shapes[1], stream);
        var common = Common(shapes);
        var difference = Right(Run("Sub", x, y));
        return difference.Shape == common && Places(common).Select(at => At(x, at) - At(y, at)).SequenceEqual(difference.Floats.AsEnumerable());
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 400)]
    public bool Repeats_integers_and_three_tensors_alike(Rng rng)
    {
        var (shapes, stream) = Shapes(rng, 3);
        (var x, stream) = Integers(ElementType.Int16, shapes[0], stream);
        (var y, stream) = Integers(ElementType.Int16, shapes[1], stream);
        (var condition, _) = Integers(ElementType.Bool, shapes[2], stream);
        var common = Common(shapes);
        var chosen = Right(Run("Where", condition, x, y));
        return chosen.Shape == common && Places(common).Select(at => At(condition, at) != 0 ? At(x, at) : At(y, at)).SequenceEqual(chosen.Integers.AsEnumerable().Select(i => (float)i));
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 200)]
    public bool Gives_every_element_what_it_gives_it_alone(Rng rng)
    {
        var (x, stream) = Floats(Shape.Of(37), rng);
        (var op, stream) = stream.Below(OfOne.Length);
        var together = Right(Run(OfOne[op], x));
        return Enumerable.Range(0, 37).All(i => Right(Run(OfOne[op], Operand.Of(x.Type, Shape.Of(1), [x.Floats[i]]))) is var alone
            && (x.Type.IsFloat && together.Type.IsFloat ? Bits(alone.Floats[0]) == Bits(together.Floats[i]) : alone.Integers[0] == together.Integers[i]));
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 200)]
    public bool Gives_every_pair_what_it_gives_it_alone(Rng rng)
    {
        var (x, stream) = Floats(Shape.Of(37), rng);
        (var y, stream) = Floats(Shape.Of(37), stream);
        (var op, _) = stream.Below(9);
        var together = Right(Run(OfTwo[op], x, y));
        return Enumerable.Range(0, 37).All(i => Right(Run(OfTwo[op], Operand.Of(x.Type, Shape.Of(1), [x.Floats[i]]), Operand.Of(x.Type, Shape.Of(1), [y.Floats[i]]))) is var alone && Bits(alone.Floats[0]) == Bits(together.Floats[i]));
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 300)]
    public bool Wraps_integers_like_the_types_of_the_language(Rng rng)
    {
        var (x, stream) = Integers(ElementType.Int64, Shape.Of(20), rng);
        (var y, _) = Integers(ElementType.Int64, Shape.Of(20), stream);
        long[] Wrapped(ElementType type, string op) => [.. Right(Run(op, Cast(type, x), Cast(type, y))).Integers.AsEnumerable()];
        long[] By(Func<long, long, long> f) => [.. x.Integers.AsEnumerable().Zip(y.Integers.AsEnumerable(), f)];
        return unchecked(Wrapped(ElementType.Int8, "Mul").SequenceEqual(By((a, b) => (sbyte)((sbyte)a * (sbyte)b)))
            && Wrapped(ElementType.UInt16, "Sub").SequenceEqual(By((a, b) => (ushort)((ushort)a - (ushort)b)))
            && Wrapped(ElementType.UInt64, "Max").SequenceEqual(By((a, b) => (long)Math.Max((ulong)a, (ulong)b)))
            && Wrapped(ElementType.UInt64, "Div").SequenceEqual(By((a, b) => b == 0 ? 0 : (long)((ulong)a / (ulong)b)))
            && Wrapped(ElementType.Int32, "Add").SequenceEqual(By((a, b) => (int)a + (int)b)));
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 300)]
    public bool Gets_back_by_a_cast_what_a_wider_type_has_taken(Rng rng)
    {
        var (x, _) = Integers(ElementType.Int16, Shape.Of(20), rng);
        return new[] { ElementType.Float32, ElementType.Int64, ElementType.Float64, ElementType.Int32 }.All(wider => Cast(ElementType.Int16, Cast(wider, x)) == x)
            && new[] { ElementType.UInt8, ElementType.Float16, ElementType.BFloat16 }.All(narrower => Cast(narrower, Cast(narrower, x)) == Cast(narrower, x));
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 2000)]
    public bool Answers_anything_with_a_tensor_or_an_error(Rng rng)
    {
        var (count, stream) = rng.Below(4);
        var inputs = new Operand?[count];
        for (var i = 0; i < count; i++)
        {
            (var type, stream) = stream.Below(15);
            (var rank, stream) = stream.Below(3);
            var lengths = new int[rank];
            for (var axis = 0; axis < rank; axis++) (lengths[axis], stream) = stream.Below(4);
            var element = Enum.GetValues<ElementType>()[type % Enum.GetValues<ElementType>().Length];
            (inputs[i], stream) = element.IsFloat ? Floats(Shape.Of(lengths), stream, element) : Integers(element, Shape.Of(lengths), stream);
        }
        (var op, stream) = stream.Below(OfOne.Length + OfTwo.Length + 5);
        (var number, stream) = stream.Below(20);
        string[] all = [.. OfOne, .. OfTwo, "Sum", "Mean", "Where", "Not", "BitwiseNot"];
        (string, AttributeValue)[] attributes = [("fmod", new AttributeValue.Whole(number % 3)), ("to", new AttributeValue.Whole(number)), ("direction", new AttributeValue.Text(number % 2 == 0 ? "LEFT" : "RIGHT")), ("alpha", new AttributeValue.Real(number - 1))];
        Run(all[op], attributes, inputs).Match(_ => 0, _ => 0); // an exception fails the property
        return true;
    }

    private static int Bits(float x) => float.IsNaN(x) ? -1 : BitConverter.SingleToInt32Bits(x);

    private static Operand Cast(ElementType to, Operand x) => Right(Run("Cast", [("to", new AttributeValue.Whole((long)to))], [x]));

    private static Either<PtqError, Operand> Run(string op, params Operand?[] inputs) => Run(op, op == "Mod" ? [("fmod", new AttributeValue.Whole(1))] : [], inputs);

    private static Either<PtqError, Operand> Run(string op, (string, AttributeValue)[] attributes, Operand?[] inputs)
    {
        var there = inputs.Select((value, i) => (Name: $"x{i}", Value: value!)).ToArray();
        return from network in Model.Network.Create(20, Values.From(there.Select(x => new Port(x.Name, x.Value.Type, x.Value.Shape.Lengths.Map(n => new Dimension(n))))), ByName<Constant>.Of([]),
                   [new Operation("it", op, Values.From(there.Select(x => x.Name)), "y", attributes)], [new Port("y", ElementType.Float32, [], false)], NetworkInfo.Named("one"))
               from engine in NetworkEngine.Prepare(network, ByName<Shape>.Of(there.Select(x => (x.Name, x.Value.Shape))))
               from outputs in engine.Run(ByName<Operand>.Of(there))
               select engine.Types["y"] == outputs["y"].Signature ? outputs["y"] : throw new InvalidOperationException($"{engine.Types["y"]} was promised, not {outputs["y"]}.");
    }

    /// <summary>Shapes that broadcast: some axes of a common shape have length 1, some leading ones are missing.</summary>
    private static (Shape[] Shapes, Rng Next) Shapes(Rng rng, int count)
    {
        var (rank, stream) = rng.Below(5);
        var common = new int[rank];
        for (var i = 0; i < rank; i++)
        {
            (var length, stream) = stream.Below(i == rank - 1 ? 20 : 5);
            (var isEmpty, stream) = stream.Below(40);
            common[i] = isEmpty == 0 ? 0 : length + 1;
        }
        var shapes = new Shape[count];
        for (var s = 0; s < count; s++)
        {
            (var missing, stream) = stream.Below(3);
            var lengths = common[Math.Min(Math.Max(0, missing - 1), rank)..];
            for (var i = 0; i < lengths.Length; i++)
            {
                (var repeated, stream) = stream.Below(3);
                if (repeated == 0) lengths[i] = 1;
            }
            shapes[s] = Shape.Of(lengths);
        }
        return (shapes, stream);
    }

    private static Shape Common(Shape[] shapes) => Shape.Of([.. Enumerable.Range(0, shapes.Max(s => s.Rank)).Select(i => shapes.Max(s => s.Rank) - i).Select(fromEnd =>
        shapes.Where(s => s.Rank >= fromEnd).Select(s => s[s.Rank - fromEnd]).ToArray() is var lengths && lengths.Contains(0) ? 0 : lengths.Max())]);

    private static IEnumerable<int[]> Places(Shape shape) => Enumerable.Range(0, shape.Count).Select(i => Enumerable.Range(0, shape.Rank).Select(axis => i / shape.Stride(axis) % shape[axis]).ToArray());

    private static float At(Operand x, int[] place)
    {
        var index = 0;
        for (var axis = 0; axis < x.Shape.Rank; axis++) index = index * x.Shape[axis] + (x.Shape[axis] == 1 ? 0 : place[place.Length - x.Shape.Rank + axis]);
        return x.Type.IsFloat ? x.Floats[index] : x.Integers[index];
    }

    private static (Operand, Rng) Floats(Shape shape, Rng rng, ElementType type = ElementType.Float32)
    {
        float[] special = [0, -0f, 1, -1, 0.5f, -0.5f, 2, -2, 20, -20, 100, -100, 1e-30f, -1e-40f, float.MaxValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN];
        var elements = new float[shape.Count];
        for (var i = 0; i < elements.Length; i++)
        {
            (var kind, rng) = rng.Below(10);
            (var which, rng) = rng.Below(special.Length);
            (var normal, rng) = rng.Normal(0, kind < 5 ? 2 : 50);
            elements[i] = kind == 0 ? special[which] : (float)normal;
        }
        return (Operand.Of(type, shape, Values.Of<float>(elements)), rng);
    }

    private static (Operand, Rng) Integers(ElementType type, Shape shape, Rng rng)
    {
        long[] special = [0, 1, -1, 2, long.MaxValue, long.MinValue, int.MaxValue, int.MinValue];
        var elements = new long[shape.Count];
        for (var i = 0; i < elements.Length; i++)
        {
            (var kind, rng) = rng.Below(3);
            (var which, rng) = rng.Below(special.Length);
            (var bits, rng) = rng.NextUInt64();
            elements[i] = Narrowed(type, kind == 0 ? special[which] : kind == 1 ? (long)bits : (long)bits >> 56);
        }
        return (Operand.Of(type, shape, Values.Of<long>(elements)), rng);
    }

    private static long Narrowed(ElementType type, long value) => type == ElementType.Bool ? value & 1
        : type.Bits == 64 ? value
        : type.ToString().StartsWith('U') ? value & ((1L << type.Bits) - 1) : value << 64 - type.Bits >> 64 - type.Bits;
}
