using Ptq.Engine;
using Ptq.Engine.Kernels;
using Ptq.Engine.Operators;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Properties;

/// <summary>Draws what operators work on; it moves as it draws, so it lives inside one law.</summary>
internal sealed class Drawn(Rng rng)
{
    private Rng rng = rng;

    /// <summary>The vectors that this machine has.</summary>
    public static VectorWidth[] Widths { get; } = [.. DotKernels.Single.Where(k => k.IsSupported).Select(k => k.Width)];

    /// <summary>low to high, both included.</summary>
    public int From(int low, int high)
    {
        (var drawn, rng) = rng.Integer(low, high + 1);
        return (int)drawn;
    }

    public T Of<T>(params T[] items) => items[From(0, items.Length - 1)];

    public int[] Each(int count, Func<int, int> of) => [.. Enumerable.Range(0, count).Select(of)];

    public float[] Reals(int count)
    {
        var normals = new double[count];
        rng = rng.FillStandardNormal(normals);
        return Array.ConvertAll(normals, x => (float)x);
    }

    /// <summary>Whole numbers.</summary>
    public long[] Wholes(int count, int low, int high) => [.. Enumerable.Range(0, count).Select(_ => (long)From(low, high))];

    public Operand Real(params int[] lengths) => Floats(Reals(Shape.Of(lengths).Count), lengths);

    /// <summary>Codes of a type over all of its range.</summary>
    public Operand Code(ElementType type, params int[] lengths) => type switch
    {
        ElementType.UInt8 => Operand.Of(type, Shape.Of(lengths), Values.Of<long>(Wholes(Shape.Of(lengths).Count, 0, 255))),
        ElementType.Int8 => Operand.Of(type, Shape.Of(lengths), Values.Of<long>(Wholes(Shape.Of(lengths).Count, -128, 127))),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    public static Operand Floats(float[] each, params int[] lengths) => Operand.Of(ElementType.Float32, Shape.Of(lengths), Values.Of<float>(each));

    public static Operand Wholes(ElementType type, long[] each, params int[] lengths) => Operand.Of(type, Shape.Of(lengths), Values.Of<long>(each));

    public static (string, AttributeValue) List(string name, params long[] each) => (name, new AttributeValue.Wholes(Values.Of<long>(each)));

    public static (string, AttributeValue) List(string name, IEnumerable<int> each) => List(name, [.. each.Select(n => (long)n)]);

    public static (string, AttributeValue) One(string name, long value) => (name, new AttributeValue.Whole(value));

    public static (string, AttributeValue) Word(string name, string value) => (name, new AttributeValue.Text(value));

    /// <summary>What an operation makes of its inputs, those behind the first as constants where that is asked for; or its refusal.</summary>
    public static LanguageExt.Either<PtqError, Operand[]> Run(string op, Operand?[] inputs, bool constants, params ReadOnlySpan<(string, AttributeValue)> attributes)
    {
        var names = inputs.Select((input, i) => input is null ? "" : $"x{i}").ToArray();
        string[] outputs = ["y", "z", "w"];
        var operation = new Operation("n", op, Values.Of<string>(names), Values.Of<string>(outputs), ByName<AttributeValue>.Of(attributes.ToArray()));
        try
        {
            var site = new Site(operation, 21, [.. inputs.Select(i => i?.Signature)], [.. inputs.Select((input, i) => constants && i > 0 ? input : null)]);
            var prepared = OperatorTable.Find(op)!(site);
            var results = prepared.Run(inputs);
            if (!results.Select(r => r.Signature).SequenceEqual(prepared.Outputs.AsEnumerable())) throw new InvalidOperationException($"{op} promised {prepared.Outputs} and gave {string.Join(", ", results.Select(r => r.Signature))}.");
            return results;
        }
        catch (Unfit unfit)
        {
            return unfit.Error;
        }
    }

    public static bool SameBits(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        if (a.Length != b.Length) return false;
        for (var i = 0; i < a.Length; i++)
            if (BitConverter.SingleToInt32Bits(a[i]) != BitConverter.SingleToInt32Bits(b[i])) return false;
        return true;
    }
}
