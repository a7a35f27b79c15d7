using Ptq.Engine.Stages;

namespace Ptq.Engine.FloatStages;

/// <summary>One or two layers of a float network, over a block of images whose tensors lie in a workspace, channels last.</summary>
internal abstract class FloatStage
{
    /// <summary>Writes the output of the first <paramref name="images"/> images of the block.</summary>
    /// <param name="space">The tensors.</param>
    /// <param name="padded">So many elements as <see cref="Padded"/> says, which nobody else writes; zeros at first.</param>
    /// <param name="images">How many images.</param>
    public abstract void Run(FloatWorkspace space, Span<float> padded, int images);

    /// <summary>The length of the stage's own buffer.</summary>
    public virtual int Padded => 0;

    /// <summary>The length of what it needs of the buffer that all stages share.</summary>
    public virtual int Sums => 0;
}

/// <summary>The buffers of one thread.</summary>
internal sealed class FloatWorkspace(Buffers buffers, IReadOnlyList<FloatStage> stages, int block)
{
    private readonly float[][] tensors = [.. buffers.Sizes.Select(size => new float[block * size])];
    private readonly float[][] padded = [.. stages.Select(stage => new float[stage.Padded])]; // padding stays 0 from run to run

    /// <summary>For sums on their way to a tensor.</summary>
    public float[] Sums { get; } = new float[stages.Max(stage => stage.Sums)];

    /// <summary>A tensor.</summary>
    public Span<float> this[Slot slot] => tensors[buffers.Of[slot.Id]];

    /// <summary>Some images of a tensor.</summary>
    public Span<float> Images(Slot slot, int first, int count) => this[slot].Slice(first * slot.Size, count * slot.Size);

    /// <summary>Runs all stages.</summary>
    public void Run(int images)
    {
        for (var i = 0; i < stages.Count; i++) stages[i].Run(this, padded[i], images);
    }
}

/// <summary>Limits of an activation; none where they are infinite.</summary>
internal readonly record struct Limits(float Min, float Max)
{
    /// <summary>No limits.</summary>
    public static Limits None => new(float.NegativeInfinity, float.PositiveInfinity);

    /// <summary>Whether no value within has a sign; NaN may.</summary>
    public bool AreUnsigned => !float.IsNegative(Min);

    /// <summary>Puts values within.</summary>
    public void Apply(Span<float> values)
    {
        if (this != None) Kernels.Elementwise.Clip(values, Min, Max, values);
    }
}
