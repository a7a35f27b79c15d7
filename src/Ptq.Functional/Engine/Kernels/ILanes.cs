namespace Ptq.Engine.Kernels;

/// <summary>
/// One vector of accumulators, each for an output of its own: what a dot-product kernel needs of an instruction set. The
/// reduction runs inside a lane, step by step in index order, never across lanes.
/// </summary>
/// <typeparam name="TIn">The element type of inputs and weights.</typeparam>
/// <typeparam name="TOut">The element type of sums.</typeparam>
/// <typeparam name="TWeights">The weights of one step for all lanes.</typeparam>
/// <typeparam name="TSums">The accumulators.</typeparam>
internal interface ILanes<TIn, TOut, TWeights, TSums>
{
    /// <summary>How many outputs.</summary>
    static abstract int Count { get; }

    /// <summary>How many neighbouring inputs one step takes, and weights a lane.</summary>
    static abstract int Depth { get; }

    /// <summary>Whether this machine, as configured, can run it.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>Count · Depth weights, lane by lane.</summary>
    static abstract TWeights LoadWeights(ref TIn from);

    /// <summary>Count accumulators.</summary>
    static abstract TSums LoadSums(ref TOut from);

    /// <summary>Every lane adds the product of its weights and the Depth inputs at <paramref name="x"/>.</summary>
    static abstract TSums Add(TSums sums, TWeights weights, ref TIn x);

    /// <summary>Writes Count accumulators.</summary>
    static abstract void Store(TSums sums, ref TOut to);
}
