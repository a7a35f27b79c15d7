namespace Ptq.Engine.Stages;

/// <summary>A convolution and the max pool behind it in one pass over windows of four positions: their sums never leave the registers, and of four one is requantized.</summary>
internal sealed class WindowStage(DotStage dot, Slot output, int[] at) : Stage
{
    public override (int Padded, int Sums) Scratch => dot.Scratch;

    public override void Run(Workspace workspace, int images) => dot.Pool(workspace, images, at, output);
}
