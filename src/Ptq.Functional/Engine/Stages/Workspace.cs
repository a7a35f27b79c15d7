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

/// <summary>Which tensors share a buffer: those of which none is read any more when the next is written.</summary>
/// <param name="Of">The buffer of every slot.</param>
/// <param name="Sizes">The largest image of every buffer.</param>
internal sealed record Buffers(int[] Of, int[] Sizes)
{
    /// <summary>A plan for operations that run in this order.</summary>
    /// <param name="slots">By their place; the input's first, then those of the operations in order.</param>
    /// <param name="reads">The slots that every operation reads.</param>
    /// <param name="kept">The slots that are read at the end.</param>
    public static Buffers Plan(Slot[] slots, int[][] reads, IEnumerable<int> kept)
    {
        var lastRead = new int[slots.Length];
        for (var i = 0; i < reads.Length; i++)
            foreach (var slot in reads[i]) lastRead[slot] = i + 1;
        foreach (var slot in kept) lastRead[slot] = slots.Length;

        var (of, sizes, holds) = (new int[slots.Length], new List<int>(), new List<int>()); // what every buffer holds
        for (var slot = 0; slot < slots.Length; slot++)
        {
            var buffer = holds.FindIndex(held => lastRead[held] < slot);
            if (buffer < 0)
            {
                buffer = holds.Count;
                holds.Add(slot);
                sizes.Add(0);
            }
            (of[slot], holds[buffer], sizes[buffer]) = (buffer, slot, Math.Max(sizes[buffer], slots[slot].Size));
        }
        return new(of, [.. sizes]);
    }
}

/// <summary>The buffers of one thread.</summary>
internal sealed class Workspace(Buffers buffers, IReadOnlyList<Stage> stages, int block, int image)
{
    private const int Slack = 64; // what the last step of a kernel may read beyond an image: any number will do, its weight is 0

    private readonly short[][] codes = [.. buffers.Sizes.Select(size => new short[block * size + Slack])];

    /// <summary>For the codes of one image as it comes, channels first.</summary>
    public short[] Planes { get; } = new short[image];

    /// <summary>For padded inputs.</summary>
    public short[] Padded { get; } = new short[stages.Max(s => s.Scratch.Padded)];

    /// <summary>For accumulators.</summary>
    public int[] Sums { get; } = new int[stages.Max(s => s.Scratch.Sums)];

    /// <summary>The length of all of them.</summary>
    public long Bytes => (codes.Sum(buffer => (long)buffer.Length) + Planes.Length + Padded.Length) * sizeof(short) + (long)Sums.Length * sizeof(int);

    /// <summary>The codes of a tensor.</summary>
    public Span<short> this[Slot slot] => codes[buffers.Of[slot.Id]];

    /// <summary>The codes of one image of a tensor.</summary>
    public Span<short> Image(Slot slot, int image) => codes[buffers.Of[slot.Id]].AsSpan(image * slot.Size, slot.Size);

    /// <summary>The codes of a tensor from an image on, and what may be read behind them.</summary>
    public Span<short> From(Slot slot, int image) => codes[buffers.Of[slot.Id]].AsSpan(image * slot.Size);
}
