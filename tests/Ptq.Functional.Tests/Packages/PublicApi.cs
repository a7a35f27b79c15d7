using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Ptq.Tests.Packages;

/// <summary>What an assembly lets others use, a line a type and a line a member, sorted.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().Where(t => !IsGenerated(t)).OrderBy(NameOf, StringComparer.Ordinal))
        {
            text.Append(KindOf(type)).Append(' ').Append(NameOf(type)).Append('\n');
            foreach (var member in type.GetMembers(Declared).Select(Described).OfType<string>().Distinct().Order(StringComparer.Ordinal)) text.Append("    ").Append(member).Append('\n');
        }
        return text.ToString();
    }

    private static string? Described(MemberInfo member) => IsGenerated(member) ? null : member switch
    {
        FieldInfo { IsLiteral: true, IsPublic: true } f when f.DeclaringType!.IsEnum => $"{f.Name} = {f.GetRawConstantValue()}",
        FieldInfo { IsSpecialName: false } f when IsVisible(f.IsPublic, f.IsFamily) => $"field {NameOf(f.FieldType)} {f.Name}",
        PropertyInfo p when Accessors(p) is { Length: > 0 } accessors => $"{Static(p.GetMethod ?? p.SetMethod!)}{NameOf(p.PropertyType)} {p.Name}{Indexed(p)} {{ {accessors}}}",
        ConstructorInfo { IsStatic: false } c when IsVisible(c.IsPublic, c.IsFamily) => $"new({Parameters(c)})",
        MethodInfo { IsSpecialName: false } m when IsVisible(m.IsPublic, m.IsFamily) => $"{Static(m)}{NameOf(m.ReturnType)} {m.Name}{Generics(m)}({Parameters(m)})",
        MethodInfo { IsSpecialName: true, IsPublic: true } m when m.Name.StartsWith("op_", StringComparison.Ordinal) => $"static {NameOf(m.ReturnType)} {m.Name}({Parameters(m)})",
        _ => null,
    };

    private static bool IsVisible(bool isPublic, bool isFamily) => isPublic || isFamily;

    private static bool IsGenerated(MemberInfo member) => member.GetCustomAttribute<CompilerGeneratedAttribute>() is not null || member.Name.Contains('<', StringComparison.Ordinal);

    private static string Accessors(PropertyInfo p) => $"{(p.GetMethod is { IsPublic: true } ? "get; " : "")}{(p.SetMethod is { IsPublic: true } ? p.SetMethod.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init; " : "set; " : "")}";

    private static string Indexed(PropertyInfo p) => p.GetIndexParameters() is { Length: > 0 } places ? $"[{string.Join(", ", places.Select(x => $"{NameOf(x.ParameterType)} {x.Name}"))}]" : "";

    private static string Static(MethodInfo method) => method.IsStatic ? "static " : "";

    private static string Generics(MethodInfo method) => method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p => $"{NameOf(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? " = …" : "")}"));

    private static string KindOf(Type type) =>
        type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct" : typeof(Delegate).IsAssignableFrom(type) ? "delegate"
        : type is { IsAbstract: true, IsSealed: true } ? "static class" : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";

    private static string NameOf(Type type)
    {
        if (type.IsByRef) return $"ref {NameOf(type.GetElementType()!)}";
        if (type.IsArray) return $"{NameOf(type.GetElementType()!)}[]";
        if (type.IsGenericParameter) return type.Name;
        var name = type.IsNested ? $"{NameOf(type.DeclaringType!)}.{type.Name}" : type.Namespace?.StartsWith("Ptq", StringComparison.Ordinal) == true ? (type.FullName ?? $"{type.Namespace}.{type.Name}").Split('[')[0] : type.Name;
        return !type.IsGenericType ? name : $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>";
    }
}
