namespace Ptq.Engine.Stages;

/// <summary>One operation of a compiled network, over a block of images whose codes lie in a workspace, channels last.</summary>
internal abstract class Stage
{
    /// <summary>Writes the output's codes of the first <paramref name="images"/> images of the block.</summary>
    public abstract void Run(Workspace workspace, int images);

    /// <summary>The buffers that the stage needs for itself: padded inputs and sums.</summary>
    public virtual (int Padded, int Sums) Scratch => (0, 0);
}
