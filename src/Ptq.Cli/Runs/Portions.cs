using LanguageExt;
using Ptq.Data;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Cli.Runs;

/// <summary>How many samples run at once, and the samples in such portions. It depends on network and data alone, never on the number of threads.</summary>
internal static class Portions
{
    private const int Most = 32;

    /// <summary>The elements of the tensors that are in memory together: 64 MiB of float32, more only where one sample needs it.</summary>
    private const long Room = 1 << 24;

    /// <summary>The samples in portions that the network can take and that leave memory modest.</summary>
    /// <param name="model">The network.</param>
    /// <param name="samples">The data.</param>
    /// <param name="remainder">What becomes of a last incomplete portion.</param>
    /// <param name="keeps">Whether all tensors of a portion will be in memory together.</param>
    public static Either<PtqError, IReadOnlyList<SampleRange>> Of(ModelFile model, Samples samples, Remainder remainder, bool keeps = false)
    {
        if (samples.FixedLength.IsSome)
            return samples.Ranges(1, remainder) is { Count: > 0 } fixedRanges ? LanguageExt.Prelude.Right<PtqError, IReadOnlyList<SampleRange>>(fixedRanges)
                : new PtqError.BadFile(model.Path, "samples", $"{samples.Count}", $"at least {samples.FixedLength.IfNone(1)}, which the network takes at once");
        return from engine in NetworkEngine.Prepare(model.Network, samples.ShapesOf(new(0, 1, 1))).MapLeft(model.At)
               let wanted = (int)Math.Clamp(Room / Math.Max(1, Elements(model.Network, engine, keeps)), 1, Most)
               let most = wanted > 1 && TakesSeveral(model.Network, samples.ShapesOf(new(0, Math.Min(wanted, samples.Count), Math.Min(wanted, samples.Count))), Math.Min(wanted, samples.Count)) ? wanted : 1
               select samples.Ranges(most, remainder);
    }

    // Without keeping, a few tensors are alive at a time: four of the largest, say.
    private static long Elements(Network network, NetworkEngine engine, bool keeps)
    {
        var sizes = network.Operations.AsEnumerable().SelectMany(o => o.Outputs.AsEnumerable()).Where(o => o.Length > 0).Select(o => engine.Types.TryGetValue(o, out var type) ? (long)type.Shape.Count : 0).DefaultIfEmpty(0);
        return keeps ? sizes.Sum() : 4 * sizes.Max();
    }

    // A first axis can be free and still no batch: a Reshape further on may want one sample.
    private static bool TakesSeveral(Network network, ByName<Shape> shapes, int count) => NetworkEngine.Prepare(network, shapes).Match(
        Right: engine => network.Outputs.AsEnumerable().All(o => engine.Types[o.Name].Shape is { Rank: > 0 } shape && shape[0] == count),
        Left: _ => false);
}
