using System.Globalization;
using CsvHelper.Configuration.Attributes;
using Ptq.Experiments.Reports;

namespace Ptq.Experiments.Conformance;

/// <summary>What became of the cases: by operator, by kind, by cause.</summary>
internal static class ConformanceTables
{
    /// <summary>The operators whose cases are of codes and must be met exactly.</summary>
    private static readonly string[] Quantized = ["ConvInteger", "DequantizeLinear", "DynamicQuantizeLinear", "MatMulInteger", "QLinearConv", "QLinearMatMul", "QuantizeLinear"];

    /// <summary>A line of conformance.csv.</summary>
    /// <param name="Operator">The operator; <see cref="CaseResult.Composed"/> for networks of several.</param>
    /// <param name="Cases">All its cases.</param>
    /// <param name="Passed">Every output as it should be.</param>
    /// <param name="Failed">An output differs.</param>
    /// <param name="Deliberate">An output differs on purpose.</param>
    /// <param name="Unsupported">The engine refused.</param>
    /// <param name="NotRead">The file was refused.</param>
    /// <param name="Reason">Why, for those that did not pass.</param>
    public sealed record Row(
        [property: Name("operator")] string Operator, [property: Name("cases")] int Cases, [property: Name("passed")] int Passed, [property: Name("failed")] int Failed,
        [property: Name("deliberate")] int Deliberate, [property: Name("unsupported")] int Unsupported, [property: Name("not_read")] int NotRead, [property: Name("reason")] string Reason);

    /// <summary>A line an operator, in alphabetical order.</summary>
    public static IReadOnlyList<Row> ByOperator(IEnumerable<CaseResult> results) => [.. results.GroupBy(r => r.Op).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => RowOf(g.Key, [.. g]))];

    /// <summary>A line a kind of case, and one for all.</summary>
    public static IReadOnlyList<Row> ByKind(IReadOnlyList<CaseResult> results) =>
    [
        .. from kind in (string[])[Codes, Floats, Integers, Networks, Others] let cases = results.Where(r => KindOf(r) == kind).ToArray() where cases.Length > 0 select RowOf(kind, cases),
        RowOf("all", results),
    ];

    /// <summary>The table by kind and the causes of what did not pass in a sentence, for the README.</summary>
    public static string Summary(IReadOnlyList<CaseResult> results) => $"""
        {KindTable(results)}
        What did not pass: {string.Join("; ", Causes(results).Select(c => $"{c[0]} ({c[1]})"))}.
        """;

    /// <summary>The page conformance.md.</summary>
    public static string Page(IReadOnlyList<CaseResult> results)
    {
        var rows = ByOperator(results);
        return $"""
            # ONNX's own test cases

            What `experiments conformance` finds in the {Text(results.Count)} cases of Debian's package libonnx-testdata: a model, inputs, and the outputs that the standard's reference gives.
            Integers must be equal; floats may differ by 1e-7 + 1e-3·|expected|, as in ONNX's own runner.

            {KindTable(results)}
            {Markdown.Table(["what did not pass", "#", "cases of"], Causes(results))}
            ## Operators whose cases all pass

            {string.Join(", ", rows.Where(r => r.Passed == r.Cases).Select(r => $"{r.Operator} {Text(r.Cases)}"))}

            ## Operators with others

            {Markdown.Table(["operator", "cases#", "passed#", "differ on purpose#", "fail#", "not supported#", "not read#", "why"], rows.Where(r => r.Passed < r.Cases).Select(r =>
                (IReadOnlyList<string>)[r.Operator, Text(r.Cases), Text(r.Passed), Text(r.Deliberate), Text(r.Failed), Text(r.Unsupported), Text(r.NotRead), r.Reason]))}
            """.TrimEnd() + "\n";
    }

    private const string Codes = "quantized operators, exact", Floats = "floats", Integers = "integers and truth values, exact", Networks = "networks of several operators", Others = "files that are not read";

    private static string KindTable(IReadOnlyList<CaseResult> results) => Markdown.Table(["cases", "#", "passed#", "differ on purpose#", "fail#", "not supported#", "not read#"], ByKind(results).Select(r =>
        (IReadOnlyList<string>)[r.Operator, Text(r.Cases), Text(r.Passed), Text(r.Deliberate), Text(r.Failed), Text(r.Unsupported), Text(r.NotRead)]));

    private static string KindOf(CaseResult r) => r.Verdict == Verdict.NotRead ? Others : r.Op == CaseResult.Composed ? Networks : Quantized.Contains(r.Op) ? Codes
        : r.Type.Contains("float", StringComparison.Ordinal) ? Floats : Integers;

    private static IEnumerable<IReadOnlyList<string>> Causes(IEnumerable<CaseResult> results) =>
        from result in results
        where result.Verdict != Verdict.Passed
        group result by result.Cause into cause
        orderby cause.Max(r => r.Verdict) descending, cause.Count() descending, cause.Key
        select (IReadOnlyList<string>)[cause.Key, Text(cause.Count()), string.Join(", ", cause.Select(r => r.Op).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))];

    private static Row RowOf(string name, IReadOnlyList<CaseResult> cases)
    {
        int Count(Verdict verdict) => cases.Count(c => c.Verdict == verdict);
        return new(name, cases.Count, Count(Verdict.Passed), Count(Verdict.Failed), Count(Verdict.Deliberate), Count(Verdict.Unsupported), Count(Verdict.NotRead),
            string.Join("; ", cases.Where(c => c.Verdict != Verdict.Passed).Select(c => c.Cause).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)));
    }

    private static string Text(int count) => count.ToString("#,##0", CultureInfo.InvariantCulture);
}
