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

    private static readonly float[] Extremes = [1e-38f, 1e-30f, 1e-10f, 1, 1e10f, 1e30f, 3e38f];

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
}
