using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Deployment;

/// <summary>
/// A network of float16, bfloat16 or double numbers as one of float32: constants are converted, casts go to float32, and inputs and
/// outputs keep their types with a cast inside. A network that has none is left as it is.
/// </summary>
internal static class SinglePrecision
{
    public static Network Of(Network network)
    {
        if (!network.Constants.Items.AsEnumerable().Any(c => IsOther(c.Type)) && !network.Inputs.AsEnumerable().Any(p => IsOther(p.Type)) && !network.Operations.AsEnumerable().Any(CastsToOther)) return network;

        var taken = new HashSet<string>(network.Operations.AsEnumerable().SelectMany(o => o.Outputs.AsEnumerable().Append(o.Name)).Concat(network.Constants.Names.AsEnumerable()).Concat(network.Inputs.AsEnumerable().Select(i => i.Name)), StringComparer.Ordinal);
        string Fresh(string wish)
        {
            while (!taken.Add(wish)) wish += "_";
            return wish;
        }

        var inside = network.Inputs.AsEnumerable().Where(p => IsOther(p.Type)).ToDictionary(p => p.Name, p => Fresh($"{p.Name}_float32"), StringComparer.Ordinal);
        var outside = network.Outputs.AsEnumerable().Where(p => IsOther(p.Type) && !inside.ContainsKey(p.Name)).ToDictionary(p => p.Name, p => Fresh($"{p.Name}_float32"), StringComparer.Ordinal);
        string Renamed(string name) => inside.GetValueOrDefault(name) ?? outside.GetValueOrDefault(name) ?? name;

        var operations = network.Operations.AsEnumerable().Select(o => o with { Inputs = o.Inputs.Map(Renamed), Outputs = o.Outputs.Map(Renamed), Attributes = o.Attributes.Map((name, value) => Single(o, name, value)) });
        var before = network.Inputs.AsEnumerable().Where(p => IsOther(p.Type)).Select(p => Cast(Fresh($"{p.Name}_to_float32"), p.Name, inside[p.Name], ElementType.Float32));
        var after = network.Outputs.AsEnumerable().Where(p => outside.ContainsKey(p.Name)).Select(p => Cast(Fresh($"{p.Name}_from_float32"), outside[p.Name], p.Name, p.Type));
        var constants = Enumerable.Range(0, network.Constants.Count).Select(i => (Renamed(network.Constants.Names[i]), Single(network.Constants.Items[i])));
        return network.With([.. before, .. operations, .. after], constants);
    }

    private static bool IsOther(ElementType type) => type.IsFloat && type != ElementType.Float32;

    private static bool CastsToOther(Operation o) => o is { Op: "Cast", Domain: "" } && IsOther((ElementType)o.Whole("to", 1));

    private static Operation Cast(string name, string from, string to, ElementType type) => new(name, "Cast", [from], to, ("to", new AttributeValue.Whole((long)type)));

    private static Constant Single(Constant constant) => IsOther(constant.Type) ? Constant.Of(Operand.Of(ElementType.Float32, constant.Shape, constant.ToOperand().Floats)) : constant;

    private static AttributeValue Single(Operation operation, string name, AttributeValue value) => value switch
    {
        AttributeValue.Data(var constant) => new AttributeValue.Data(Single(constant)),
        AttributeValue.Whole(var type) when name is "to" or "dtype" && operation.Domain.Length == 0 && Enum.IsDefined((ElementType)type) && IsOther((ElementType)type) => new AttributeValue.Whole((long)ElementType.Float32),
        _ => value,
    };
}
