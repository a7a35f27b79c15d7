using System.Globalization;
using System.Text;
using Ptq.Engine;
using Ptq.Numerics;
using Ptq.Tests.Runtime.Operators;
using Xunit;

namespace Ptq.Tests.Runtime;

/// <summary>
/// Random cases of every operator, here and in the ONNX Runtime without optimization. What has no kernel there is not drawn: float16 and bfloat16 arithmetic,
/// 4-bit codes, most operators on small or unsigned integers.
/// </summary>
public class Every_operator
{
    /// <summary>Cases for each of three operator sets.</summary>
    private const int Cases = 4;

    private const int LargestSize = 8;

    private static readonly OperatorDrawing[] Drawings =
        [.. ElementwiseCases.All, .. LayoutCases.All, .. IndexCases.All, .. ReductionCases.All, .. WindowCases.All, .. MatrixCases.All, .. CodeCases.All, .. SignalCases.All];

    /// <summary>Operators that are not drawn here, and where they are compared.</summary>
    private static readonly Dictionary<string, string> NotCompared = new(StringComparer.Ordinal)
    {
        ["Einsum"] = "compared in Sums_and_samples",
        ["GRU"] = "compared in Recurrent_layers",
        ["GridSample"] = "compared in Sums_and_samples",
        ["LSTM"] = "compared in Recurrent_layers",
        ["RNN"] = "compared in Recurrent_layers",
        ["RoiAlign"] = "compared in Sums_and_samples",
    };

    /// <summary>The operators that are drawn.</summary>
    public static TheoryData<string> Drawn => [.. Drawings.Select(drawing => drawing.Op).Order(StringComparer.Ordinal)];

    [Fact]
    public void Is_compared_or_says_why_not() => Assert.Equal(NetworkEngine.Operators.Order(StringComparer.Ordinal), Drawings.Select(drawing => drawing.Op).Concat(NotCompared.Keys).Order(StringComparer.Ordinal));

    [OnnxRuntimeTheory]
    [MemberData(nameof(Drawn))]
    public void Gives_what_the_runtime_gives(string op)
    {
        var drawing = Drawings.Single(drawing => drawing.Op == op);
        var failures = new StringBuilder();
        foreach (var opset in new SortedSet<int> { Math.Max(13, drawing.Since), Math.Max(18, drawing.Since), 21 })
        {
            var seeds = Enumerable.Range(0, Count()).Select(i => (Seed: i, Size: 2 + i % (LargestSize - 1))).ToArray();
            if (Failure(new OperatorBatch(opset, [.. seeds.Select(s => Case(drawing, opset, s.Seed, s.Size))])) is null) continue;
            // Alone, and as small as they still fail.
            foreach (var (seed, size) in seeds)
                if (Smallest(drawing, opset, seed, size) is var (drawn, why)) failures.AppendLine(CultureInfo.InvariantCulture, $"opset {opset}: {drawn}: {why}");
            if (failures.Length == 0) failures.AppendLine(CultureInfo.InvariantCulture, $"opset {opset}: the cases fail together, and none alone");
        }
        Assert.True(failures.Length == 0, failures.ToString());
    }

    private static (OperatorCase, string)? Smallest(OperatorDrawing drawing, int opset, int seed, int size)
    {
        for (var s = 1; s <= size; s++)
        {
            var drawn = Case(drawing, opset, seed, s);
            if (Failure(new(opset, drawn)) is { } why) return (drawn, why);
        }
        return null;
    }

    private static string? Failure(OperatorBatch batch)
    {
        try
        {
            return batch.Differences().Select(d => d.Difference).FirstOrDefault();
        }
        catch (InvalidOperationException refusal)
        {
            return refusal.Message;
        }
    }

    private static OperatorCase Case(OperatorDrawing drawing, int opset, int seed, int size) =>
        drawing.Draw(new(Rng.FromSeed(new System.Numerics.BigInteger(Encoding.ASCII.GetBytes(drawing.Op), isUnsigned: true)).Fork((uint)(100 * seed + opset)), size, opset));

    private static int Count() =>
        double.TryParse(Environment.GetEnvironmentVariable("PTQ_PROPERTY_FACTOR"), CultureInfo.InvariantCulture, out var factor) && factor > 0 ? (int)Math.Ceiling(Cases * factor) : Cases;
}
