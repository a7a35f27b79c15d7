using LanguageExt;
using Ptq.Data;
using Ptq.Errors;
using Ptq.Model;
using static LanguageExt.Prelude;

namespace Ptq.Experiments.Conformance;

/// <summary>ONNX's own test cases, from Debian's package libonnx-testdata or a copy of its data folder.</summary>
internal static class StandardCases
{
    /// <summary>Where the package puts them.</summary>
    public const string Package = "/usr/share/libonnx-testdata/data";

    /// <summary>The variable that names another data folder.</summary>
    public const string Variable = "PTQ_ONNX_TESTDATA";

    private const string Rounded = "the length of a shrunk axis is rounded before corners are aligned, as in the ONNX Runtime";
    private const string Nearest = "floats are rounded to the nearest bfloat16, as in later versions of the standard (this one cut them off)";

    /// <summary>Where the engine differs from this version's data on purpose, and why.</summary>
    public static ByName<string> Deliberate { get; } = ByName<string>.Of(
    [
        ("node/test_resize_downsample_scales_cubic_align_corners", Rounded),
        ("node/test_resize_downsample_scales_linear_align_corners", Rounded),
        ("node/test_cast_FLOAT_to_BFLOAT16", Nearest),
        ("node/test_castlike_FLOAT_to_BFLOAT16", Nearest),
        ("node/test_castlike_FLOAT_to_BFLOAT16_expanded", Nearest),
    ]);

    /// <summary>The data folder where none is named otherwise.</summary>
    public static string DefaultFolder => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : Package;

    /// <summary>That a folder has no cases, and where there are some; null where it has.</summary>
    public static PtqError? Missing(string folder) => Disk.FolderExists(Path.Combine(folder, "node")) ? null
        : new PtqError.NoAccess(folder, "read", $"it holds none of ONNX's test cases: install libonnx-testdata, or let --data or {Variable} name its data folder");

    /// <summary>Runs every case of some operators, or of all; networks of several nodes are the operator <see cref="CaseResult.Composed"/>.</summary>
    /// <returns>Case by case in the order of their names; <see cref="PtqError.NoAccess"/> where a file cannot be read.</returns>
    public static Either<PtqError, IReadOnlyList<CaseResult>> Run(string folder, IReadOnlyList<string> ops, Action<string, double> progress)
    {
        var cases = ((string[])["node", "simple", "pytorch-operator", "pytorch-converted"])
            .Where(group => Disk.FolderExists(Path.Combine(folder, group)))
            .SelectMany(group => Directory.EnumerateDirectories(Path.Combine(folder, group)).Order(StringComparer.Ordinal), (group, test) => (Name: $"{group}/{Path.GetFileName(test)}", Folder: test))
            .Where(test => Disk.Exists(Path.Combine(test.Folder, "model.onnx"))).ToArray();
        var results = new List<CaseResult>();
        foreach (var (name, test) in cases)
        {
            progress("ONNX's test cases", results.Count / (double)cases.Length);
            switch ((from model in Disk.ReadAll(Path.Combine(test, "model.onnx")) from data in Sets(test) select Judged(CaseRunner.Run(name, model, data))).Case)
            {
                case RightCase<PtqError, CaseResult>(var result): results.Add(result); break;
                case LeftCase<PtqError, CaseResult>(var error): return error;
            }
        }
        return Right<PtqError, IReadOnlyList<CaseResult>>([.. results.Where(r => ops.Count == 0 || ops.Contains(r.Op))]);
    }

    private static CaseResult Judged(CaseResult result) =>
        result.Verdict == Verdict.Failed && Deliberate.Find(result.Case).Case is SomeCase<string>(var why) ? result with { Verdict = Verdict.Deliberate, Cause = why } : result;

    private static Either<PtqError, CaseData[]> Sets(string test) => All(
        from set in Directory.EnumerateDirectories(test, "test_data_set_*").Order(StringComparer.Ordinal)
        select from inputs in Files(set, "input") from outputs in Files(set, "output") select new CaseData(inputs, outputs));

    private static Either<PtqError, ReadOnlyMemory<byte>[]> Files(string set, string kind) => All(
        Enumerable.Range(0, int.MaxValue).Select(i => Path.Combine(set, $"{kind}_{i}.pb")).TakeWhile(Disk.Exists).Select(file => Disk.ReadAll(file).Map(bytes => new ReadOnlyMemory<byte>(bytes))));

    private static Either<PtqError, T[]> All<T>(IEnumerable<Either<PtqError, T>> items)
    {
        var found = new List<T>();
        foreach (var item in items)
            if (item.Case is LeftCase<PtqError, T>(var error)) return error;
            else item.IfRight(found.Add);
        return found.ToArray();
    }
}
