using System.Diagnostics;
using System.Text;
using System.Text.Json;
using LanguageExt;
using Ptq.Model;
using Ptq.Tensors;
using static LanguageExt.Prelude;

namespace Ptq.Experiments.Runtime;

/// <summary>
/// A node process that runs tests/onnxruntime/serve.mjs, and the folder of its files: one request at a time. A model can take a native runtime down or
/// keep it busy for ever; then the answer says so, and <see cref="HasEnded"/>.
/// </summary>
internal sealed class RuntimeProcess : IDisposable
{
    private const int KeptLines = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly Dictionary<string, string> Defaults = [];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ptq-onnxruntime-");
    private readonly Queue<string> errors = new();
    private readonly Process process;
    private readonly Thread errorReader;
    private int last;

    private RuntimeProcess(string script)
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        process = Process.Start(new ProcessStartInfo("node", [script, folder.FullName])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            StandardInputEncoding = utf8, StandardOutputEncoding = utf8, StandardErrorEncoding = utf8,
        })!;
        errorReader = new(ReadErrors) { IsBackground = true }; // not asynchronously: threads that wait for the runtime can hold every thread of the pool
        errorReader.Start();
    }

    public static RuntimeProcess Start(string script) => new(script);

    /// <summary>Whether no more requests can be answered.</summary>
    public bool HasEnded => process.HasExited;

    /// <summary>Runs a model in one session, once for each list of inputs.</summary>
    public Either<RuntimeFailure, IReadOnlyList<ByName<RuntimeTensor>>> Run(string model, IReadOnlyList<IReadOnlyList<RuntimeTensor>> runs, string optimization, IReadOnlyDictionary<string, string>? session = null)
    {
        var files = folder.CreateSubdirectory($"{++last}");
        try
        {
            var written = runs.Select((inputs, run) => inputs.Select((tensor, i) => Write(tensor, Path.Combine(files.FullName, $"run{run}-input{i}"))).ToArray()).ToArray();
            return Ask(last, JsonSerializer.Serialize(new { id = last, model, optimization, session = session ?? Defaults, threads = 1, runs = written, outputs = files.FullName })).Map(Runs);
        }
        finally
        {
            files.Delete(recursive: true); // data sets are large, and a test run is long
        }
    }

    /// <summary>Runs a model that is no file yet.</summary>
    public Either<RuntimeFailure, IReadOnlyList<ByName<RuntimeTensor>>> Run(byte[] model, IReadOnlyList<IReadOnlyList<RuntimeTensor>> runs, string optimization, IReadOnlyDictionary<string, string>? session = null)
    {
        var path = Path.Combine(folder.FullName, "model.onnx");
        File.WriteAllBytes(path, model);
        return Run(path, runs, optimization, session);
    }

    /// <summary>Opens a session to be timed.</summary>
    public Either<RuntimeFailure, Unit> Keep(string key, byte[] model, IReadOnlyList<RuntimeTensor> inputs, IReadOnlyDictionary<string, string>? session = null)
    {
        var files = folder.CreateSubdirectory($"{++last}");
        try
        {
            var path = Path.Combine(files.FullName, "model.onnx");
            File.WriteAllBytes(path, model);
            var written = inputs.Select((tensor, i) => Write(tensor, Path.Combine(files.FullName, $"input{i}"))).ToArray();
            return Ask(last, JsonSerializer.Serialize(new { id = last, keep = key, model = path, optimization = "all", session = session ?? Defaults, threads = 1, inputs = written })).Map(_ => unit);
        }
        finally
        {
            files.Delete(recursive: true);
        }
    }

    /// <summary>Runs a kept session again and again: how many calls there were, and in how many seconds.</summary>
    public Either<RuntimeFailure, (int Calls, double Seconds)> Time(string key, int milliseconds) =>
        Ask(++last, JsonSerializer.Serialize(new { id = last, time = key, milliseconds })).Map(answer => (answer.GetProperty("calls").GetInt32(), answer.GetProperty("seconds").GetDouble()));

    /// <summary>Closes a kept session.</summary>
    public Either<RuntimeFailure, Unit> Drop(string key) => Ask(++last, JsonSerializer.Serialize(new { id = last, drop = key })).Map(_ => unit);

    /// <summary>Lets the process end, and removes its folder.</summary>
    public void Dispose()
    {
        process.StandardInput.BaseStream.Close(); // the script removes the folder itself then, even where this process is killed before it could
        if (!process.WaitForExit(TimeSpan.FromSeconds(5))) process.Kill();
        process.WaitForExit();
        process.Dispose();
        if (Directory.Exists(folder.FullName)) folder.Delete(recursive: true);
    }

    private Either<RuntimeFailure, JsonElement> Ask(int id, string request)
    {
        var late = false;
        using var watchdog = new Timer(_ => { late = true; process.Kill(); }, null, Patience, Timeout.InfiniteTimeSpan);
        try
        {
            process.StandardInput.WriteLine(request);
            while (process.StandardOutput.ReadLine() is { } line)
                if (line.StartsWith($"{{\"id\":{id},", StringComparison.Ordinal)) return Parsed(line); // native code may print lines of its own
        }
        catch (IOException)
        {
            // it ended before it could read the request
        }
        process.WaitForExit();
        errorReader.Join();
        return new RuntimeFailure(late ? $"There was no answer within {Patience}." : $"The ONNX Runtime's process ended with exit code {process.ExitCode}. {string.Join('\n', errors)}");
    }

    private static Either<RuntimeFailure, JsonElement> Parsed(string line)
    {
        var answer = JsonDocument.Parse(line).RootElement;
        return answer.GetProperty("ok").GetBoolean() ? answer : new RuntimeFailure(answer.GetProperty("error").GetString()!);
    }

    private static IReadOnlyList<ByName<RuntimeTensor>> Runs(JsonElement answer) =>
        [.. answer.GetProperty("runs").EnumerateArray().Select(run => ByName<RuntimeTensor>.Of(run.EnumerateArray().Select(Read).Select(tensor => (tensor.Name, tensor))))];

    private static object Write(RuntimeTensor tensor, string file)
    {
        using var stream = File.Create(file);
        stream.Write(tensor.Data.Span);
        return new { name = tensor.Name, type = tensor.Type, dims = tensor.Shape.Lengths.AsEnumerable(), file };
    }

    private static RuntimeTensor Read(JsonElement tensor) => RuntimeTensor.FromBytes(
        tensor.GetProperty("name").GetString()!,
        tensor.GetProperty("type").GetString()!,
        Shape.Of(tensor.GetProperty("dims").Deserialize<int[]>()!),
        File.ReadAllBytes(tensor.GetProperty("file").GetString()!));

    private void ReadErrors()
    {
        while (process.StandardError.ReadLine() is { } line)
        {
            errors.Enqueue(line);
            if (errors.Count > KeptLines) errors.Dequeue();
        }
    }
}
