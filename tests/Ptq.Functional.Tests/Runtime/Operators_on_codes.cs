using System.Globalization;
using System.Text;
using Ptq.Engine;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Tensors;
using Ptq.Tests.Runtime.Operators;
using Xunit;
using static Ptq.Tests.Engine.Operators.OneOperation;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Runtime;

/// <summary>The runtime's operators between codes: every code, or every pair of codes, under many parameters, gives the code that it gives there.</summary>
public class Operators_on_codes
{
    /// <summary>Scales with ties, of every magnitude that files have, and beyond.</summary>
    private static readonly float[] Scales = [1, 0.5f, 0.25f, 1.5f, 0.0078125f, 1 / 255f, 0.0235f, 0.0173f, 3.1e-3f, 0.7f, 17.3f, 1e-6f, 2.4e-5f, 333f];

    private static readonly float[] Extremes = [1e-38f, 1e-30f, 1e-10f, 1, 1e10f, 1e30f, 1.5e38f];

    private static readonly (int Rows, int Columns)[] PlaneSizes = [(1, 1), (1, 3), (7, 7), (5, 13), (33, 31)];

    private static readonly (int Rows, int Columns)[] RowSizes = [(99, 1), (200, 3), (300, 10), (20, 1000), (3, 5000)];

    private static readonly ElementType[] Types = [ElementType.UInt8, ElementType.Int8];

    /// <summary>All pairs of codes once, and some again so that their number is odd.</summary>
    private const int Pairs = 256 * 256 + 21;

    private sealed record Parameters(float Scale, int Zero);

    private static int Low(ElementType type) => type == ElementType.UInt8 ? 0 : -128;

    private static Operand One(ElementType type, Parameters p) => Integers(type, Shape.Of(), p.Zero);

    private static Operand One(Parameters p) => Floats(Shape.Of(), p.Scale);

    /// <summary>Parameters of three tensors.</summary>
    private static IEnumerable<(Parameters A, Parameters B, Parameters Y)> Threes(ElementType type, int count, float[] scales)
    {
        var rng = new Draw(Rng.FromSeed(11), 8, 21);
        Parameters Any() => new(rng.Flip() ? rng.Of(scales) : rng.Of(scales) * (float)rng.Real(0.5, 2), rng.Once(4) ? rng.Of(Low(type), Low(type) + 255, Low(type) + 128) : rng.From(Low(type), Low(type) + 255));
        for (var i = 0; i < count; i++) yield return (Any(), Any(), Any());
    }

    private static Operand Codes(ElementType type, Shape shape, Func<int, int> code) => Integers(type, shape, [.. Enumerable.Range(0, shape.Count).Select(i => (long)(code(i) + Low(type)))]);

    /// <summary>Fails with a line a case whose codes differ.</summary>
    private static void Same(IReadOnlyList<OperatorCase> cases)
    {
        var report = new StringBuilder();
        var (total, wrong) = (0L, 0L);
        foreach (var (some, differing, length) in Differing(cases))
        {
            (total, wrong) = (total + length, wrong + differing.Count);
            if (differing.Count > 0) report.AppendLine(CultureInfo.InvariantCulture, $"{differing.Count} of {length}: {some}; {string.Join("; ", differing.Take(3))}");
        }
        if (Environment.GetEnvironmentVariable("PTQ_COUNTS") is { } path) File.AppendAllText(path, $"{cases[0].Op}: {wrong} of {total}\n{report}");
        Assert.True(wrong == 0, $"{wrong} of {total} codes differ.\n{report}");
    }

    private static IEnumerable<(OperatorCase Case, List<string> Differing, int Length)> Differing(IReadOnlyList<OperatorCase> cases)
    {
        var (ours, theirs) = new OperatorBatch(21, [.. cases]).Both();
        for (var i = 0; i < cases.Count; i++)
        {
            var (a, b) = (ours[$"y{i}_0"], theirs[$"y{i}_0"]);
            Assert.Equal(b.Signature, a.Signature);
            var differing = new List<string>();
            for (var k = 0; k < a.Shape.Count; k++)
                if (a.Type.IsFloat ? !a.Floats[k].Equals(b.Floats[k]) : a.Integers[k] != b.Integers[k])
                    differing.Add(a.Type.IsFloat ? FormattableString.Invariant($"[{k}] is {a.Floats[k]:r} here, {b.Floats[k]:r} there") : $"[{k}] is {a.Integers[k]} here, {b.Integers[k]} there");
            yield return (cases[i], differing, a.Shape.Count);
        }
    }

