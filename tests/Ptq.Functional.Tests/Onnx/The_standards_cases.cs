using Ptq.Onnx;
using Xunit;
using Xunit.Abstractions;

namespace Ptq.Tests.Onnx;

/// <summary>
/// ONNX's own test cases, from Debian's package libonnx-testdata (or a copy of its data folder that PTQ_ONNX_TESTDATA names). To work on operators:
/// <c>PTQ_ONNX_OP=Conv,Gemm dotnet test -c Release tests/Ptq.Functional.Tests --filter The_standards_cases --logger "console;verbosity=detailed"</c>
/// runs the cases of these operators alone and prints what became of each.
/// </summary>
public class The_standards_cases(ITestOutputHelper output)
{
    private const string Package = "/usr/share/libonnx-testdata/data", Variable = "PTQ_ONNX_TESTDATA", Chosen = "PTQ_ONNX_OP";

    /// <summary>Node cases with floating-point outputs that pass; to be raised as operators come.</summary>
    private const int Floats = 640;

    /// <summary>
    /// Where the engine differs from this version's data on purpose: the ONNX Runtime rounds the length of a shrunk axis before it aligns corners, and so do we;
    /// later versions of the standard round floats to the nearest bfloat16, where this one cut them off.
    /// </summary>
    private static readonly string[] Deliberate =
    [
        "node/test_resize_downsample_scales_cubic_align_corners", "node/test_resize_downsample_scales_linear_align_corners",
        "node/test_cast_FLOAT_to_BFLOAT16", "node/test_castlike_FLOAT_to_BFLOAT16", "node/test_castlike_FLOAT_to_BFLOAT16_expanded",
    ];

    [WithTheCases]
    public void Are_passed_or_refused_but_never_failed()
    {
        var ops = Environment.GetEnvironmentVariable(Chosen)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        var results = Results(ops);
        output.WriteLine(Conformance.Table(results));
        Assert.Empty(results.Where(r => r.Verdict == Verdict.Failed && !Deliberate.Contains(r.Case)).Select(r => $"{r.Case}: {r.Reason}"));
        if (ops.Length > 0) return;
        Assert.All(results.Where(r => r.Verdict != Verdict.Passed), r => Assert.NotEmpty(r.Reason));
        var floats = results.Count(r => r.Verdict == Verdict.Passed && r.Case.StartsWith("node/", StringComparison.Ordinal) && r.Type.Contains("float", StringComparison.Ordinal));
        output.WriteLine($"{floats} node cases with floating-point outputs passed.");
        Assert.InRange(floats, Floats, int.MaxValue);
    }

    /// <summary>Every case of some operators, or of all; networks of several nodes are the operator <c>(composed)</c>.</summary>
    internal static CaseResult[] Results(params string[] ops) =>
    [
        .. from folder in (string[])["node", "simple", "pytorch-operator", "pytorch-converted"]
           where Directory.Exists(Path.Combine(Folder, folder))
           from test in Directory.EnumerateDirectories(Path.Combine(Folder, folder)).Order(StringComparer.Ordinal)
           where File.Exists(Path.Combine(test, "model.onnx"))
           let result = Conformance.Run($"{folder}/{Path.GetFileName(test)}", File.ReadAllBytes(Path.Combine(test, "model.onnx")), Sets(test))
           where ops.Length == 0 || ops.Contains(result.Op)
           select result,
    ];

    private static CaseData[] Sets(string test) => [.. Directory.EnumerateDirectories(test, "test_data_set_*").Order(StringComparer.Ordinal).Select(set => new CaseData(Files(set, "input"), Files(set, "output")))];

    private static ReadOnlyMemory<byte>[] Files(string set, string kind) =>
        [.. Enumerable.Range(0, int.MaxValue).Select(i => Path.Combine(set, $"{kind}_{i}.pb")).TakeWhile(File.Exists).Select(file => new ReadOnlyMemory<byte>(File.ReadAllBytes(file)))];

    private static string Folder => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : Package;

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class WithTheCasesAttribute : FactAttribute
    {
        public WithTheCasesAttribute()
        {
            if (!Directory.Exists(Path.Combine(Folder, "node"))) Skip = $"ONNX's test cases are not here: install libonnx-testdata, or let {Variable} name its data folder.";
        }
    }
}
