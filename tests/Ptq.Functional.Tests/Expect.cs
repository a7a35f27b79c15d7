using LanguageExt;
using Ptq.Errors;

namespace Ptq.Tests;

/// <summary>What a test takes for granted.</summary>
internal static class Expect
{
    /// <summary>The value of what went well; a test whose premise is an error fails with its description.</summary>
    public static T Right<T>(Either<PtqError, T> either) => either.IfLeft(error => throw new InvalidOperationException(error.Describe()));

    /// <summary>The value of what is valid.</summary>
    public static T Valid<T>(Validation<Fault, T> valid) => valid.Match(value => value, faults => throw new InvalidOperationException(string.Join("; ", faults.Select(f => f.Describe()))));
}
