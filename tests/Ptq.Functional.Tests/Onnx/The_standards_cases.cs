using System.Globalization;
using System.Text;
using Ptq.Experiments.Conformance;
using Xunit;
using Xunit.Abstractions;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Onnx;

/// <summary>
/// ONNX's own test cases, from Debian's package libonnx-testdata (or a copy of its data folder that PTQ_ONNX_TESTDATA names). To work on operators:
/// <c>PTQ_ONNX_OP=Conv,Gemm dotnet test -c Release tests/Ptq.Functional.Tests --filter The_standards_cases --logger "console;verbosity=detailed"</c>
/// runs the cases of these operators alone and prints what became of each.
/// </summary>
public class The_standards_cases(ITestOutputHelper output)
{
    private const string Chosen = "PTQ_ONNX_OP";

    /// <summary>Node cases with floating-point outputs that pass; to be raised as operators come.</summary>
    private const int Floats = 640;

    [WithTheCases]
    public void Are_passed_or_refused_but_never_failed()
    {
        var ops = Environment.GetEnvironmentVariable(Chosen)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        var results = Right(StandardCases.Run(StandardCases.DefaultFolder, ops, (_, _) => { }));
        output.WriteLine(Table(results));
        Assert.Empty(results.Where(r => r.Verdict == Verdict.Failed).Select(r => $"{r.Case}: {r.Reason}"));
        if (ops.Length > 0) return;
        Assert.All(results.Where(r => r.Verdict != Verdict.Passed), r => Assert.NotEmpty(r.Cause));
        Assert.Equal(StandardCases.Deliberate.Names.AsEnumerable().Order(StringComparer.Ordinal), results.Where(r => r.Verdict == Verdict.Deliberate).Select(r => r.Case).Order(StringComparer.Ordinal));
        var floats = results.Count(r => r.Verdict == Verdict.Passed && r.Case.StartsWith("node/", StringComparison.Ordinal) && r.Type.Contains("float", StringComparison.Ordinal));
        output.WriteLine($"{floats} node cases with floating-point outputs passed.");
        Assert.InRange(floats, Floats, int.MaxValue);
    }

    private static string Table(IReadOnlyList<CaseResult> results)
    {
        var text = new StringBuilder();
        foreach (var row in ConformanceTables.ByOperator(results).Concat(ConformanceTables.ByKind(results)))
            text.Append(CultureInfo.InvariantCulture, $"{row.Operator,-40} {row.Passed} of {row.Cases} passed, {row.Unsupported} unsupported, {row.NotRead} not read, {row.Deliberate} deliberate, {row.Failed} failed\n");
        foreach (var result in results.Where(r => r.Verdict != Verdict.Passed).OrderByDescending(r => r.Verdict).ThenBy(r => r.Case, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"{result.Verdict,-12} {result.Op,-20} {result.Case}: {result.Reason}\n");
        return text.ToString();
    }
}