    [OnnxRuntimeTheory]
    [InlineData("QLinearAdd", 1)]
    [InlineData("QLinearAdd", 2)]
    [InlineData("QLinearMul", 1)]
    [InlineData("QLinearMul", 2)]
    public void Combine_all_pairs_of_codes_alike(string op, int kind)
    {
        var cases = new List<OperatorCase>();
        foreach (var type in Types)
        {
            (Operand, Operand)[] layouts =
            [
                (Codes(type, Shape.Of(Pairs), i => i % 65536 / 256), Codes(type, Shape.Of(Pairs), i => i % 256)),
                (Codes(type, Shape.Of(256, 1), i => i), Codes(type, Shape.Of(1, 256), i => i)), // one code on the left of every row
                (Codes(type, Shape.Of(1, 256), i => i), Codes(type, Shape.Of(256, 1), i => i)),
            ];
            foreach (var ((a, b, y), i) in Threes(type, 40, kind == 1 ? Scales : Extremes).Select((three, i) => (three, i)))
            {
                var (left, right) = layouts[i % 3];
                cases.Add(new($"com.microsoft.{op}", [left, One(a), One(type, a), right, One(b), One(type, b), One(y), One(type, y)], 1));
            }
        }
        Same(cases);
    }

    [OnnxRuntimeTheory]
    [InlineData("QLinearSigmoid")]
    [InlineData("QLinearLeakyRelu")]
    public void Give_every_code_its_code(string op)
    {
        var cases = new List<OperatorCase>();
        foreach (var type in Types)
            foreach (var scales in (float[][])[Scales, Extremes])
                foreach (var (x, b, y) in Threes(type, 100, scales))
                    cases.Add(new($"com.microsoft.{op}", [Codes(type, Shape.Of(256), i => i), One(x), One(type, x), One(y), One(type, y)], 1, op == "QLinearLeakyRelu" ? [("alpha", b.Scale)] : []));
        Same(cases);
    }

    [OnnxRuntimeFact]
    public void Join_codes_alike()
    {
        var cases = new List<OperatorCase>();
        foreach (var type in Types)
            foreach (var scales in (float[][])[Scales, Extremes])
                foreach (var (a, b, y) in Threes(type, 60, scales))
                {
                    var x = Codes(type, Shape.Of(256), i => i);
                    cases.Add(new("com.microsoft.QLinearConcat", [One(y), One(type, y), x, One(a), One(type, a), x, One(b), One(type, b), x, One(y), One(type, y)], 1, ("axis", 0)));
                }
        Same(cases);
    }

    [OnnxRuntimeFact]
    public void Choose_codes_alike()
    {
        var cases = new List<OperatorCase>();
        foreach (var type in Types)
            foreach (var (a, b, y) in Threes(type, 60, Scales))
                cases.Add(new("com.microsoft.QLinearWhere", [Truths([.. Enumerable.Range(0, 512).Select(i => i / 256L)]), Codes(type, Shape.Of(512), i => i % 256), One(a), One(type, a), Codes(type, Shape.Of(512), i => i * 7 % 256), One(b), One(type, b), One(y), One(type, y)], 1));
        Same(cases);
    }

    [OnnxRuntimeTheory]
    [InlineData(1)]
    [InlineData(2)]
    public void Average_codes_alike(int kind)
    {
        var cases = new List<OperatorCase>();
        var rng = new Draw(Rng.FromSeed(12), 8, 21);
        foreach (var type in Types)
        {
            var image = MatrixCases.Codes(rng, type, Shape.Of(2, 3, 23, 25));
            (Operand X, (string, object)[] Attributes)[] windows =
            [
                (Codes(type, Shape.Of(1, 1, 2 * 65536), i => i % 2 == 0 ? i / 512 : i / 2 % 256), [("kernel_shape", (long[])[2]), ("strides", (long[])[2])]), // all pairs
                (image, [("kernel_shape", (long[])[2, 2]), ("strides", (long[])[2, 2])]),
                (image, [("kernel_shape", (long[])[3, 3]), ("strides", (long[])[2, 1]), ("pads", (long[])[1, 0, 2, 1]), ("count_include_pad", 0)]),
                (image, [("kernel_shape", (long[])[3, 4]), ("strides", (long[])[2, 2]), ("pads", (long[])[1, 2, 2, 1]), ("count_include_pad", 1), ("ceil_mode", 1)]),
                (image, [("kernel_shape", (long[])[5, 7]), ("auto_pad", "SAME_UPPER"), ("channels_last", 1)]),
                (image, [("kernel_shape", (long[])[23, 25])]), // the other operator's arithmetic
                (image, [("kernel_shape", (long[])[23, 24])]),
                (image, [("kernel_shape", (long[])[3, 23]), ("channels_last", 1)]), // that too
                (MatrixCases.Codes(rng, type, Shape.Of(1, 2, 7, 8, 9)), [("kernel_shape", (long[])[2, 3, 3]), ("strides", (long[])[1, 2, 1]), ("pads", (long[])[0, 1, 0, 1, 1, 2])]),
            ];
            foreach (var ((a, _, y), i) in Threes(type, 90, kind == 1 ? Scales : Extremes).Select((three, i) => (three, i)))
            {
                var (x, attributes) = windows[i % windows.Length];
                if (i % windows.Length is 5 or 7 && !IsInside(a.Scale, y.Scale, i % windows.Length == 5 ? 23 * 25 : 3 * 23)) continue;
                cases.Add(new("com.microsoft.QLinearAveragePool", [x, One(a), One(type, a), One(y), One(type, y)], 1, attributes));
            }
        }
        Same(cases);
    }

