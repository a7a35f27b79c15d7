using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Engine.Kernels;

/// <summary>What becomes of a tile's sums, while they are in registers.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
/// <typeparam name="TSums">A vector of sums, an output each.</typeparam>
/// <typeparam name="TTo">The element type of what is written.</typeparam>
internal interface IFinish<TSelf, TSums, TTo>
{
    /// <summary>For the panels that begin with an output.</summary>
    TSelf For(int output);

    /// <summary>Writes the outputs of two neighbouring panels.</summary>
    void Store(TSums first, TSums second, ref TTo to);

    /// <summary>Writes the outputs of a panel.</summary>
    void Store(TSums sums, ref TTo to);
}

/// <summary>The sums as they are.</summary>
internal readonly struct SumFinish<TLanes, TIn, TOut, TWeights, TSums> : IFinish<SumFinish<TLanes, TIn, TOut, TWeights, TSums>, TSums, TOut> where TLanes : ILanes<TIn, TOut, TWeights, TSums>
{
    [MethodImpl(AggressiveInlining)]
    public SumFinish<TLanes, TIn, TOut, TWeights, TSums> For(int output) => this;

    [MethodImpl(AggressiveInlining)]
    public void Store(TSums first, TSums second, ref TOut to)
    {
        TLanes.Store(first, ref to);
        TLanes.Store(second, ref Unsafe.Add(ref to, TLanes.Count));
    }

    [MethodImpl(AggressiveInlining)]
    public void Store(TSums sums, ref TOut to) => TLanes.Store(sums, ref to);
}
