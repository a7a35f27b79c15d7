using Ptq.Tensors;

namespace Ptq.Engine.Stages;

/// <summary>A tensor's codes for a block of images.</summary>
/// <param name="Id">Its place in the workspace.</param>
/// <param name="Shape">One image of it, [C, H, W] (kept as H, W, C) or [K].</param>
internal readonly record struct Slot(int Id, Shape Shape)
{
    public int Size => Shape.Count;

    public int Channels => Shape[0];
}

/// <summary>The buffers of one thread.</summary>
internal sealed class Workspace(IReadOnlyList<Slot> slots, IReadOnlyList<Stage> stages, int block)
{
    private readonly short[][] codes = [.. slots.Select(s => new short[block * s.Size])];

    /// <summary>For padded inputs.</summary>
    public short[] Padded { get; } = new short[stages.Max(s => s.Scratch.Padded)];

    /// <summary>For accumulators.</summary>
    public int[] Sums { get; } = new int[stages.Max(s => s.Scratch.Sums)];

    /// <summary>The codes of a tensor.</summary>
    public Span<short> this[Slot slot] => codes[slot.Id];

    /// <summary>The codes of one image of a tensor.</summary>
    public Span<short> Image(Slot slot, int image) => codes[slot.Id].AsSpan(image * slot.Size, slot.Size);
}