    /// <summary>Whether the runtime takes such a mean over a plane.</summary>
    private static bool IsInside(float from, float to, int count) => from / (to * count) is >= 2.3283064e-10f and < 256;

    [OnnxRuntimeFact]
    public void Average_planes_alike()
    {
        var cases = new List<OperatorCase>();
        var rng = new Draw(Rng.FromSeed(13), 8, 21);
        foreach (var type in Types)
        {
            Operand[] images = [Codes(type, Shape.Of(65536, 1, 1, 2), i => i % 2 == 0 ? i / 512 : i / 2 % 256), .. PlaneSizes.Select(s => MatrixCases.Codes(rng, type, Shape.Of(2, 37, s.Rows, s.Columns)))];
            foreach (var ((a, _, y), i) in Threes(type, 120, Scales).Where(three => IsInside(three.A.Scale, three.Y.Scale, 1) && IsInside(three.A.Scale, three.Y.Scale, 33 * 31)).Select((three, i) => (three, i)))
                cases.Add(new("com.microsoft.QLinearGlobalAveragePool", [images[i % images.Length], One(a), One(type, a), One(y), One(type, y)], 1, ("channels_last", i / images.Length % 2)));
        }
        Same(cases);
    }

    [OnnxRuntimeTheory]
    [InlineData(1)]
    [InlineData(2)]
    public void Multiply_matrices_alike(int kind)
    {
        var cases = new List<OperatorCase>();
        var rng = new Draw(Rng.FromSeed(14), 8, 21);
        foreach (var (x, w) in ((ElementType, ElementType)[])[(ElementType.UInt8, ElementType.UInt8), (ElementType.UInt8, ElementType.Int8), (ElementType.Int8, ElementType.Int8)])
            foreach (var ((a, b, y), i) in Threes(x, 48, kind == 1 ? Scales : Extremes).Select((three, i) => (three, i)))
            {
                var (m, k, n, turnedA, turnedB, columns) = (rng.From(1, 40), rng.Of(1, 2, 3, 17, 64, 300), rng.From(1, 40), rng.Flip(), rng.Flip(), i % 2 == 0);
                Operand?[] inputs =
                [
                    MatrixCases.Codes(rng, x, turnedA ? Shape.Of(k, m) : Shape.Of(m, k)), One(a), One(x, a), MatrixCases.Weights(rng, w, turnedB ? Shape.Of(n, k) : Shape.Of(k, n)),
                    Floats(columns ? Shape.Of(n) : Shape.Of(), [.. Enumerable.Range(0, columns ? n : 1).Select(j => b.Scale * (1 + j / 7f))]), MatrixCases.Codes(rng, w, columns ? Shape.Of(n) : Shape.Of()),
                    rng.Once(3) ? null : rng.Elements(ElementType.Int32, rng.Of(Shape.Of(n), Shape.Of(1, n), Shape.Of(m, 1), Shape.Of(m, n), Shape.Of(1), Shape.Of()), -90000, 90000),
                ];
                var result = y with { Scale = kind == 1 ? a.Scale * b.Scale * k * rng.Of(0.5f, 1, 4, 37.1f, 100) : y.Scale };
                cases.Add(new("com.microsoft.QGemm", i % 3 == 0 ? inputs : [.. inputs, One(result), One(x, result)], rng.Of(1, 9), ("transA", turnedA ? 1 : 0), ("transB", turnedB ? 1 : 0), ("alpha", rng.Of(1, (float)rng.Real(0.1, 3)))));
            }
        Same(cases);
    }

    [OnnxRuntimeFact]
    public void Multiply_by_factors_beyond_float32_alike()
    {
        var cases = new List<OperatorCase>();
        foreach (var type in Types)
            foreach (var (a, b, y) in Threes(type, 40, Extremes))
                cases.Add(new("QLinearMatMul", [Codes(type, Shape.Of(256, 1), i => i), One(a), One(type, a), Codes(type, Shape.Of(1, 256), i => i), One(b), One(type, b), One(y), One(type, y)], 1));
        Same(cases);
    }

    [OnnxRuntimeFact]
    public void Make_shares_alike()
    {
        var cases = new List<OperatorCase>();
        var rng = new Draw(Rng.FromSeed(15), 8, 21);
        foreach (var type in Types)
        {
            Operand[] all = [Codes(type, Shape.Of(65536, 2), i => i % 2 == 0 ? i / 512 : i / 2 % 256), .. RowSizes.Select(s => MatrixCases.Codes(rng, type, Shape.Of(s.Rows, s.Columns)))];
            foreach (var ((a, b, y), i) in Threes(type, 60, [1, 0.5f, 0.1f, 0.0235f, 0.0173f, 3.1e-3f, 0.7f, 7.3f, 0.05f]).Select((three, i) => (three, i)))
                cases.Add(new("com.microsoft.QLinearSoftmax", [all[i % all.Length], One(a), One(type, a), One(y with { Scale = rng.Of(1 / 256f, 1 / 256f, 1 / 255f, b.Scale) }), One(type, y)], 1, ("axis", 1), ("opset", 13)));
        }
        Same(cases);
    }
}
