namespace Ptq.Engine;

/// <summary>
/// What a network may ask of the engine before it is refused: whoever runs the files of strangers sets less than the default. Time is at most in proportion to
/// operations and <see cref="Products"/>, memory to <see cref="Together"/>.
/// </summary>
/// <param name="Elements">The most elements of a tensor.</param>
/// <param name="Together">The most elements of all tensors that are needed at the same time, the network's own constants aside; an element takes 4 bytes where it is real, else 8.</param>
/// <param name="Products">The most multiplications in one operation.</param>
public sealed record EngineLimits(int Elements, long Together, long Products)
{
    /// <summary>2²⁸ elements (1 GiB of float32), 2³⁰ of them together, and 2⁴² products, which take minutes.</summary>
    public static EngineLimits Default { get; } = new(1 << 28, 1L << 30, 1L << 42);
}
