namespace Ptq.Engine.Stages;

/// <summary>One operation of a compiled network, over a block of images whose codes lie in a workspace, channels last.</summary>
internal abstract class Stage
{
    /// <summary>Writes the output's codes of the first <paramref name="images"/> images of the block.</summary>
    public abstract void Run(Workspace workspace, int images);

    /// <summary>How it runs, for a person.</summary>
    public virtual StagePlan Plan => StagePlan.Plain;

    /// <summary>The buffers that the stage needs for itself: padded inputs and sums.</summary>
    public virtual (int Padded, int Sums) Scratch => (0, 0);
}

/// <summary>How a stage runs.</summary>
/// <param name="Kernel">The integers that it multiplies, the vectors it takes, and the algorithm unless it is direct; empty where nothing is multiplied.</param>
/// <param name="Tile">Positions × outputs that are summed at once; empty where nothing is.</param>
/// <param name="Bytes">Of packed weights and what sums begin with.</param>
/// <param name="Proof">What a sum that must not saturate or wrap can be at most; sums over all inputs wrap modulo 2³², as the reference's do. Empty where nothing is summed.</param>
internal sealed record StagePlan(string Kernel, string Tile, long Bytes, string Proof)
{
    public static StagePlan Plain { get; } = new("", "", 0, "");
}
