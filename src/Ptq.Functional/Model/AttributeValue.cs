using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Model;

/// <summary>The value of an operation's attribute (ONNX AttributeProto): a closed union.</summary>
public abstract record AttributeValue
{
    private AttributeValue() { }

    /// <summary>An integer.</summary>
    /// <param name="Value">64 bits.</param>
    public sealed record Whole(long Value) : AttributeValue;

    /// <summary>A real number.</summary>
    /// <param name="Value">float32.</param>
    public sealed record Real(float Value) : AttributeValue;

    /// <summary>A text.</summary>
    /// <param name="Value">UTF-8 in the file.</param>
    public sealed record Text(string Value) : AttributeValue;

    /// <summary>Integers.</summary>
    /// <param name="Each">In order.</param>
    public sealed record Wholes(Values<long> Each) : AttributeValue;

    /// <summary>Real numbers.</summary>
    /// <param name="Each">In order.</param>
    public sealed record Reals(Values<float> Each) : AttributeValue;

    /// <summary>Texts.</summary>
    /// <param name="Each">In order.</param>
    public sealed record Texts(Values<string> Each) : AttributeValue;

    /// <summary>A tensor.</summary>
    /// <param name="Value">Its elements.</param>
    public sealed record Data(Constant Value) : AttributeValue;

    /// <summary>Any other: it is kept and written back, and no operator here reads it.</summary>
    /// <param name="Message">The AttributeProto as it stands in the file.</param>
    public sealed record Opaque(Values<byte> Message) : AttributeValue;
}
