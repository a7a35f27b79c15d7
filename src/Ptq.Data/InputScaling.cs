namespace Ptq.Data;

/// <summary>What becomes of a number on its way into a floating-point input: (x − M) · S, in float32.</summary>
/// <param name="Scale">S.</param>
/// <param name="Mean">M.</param>
public sealed record InputScaling(float Scale, float Mean)
{
    /// <summary>Numbers as they are.</summary>
    public static InputScaling None { get; } = new(1, 0);

    /// <summary>Scales numbers in place.</summary>
    internal void Apply(Span<float> numbers)
    {
        if (this == None) return; // also: −0 stays what it is
        foreach (ref var x in numbers) x = (x - Mean) * Scale;
    }
}
