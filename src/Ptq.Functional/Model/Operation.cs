using Ptq.Numerics;

namespace Ptq.Model;

/// <summary>An operator at its place in a network (ONNX NodeProto).</summary>
/// <param name="Name">Its name; unique in a network, and never empty.</param>
/// <param name="Op">The operator, as <c>Conv</c>.</param>
/// <param name="Inputs">The tensors it reads; an empty name is an input left out.</param>
/// <param name="Outputs">The tensors it writes; an empty name is an output that nobody wants.</param>
/// <param name="Attributes">Its attributes.</param>
/// <param name="Domain">Whose operator it is; empty for ONNX's own.</param>
public sealed record Operation(string Name, string Op, Values<string> Inputs, Values<string> Outputs, ByName<AttributeValue> Attributes, string Domain = "")
{
    /// <summary>An operation with one output and the attributes given.</summary>
    public Operation(string name, string op, Values<string> inputs, string output, params ReadOnlySpan<(string, AttributeValue)> attributes)
        : this(name, op, inputs, [output], ByName<AttributeValue>.Of(attributes.ToArray())) { }

    /// <summary>The first output.</summary>
    public string Output => Outputs[0];

    /// <summary>The name of an input; empty where it is left out.</summary>
    public string Input(int place) => place < Inputs.Length ? Inputs[place] : "";

    /// <summary>An integer attribute.</summary>
    public long Whole(string attribute, long otherwise) => Attributes.Find(attribute).Case is LanguageExt.SomeCase<AttributeValue>(AttributeValue.Whole(var value)) ? value : otherwise;

    /// <summary>A real attribute.</summary>
    public float Real(string attribute, float otherwise) => Attributes.Find(attribute).Case is LanguageExt.SomeCase<AttributeValue>(AttributeValue.Real(var value)) ? value : otherwise;

    /// <summary>A text attribute.</summary>
    public string Text(string attribute, string otherwise) => Attributes.Find(attribute).Case is LanguageExt.SomeCase<AttributeValue>(AttributeValue.Text(var value)) ? value : otherwise;

    /// <summary>An attribute that is a list of integers.</summary>
    public Values<long> Wholes(string attribute, Values<long> otherwise) => Attributes.Find(attribute).Case is LanguageExt.SomeCase<AttributeValue>(AttributeValue.Wholes(var each)) ? each : otherwise;

    /// <summary>The operator with its domain where that is not ONNX's own.</summary>
    public string FullOp => Domain.Length == 0 ? Op : $"{Domain}.{Op}";
}
