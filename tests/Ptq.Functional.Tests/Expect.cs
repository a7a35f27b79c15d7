using LanguageExt;
using Ptq.Errors;
using Ptq.Tests.Runtime;

namespace Ptq.Tests;

/// <summary>What a test takes for granted.</summary>
internal static class Expect
{
    /// <summary>The value of what went well; a test whose premise is an error fails with its description.</summary>
    public static T Right<T>(Either<PtqError, T> either) => either.IfLeft(error => throw new InvalidOperationException(error.Describe()));

    /// <summary>The same for the ONNX Runtime, whose message is its error.</summary>
    public static T Right<T>(Either<RuntimeFailure, T> either) => either.IfLeft(failure => throw new InvalidOperationException(failure.Message));

    /// <summary>The value of what is valid.</summary>
    public static T Valid<T>(Validation<Fault, T> valid) => valid.Match(value => value, faults => throw new InvalidOperationException(string.Join("; ", faults.Select(f => f.Describe()))));
}
