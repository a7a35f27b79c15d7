using Ptq.Experiments.Conformance;
using Xunit;

namespace Ptq.Tests.Onnx;

/// <summary>A fact about ONNX's own test cases: skipped, with the reason, where there are none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class WithTheCasesAttribute : FactAttribute
{
    public WithTheCasesAttribute() => Skip = StandardCases.Missing(StandardCases.DefaultFolder)?.Describe();
}
