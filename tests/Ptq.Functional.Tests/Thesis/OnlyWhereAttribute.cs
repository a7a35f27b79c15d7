using Xunit;

namespace Ptq.Tests.Thesis;

/// <summary>A fact about data that the repository may not hold: skipped, with the reason, where an environment variable does not name it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnlyWhereAttribute : FactAttribute
{
    public OnlyWhereAttribute(string variable, string names)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable))) Skip = $"{variable} is not set: it names {names}.";
    }
}
