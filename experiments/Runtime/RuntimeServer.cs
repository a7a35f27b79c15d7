using System.Runtime.InteropServices;
using LanguageExt;
using Ptq.Experiments.Data;
using Ptq.Model;

namespace Ptq.Experiments.Runtime;

/// <summary>
/// The ONNX Runtime itself, on one thread of its CPU provider: what other code than ours makes of a model. Its process is started by the first question
/// and answers all of them, of any thread, one after the other; a model that takes it down costs its own question only.
/// </summary>
internal sealed class RuntimeServer : IDisposable
{
    private readonly Lock gate = new();
    private readonly string folder;
    private RuntimeProcess? current;

    /// <param name="folder">A folder with serve.mjs and the npm package, as tests/onnxruntime.</param>
    public RuntimeServer(string folder) => this.folder = folder;

    /// <summary>Where the runtime is in the repository that the app was built in.</summary>
    public static string DefaultFolder => Path.Combine(Checkout.Root ?? "", "tests", "onnxruntime");

    /// <summary>
    /// Asks for exact products of u8 and s8. Without it they go through vpmaddubsw where a processor has AVX2 but no VNNI, and the sums of two saturate: other integers than elsewhere.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Exact { get; } = new Dictionary<string, string> { ["x64quantprecision"] = "1" };

    /// <summary>Why there is no runtime here; null where there is one.</summary>
    public string? Missing => WhyMissing(folder, Environment.GetEnvironmentVariable("PATH") ?? "");

    /// <summary>The outputs of a model for each of several lists of inputs, from one session, or why there are none.</summary>
    /// <param name="model">The bytes of an ONNX file.</param>
    /// <param name="runs">For each run the inputs, in any order.</param>
    /// <param name="optimization"><c>disabled</c>, <c>basic</c>, <c>extended</c>, <c>layout</c> or <c>all</c>: how far the runtime may rewrite the graph.</param>
    /// <param name="exact">Whether <see cref="Exact"/> is asked for; the runtime's defaults otherwise.</param>
    /// <param name="session">The runtime's session options instead, by their names behind <c>session.</c></param>
    public Either<RuntimeFailure, IReadOnlyList<ByName<RuntimeTensor>>> Run(byte[] model, IReadOnlyList<IReadOnlyList<RuntimeTensor>> runs, string optimization = "all", bool exact = true, IReadOnlyDictionary<string, string>? session = null) =>
        Ask(process => process.Run(model, runs, optimization, session ?? (exact ? Exact : null)));

    /// <summary>The same for a file, which may have external data beside it.</summary>
    public Either<RuntimeFailure, IReadOnlyList<ByName<RuntimeTensor>>> Run(string path, IReadOnlyList<IReadOnlyList<RuntimeTensor>> runs, string optimization = "all", bool exact = true, IReadOnlyDictionary<string, string>? session = null) =>
        Ask(process => process.Run(Path.GetFullPath(path), runs, optimization, session ?? (exact ? Exact : null)));

    /// <summary>Opens a session to be timed, with the inputs of every call.</summary>
    /// <param name="key">What it is called.</param>
    /// <param name="model">The bytes of an ONNX file.</param>
    /// <param name="inputs">The inputs, in any order.</param>
    public Either<RuntimeFailure, Unit> Keep(string key, byte[] model, IReadOnlyList<RuntimeTensor> inputs) => Ask(process => process.Keep(key, model, inputs));

    /// <summary>Runs a kept session again and again for some time: how many calls there were, and in how many seconds.</summary>
    public Either<RuntimeFailure, (int Calls, double Seconds)> Time(string key, int milliseconds) => Ask(process => process.Time(key, milliseconds));

    /// <summary>Closes a kept session.</summary>
    public Either<RuntimeFailure, Unit> Drop(string key) => Ask(process => process.Drop(key));

    /// <summary>Lets the process end.</summary>
    public void Dispose() => End(TimeSpan.FromSeconds(1));

    /// <summary>Why a folder with serve.mjs cannot serve; null where it can.</summary>
    internal static string? WhyMissing(string folder, string path)
    {
        var node = OperatingSystem.IsWindows() ? "node.exe" : "node";
        if (!path.Split(Path.PathSeparator).Any(entry => File.Exists(Path.Combine(entry, node)))) return "The ONNX Runtime needs Node.js: there is no node on the PATH.";
        if (!File.Exists(Path.Combine(folder, "serve.mjs"))) return $"The ONNX Runtime is driven by serve.mjs, which is not in {folder}: it is in tests/onnxruntime of the repository.";
        var system = OperatingSystem.IsWindows() ? "win32" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        var processor = $"{RuntimeInformation.ProcessArchitecture}".ToLowerInvariant(); // npm's names in capitals
        var package = Path.Combine(folder, "node_modules", "onnxruntime-node");
        return !Directory.Exists(package) ? $"The ONNX Runtime is not installed: run npm ci --ignore-scripts in {(folder == DefaultFolder ? "tests/onnxruntime" : folder)}, or build where npm is."
            : !Directory.Exists(Path.Combine(package, "bin", "napi-v6", system, processor)) ? $"The ONNX Runtime's package has no build for {system} on {processor}."
            : null;
    }

    private T Ask<T>(Func<RuntimeProcess, T> question)
    {
        lock (gate)
        {
            if (current is { HasEnded: true }) End(TimeSpan.Zero);
            current ??= RuntimeProcess.Start(Path.Combine(folder, "serve.mjs"));
            return question(current);
        }
    }

    // When this process ends, a request may still run, whose asker was cancelled: then the runtime's process notices by itself that nobody is left.
    private void End(TimeSpan patience)
    {
        if (!gate.TryEnter(patience)) return;
        try
        {
            current?.Dispose();
            current = null;
        }
        finally
        {
            gate.Exit();
        }
    }
}
