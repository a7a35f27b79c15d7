using LanguageExt;
using Ptq.Model;
using Ptq.Tests.Architecture;

namespace Ptq.Tests.Runtime;

/// <summary>The ONNX Runtime that all tests share: one process, which the first that needs it starts.</summary>
internal static class OnnxRuntime
{
    static OnnxRuntime() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Server.Dispose();

    /// <summary>The process and its folder.</summary>
    public static RuntimeServer Server { get; } = new(Path.Combine(Repository.Root, "tests", "onnxruntime"));

    /// <summary>Why there is no runtime here; null where there is one.</summary>
    public static string? Missing { get; } = Server.Missing;

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
    public static Either<RuntimeFailure, IReadOnlyList<ByName<RuntimeTensor>>> RunAll(byte[] model, IReadOnlyList<IReadOnlyList<RuntimeTensor>> runs, string optimization = "all", bool exact = true) =>
        Server.Run(model, runs, optimization, exact);

    /// <summary>The same for a file, which may have external data beside it.</summary>
    public static Either<RuntimeFailure, IReadOnlyList<ByName<RuntimeTensor>>> RunAll(string path, IReadOnlyList<IReadOnlyList<RuntimeTensor>> runs, string optimization = "all") =>
        Server.Run(path, runs, optimization);
}
