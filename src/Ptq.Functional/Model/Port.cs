using System.Globalization;
using LanguageExt;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Model;

/// <summary>The length of an axis that a file declares: a number, or free under a name.</summary>
/// <param name="Length">−1 where it is free.</param>
/// <param name="Symbol">The name of a free length; often empty.</param>
public readonly record struct Dimension(int Length, string Symbol = "")
{
    /// <summary>Whether any length will do.</summary>
    public bool IsFree => Length < 0;

    /// <summary>The length; the name, or a question mark, where it is free.</summary>
    public override string ToString() => !IsFree ? Length.ToString(CultureInfo.InvariantCulture) : string.IsNullOrEmpty(Symbol) ? "?" : Symbol;
}

/// <summary>An input or output of a network (ONNX ValueInfoProto).</summary>
/// <param name="Name">The tensor.</param>
/// <param name="Type">What an element is.</param>
/// <param name="Dims">The axes; none where not even their number is declared.</param>
/// <param name="HasShape">Whether the axes are declared at all.</param>
public sealed record Port(string Name, ElementType Type, Values<Dimension> Dims, bool HasShape = true)
{
    /// <summary>Whether a tensor may go in.</summary>
    public bool Takes(TensorType tensor)
    {
        if (tensor.Type != Type) return false;
        if (!HasShape) return true;
        if (tensor.Shape.Rank != Dims.Length) return false;
        for (var i = 0; i < Dims.Length; i++)
            if (!Dims[i].IsFree && Dims[i].Length != tensor.Shape[i]) return false;
        return true;
    }

    /// <summary>As <c>float32 [N, 1, 28, 28]</c>.</summary>
    public override string ToString() => $"{Type.Name} {(HasShape ? $"[{string.Join(", ", Dims.AsEnumerable())}]" : "of any shape")}";
}
