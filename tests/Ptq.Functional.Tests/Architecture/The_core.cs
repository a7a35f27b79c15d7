using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Ptq.Engine;
using Xunit;

namespace Ptq.Tests.Architecture;

public partial class The_core
{
    /// <summary>From the bottom up; a folder may use those before it and its own.</summary>
    private static readonly string[][] Layers = [["Numerics"], ["Errors"], ["Tensors"], ["Quantization"], ["Model"], ["Engine"], ["Calibration"], ["Search", "Evaluation"], ["Deployment"]];

    private static readonly string[] Changeable = ["List`1", "Dictionary`2", "HashSet`1", "StringBuilder"];

    private static readonly (string Path, string Text)[] Sources = [.. Repository.Sources("src", "Ptq.Functional")];

    [Fact]
    public void Depends_downwards_only()
    {
        var upward =
            from file in Sources
            let own = LayerOf(file.Path.Split('/')[0])
            from Match use in Using().Matches(file.Text)
            let used = use.Groups["name"].Value
            where LayerOf(used) > own || LayerOf(used) == own && used != file.Path.Split('/')[0]
            select $"{file.Path} uses Ptq.{used}";
        Assert.Empty(upward);
        Assert.All(Sources, file => Assert.Contains($"namespace Ptq.{Path.GetDirectoryName(file.Path)!.Replace('/', '.').Replace('\\', '.')};", file.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Has_no_effects() => Assert.Empty(
        from file in Sources from Match effect in Effect().Matches(file.Text) select $"{file.Path}: {effect.Value}");

    [Fact]
    public void Leaves_no_result_to_the_platforms_mathematics() => Assert.Empty(
        from file in Sources from Match call in Platform().Matches(file.Text) select $"{file.Path}: {call.Value}");

    [Fact]
    public void Keeps_intrinsics_in_the_kernels() => Assert.Empty(
        from file in Sources
        where !file.Path.StartsWith("Engine/Kernels/", StringComparison.Ordinal)
        from Match call in Intrinsic().Matches(file.Text)
        select $"{file.Path}: {call.Value}");

    [Fact]
    public void Has_no_static_state_that_can_change()
    {
        var changeable =
            from type in typeof(IntegerEngine).Assembly.GetTypes()
            where type.GetCustomAttribute<CompilerGeneratedAttribute>() is null && type.DeclaringType?.GetCustomAttribute<CompilerGeneratedAttribute>() is null
            from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            where !field.IsLiteral && (!field.IsInitOnly || field.FieldType.IsArray || Changeable.Contains(field.FieldType.Name)) && !field.Name.Contains("<>", StringComparison.Ordinal)
            select $"{type}.{field.Name}";
        Assert.Empty(changeable);
    }

    [Fact]
    public void Is_checked_by_patterns_that_do_match() // a pattern that matches nothing would let everything pass
    {
        Assert.Matches(Using(), "using Ptq.Engine.Kernels;");
        Assert.Matches(Effect(), "Console.WriteLine(1)");
        Assert.Matches(Effect(), "new Random()");
        Assert.Matches(Effect(), "new FileStream(path)");
        Assert.Matches(Platform(), "Math.Exp(x)");
        Assert.Matches(Platform(), "double.Pow(x, y)");
        Assert.Matches(Using(), "Ptq.Engine.Kernels.DotKernels.Int16");
        Assert.Matches(Intrinsic(), "Unsafe.Add(ref x, 1)");
        Assert.True(Sources.Length > 40);
    }

    private static int LayerOf(string name) => Array.FindIndex(Layers, layer => layer.Contains(name)) is >= 0 and var i ? i : throw new InvalidOperationException($"No layer has a folder {name}.");

    [GeneratedRegex(@"\b(using (static )?Ptq|Ptq)\.(?<name>\w+)")]
    private static partial Regex Using();

    [GeneratedRegex(@"\b(File|Directory|Console|Environment|DateTime|DateTimeOffset|Stopwatch|Process|Thread|Guid)\.|\bnew (Random|FileStream|StreamReader|StreamWriter|FileInfo|DirectoryInfo|HttpClient)\b|\bRandom\.Shared\b|\bDateTime\b")]
    private static partial Regex Effect();

    [GeneratedRegex(@"\b(MathF?|double|float|T|Double|Single)\.(Exp|Log|Log2|Log10|Pow|Tanh|Sinh|Cosh|Sin|Cos|Tan|Atan|Atan2|Asin|Acos|Cbrt)\(")]
    private static partial Regex Platform();

    [GeneratedRegex(@"System\.Runtime\.Intrinsics|\bUnsafe\.|\bunsafe\b")]
    private static partial Regex Intrinsic();
}
