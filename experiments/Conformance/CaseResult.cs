namespace Ptq.Experiments.Conformance;

/// <summary>What became of a test case; the worst last.</summary>
internal enum Verdict
{
    /// <summary>Every output is as the case says.</summary>
    Passed,

    /// <summary>The engine lacks the operator, or refuses this use of it.</summary>
    Unsupported,

    /// <summary>The file is none that is read: an older operator set, sequences, texts, bodies.</summary>
    NotRead,

    /// <summary>An output differs, as it should (<see cref="StandardCases.Deliberate"/>).</summary>
    Deliberate,

    /// <summary>An output differs.</summary>
    Failed,
}

/// <summary>A test case and what became of it.</summary>
/// <param name="Case">Its name.</param>
/// <param name="Op">The operator; <see cref="Composed"/> where there are several nodes.</param>
/// <param name="Type">The element type of its first output; of float cases <c>float32</c> and its like; <c>?</c> where the file is not read.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Cause">Why, in words that cases of one cause share; empty where it passed.</param>
/// <param name="Reason">Why, with its place; empty where it passed.</param>
internal sealed record CaseResult(string Case, string Op, string Type, Verdict Verdict, string Cause, string Reason)
{
    /// <summary>What stands for the operator of a network of several.</summary>
    public const string Composed = "(composed)";
}

/// <summary>Inputs and expected outputs of a test case, as TensorProto files.</summary>
/// <param name="Inputs">In the order of the model's inputs.</param>
/// <param name="Outputs">In the order of the model's outputs.</param>
internal sealed record CaseData(IReadOnlyList<ReadOnlyMemory<byte>> Inputs, IReadOnlyList<ReadOnlyMemory<byte>> Outputs);
