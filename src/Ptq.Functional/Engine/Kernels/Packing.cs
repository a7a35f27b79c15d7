using System.Runtime.CompilerServices;

namespace Ptq.Engine.Kernels;

/// <summary>Puts weights into the order in which a <see cref="DotKernel"/> reads them.</summary>
internal static class Packing
{
    /// <summary>[panel][step][lane][depth] from weights that lie anywhere; lanes and steps that are filled up weigh nothing.</summary>
    /// <param name="from">The weights.</param>
    /// <param name="places">[step][depth]: where the weight of the first output lies; −1 where there is none.</param>
    /// <param name="output">From output to output.</param>
    /// <param name="outputs">How many outputs.</param>
    /// <param name="lanes">Outputs a panel.</param>
    /// <param name="depth">Weights a step and lane.</param>
    /// <param name="into">Weights that were packed with the same places, outputs, lanes and depth, to be replaced; none: a new array.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T[] Panels<T>(ReadOnlySpan<T> from, ReadOnlySpan<int> places, int output, int outputs, int lanes, int depth, T[]? into = null) where T : unmanaged
    {
        var panels = (outputs + lanes - 1) / lanes;
        var packed = into ?? new T[checked(panels * places.Length * lanes)];
        for (var panel = 0; panel < panels; panel++)
        {
            var there = Math.Min(lanes, outputs - panel * lanes);
            var origin = panel * lanes * output;
            var to = packed.AsSpan(panel * places.Length * lanes, places.Length * lanes);
            if (depth == 1 && output == 1)
                for (var step = 0; step < places.Length; step++) from.Slice(places[step] + origin, there).CopyTo(to[(step * lanes)..]);
            else
                for (var i = 0; i < places.Length; i++)
                    if (places[i] >= 0)
                        for (var (lane, at, source) = (0, i / depth * lanes * depth + i % depth, places[i] + origin); lane < there; lane++, at += depth, source += output) to[at] = from[source];
        }
        return packed;
    }

    /// <summary>Values for the outputs, filled up to whole panels.</summary>
    public static T[] Lanes<T>(ReadOnlySpan<T> each, int lanes) where T : unmanaged
    {
        var filled = new T[(each.Length + lanes - 1) / lanes * lanes];
        each.CopyTo(filled);
        return filled;
    }
}
