namespace Ptq.Engine;

/// <summary>What becomes of a layer's bias.</summary>
public enum BiasRule
{
    /// <summary>It is added to the accumulator as an INT32 at scale s_x·s_w[c].</summary>
    Kept,

    /// <summary>It is left out: a defect of the thesis that its tables contain.</summary>
    Dropped,
}
