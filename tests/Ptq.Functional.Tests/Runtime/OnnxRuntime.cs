using System.Runtime.InteropServices;
using LanguageExt;
using Ptq.Model;
using Ptq.Tests.Architecture;

namespace Ptq.Tests.Runtime;

/// <summary>
/// The ONNX Runtime itself, on one thread of its CPU provider: what other code than ours makes of a model. All tests share one process, which the first
/// that needs it starts; a model that takes it down costs its own test only.
/// </summary>
internal static class OnnxRuntime
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "onnxruntime");
    private static readonly Lock Gate = new();
    private static RuntimeProcess? current;

    static OnnxRuntime() => AppDomain.CurrentDomain.ProcessExit += (_, _) => End(TimeSpan.FromSeconds(1));

    /// <summary>Why there is no runtime here; null where there is one.</summary>
    public static string? Missing { get; } = WhyMissing(Folder, Environment.GetEnvironmentVariable("PATH") ?? "");

    /// <summary>The outputs of a model, in its order, or why there are none.</summary>
    /// <param name="model">The bytes of an ONNX file.</param>
    /// <param name="inputs">The inputs, in any order.</param>
    /// <param name="optimization"><c>disabled</c>, <c>basic</c>, <c>extended</c>, <c>layout</c> or <c>all</c>: how far the runtime may rewrite the graph.</param>
    public static Either<RuntimeFailure, ByName<RuntimeTensor>> Run(byte[] model, IReadOnlyList<RuntimeTensor> inputs, string optimization = "all") =>
        RunAll(model, [inputs], optimization).Map(outputs => outputs[0]);

    /// <summary>The same for a file, which may have external data beside it.</summary>
    public static Either<RuntimeFailure, ByName<RuntimeTensor>> Run(string path, IReadOnlyList<RuntimeTensor> inputs, string optimization = "all") =>
        RunAll(path, [inputs], optimization).Map(outputs => outputs[0]);

    /// <summary>The outputs for each of several lists of inputs, from one session: a data set in batches.</summary>
    public static Either<RuntimeFailure, IReadOnlyList<ByName<RuntimeTensor>>> RunAll(byte[] model, IReadOnlyList<IReadOnlyList<RuntimeTensor>> runs, string optimization = "all") =>
        Ask(process => process.Run(model, runs, optimization));

    /// <summary>The same for a file, which may have external data beside it.</summary>
    public static Either<RuntimeFailure, IReadOnlyList<ByName<RuntimeTensor>>> RunAll(string path, IReadOnlyList<IReadOnlyList<RuntimeTensor>> runs, string optimization = "all") =>
        Ask(process => process.Run(Path.GetFullPath(path), runs, optimization));

    /// <summary>Why a folder with serve.mjs cannot serve; null where it can.</summary>
    internal static string? WhyMissing(string folder, string path)
    {
        var node = OperatingSystem.IsWindows() ? "node.exe" : "node";
        if (!path.Split(Path.PathSeparator).Any(entry => File.Exists(Path.Combine(entry, node)))) return "The ONNX Runtime needs Node.js: there is no node on the PATH.";
        var system = OperatingSystem.IsWindows() ? "win32" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        var processor = $"{RuntimeInformation.ProcessArchitecture}".ToLowerInvariant(); // npm's names in capitals
        var package = Path.Combine(folder, "node_modules", "onnxruntime-node");
        return !Directory.Exists(package) ? "The ONNX Runtime is not installed: run npm ci --ignore-scripts in tests/onnxruntime, or build where npm is."
            : !Directory.Exists(Path.Combine(package, "bin", "napi-v6", system, processor)) ? $"The ONNX Runtime's package has no build for {system} on {processor}."
            : null;
    }

    private static T Ask<T>(Func<RuntimeProcess, T> question)
    {
        lock (Gate)
        {
            if (current is { HasEnded: true }) End(TimeSpan.Zero);
            current ??= RuntimeProcess.Start(Path.Combine(Folder, "serve.mjs"));
            return question(current);
        }
    }

    // When the tests' process ends, a request may still run, of a test that was cancelled: then the runtime's process notices by itself that nobody is left.
    private static void End(TimeSpan patience)
    {
        if (!Gate.TryEnter(patience)) return;
        try
        {
            current?.Dispose();
            current = null;
        }
        finally
        {
            Gate.Exit();
        }
    }
}
