using System.Collections.Immutable;
using Ptq.Engine.Kernels;
using Ptq.Engine.Stages;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>
/// Runs quantized networks over the same images and keeps codes and INT32 sums for the next one: an immutable value. A tensor is known by its operation and by the identities
/// of what that reads, so by every scale, zero point, weight and bias before it; its sums by the same without the requantizer. What changes with every network is not
/// stored: room is made for a tensor from the second of two runs in a row on that agreed on it.
/// </summary>
internal sealed class KeptRuns
{
    private readonly Setting setting;
    private readonly ImmutableArray<(Origin Origin, int Id)> last; // of the last run
    private readonly ImmutableHashSet<(string, bool)> steady; // the codes and sums on which two runs in a row agreed
    private readonly ImmutableArray<Kept> kept; // of the last run first
    private readonly int free; // the next identity

    private KeptRuns(Setting setting, ImmutableArray<(Origin, int)> last, ImmutableHashSet<(string, bool)> steady, ImmutableArray<Kept> kept, int free, int computed) =>
        (this.setting, this.last, this.steady, this.kept, this.free, Computed) = (setting, last, steady, kept, free, computed);

    private sealed record Setting(Tensor Images, int Threads, long Memory, VectorWidth Widest);

    /// <summary>Nothing kept yet.</summary>
    /// <param name="images">[N, …] of every network's input shape.</param>
    /// <param name="threads">At most so many threads, from 1; no code depends on it.</param>
    /// <param name="memory">At most so many bytes are kept, from 0.</param>
    /// <param name="widest">The widest vectors to use.</param>
    public static KeptRuns Of(Tensor images, int threads, long memory, VectorWidth widest)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(memory);
        return new(new(images, threads, memory, widest), [], [], [], 0, 0);
    }

    /// <summary>Bytes of codes and sums kept.</summary>
    public long Bytes => kept.Sum(k => k.Bytes);

    /// <summary>How many operations the last run computed from their inputs.</summary>
    public int Computed { get; }

    /// <summary>The codes of the output, those of <see cref="IntegerEngine.Run"/>, and what the next run begins with.</summary>
    /// <param name="graph">A network that takes the images.</param>
    public (QTensor Output, KeptRuns Next) Run(QuantizedGraph graph)
    {
        var engine = IntegerEngine.Compile(graph, setting.Widest);
        var (known, next) = Identified(graph, engine);
        var repeated = steady.Union(last.Select(l => l.Origin).Intersect(known.SelectMany(Origins)).Select(o => (o.Tensor, o.Sums)));
        var makings = WithRoom(Needed(known, graph.Graph.Output), repeated);

        var output = makings.Single(m => m.Origin.Tensor == graph.Graph.Output).Slot;
        var shape = output.Shape.Batch(setting.Images.Shape[0]);
        var codes = new int[shape.Count];
        Stage[] stages = [.. makings.Select(m => m.Writer).OfType<Stage>()];
        engine.EachBlock(setting.Images, setting.Threads, stages, (workspace, first, count) =>
        {
            foreach (var making in makings) making.Run(engine, setting.Images, workspace, first, count);
            IntegerEngine.Unload(workspace, output, first, count, codes);
        });
        return (QTensor.Of(shape, Values.Freeze(codes)), new(setting, [.. makings.SelectMany(m => Origins(m).Select(origin => (origin, m.Id)))],
            repeated, Within(makings), next, makings.Count(m => m is { Source: Source.Inputs, Writer: not null })));
    }

    private static IEnumerable<Origin> Origins(Making making) => making.Origin.BeforeRequantization is { } sums ? [making.Origin, sums] : [making.Origin];

    /// <summary>Every tensor of a network with its identity, and what of it is kept.</summary>
    private (Making[] Makings, int Free) Identified(QuantizedGraph graph, IntegerEngine engine)
    {
        var (ids, next) = (new Dictionary<string, int>(StringComparer.Ordinal), free);
        Kept? Find(Origin? origin) => origin is null ? null : kept.FirstOrDefault(k => k.Origin == origin);
        Making Identify((Slot Slot, Stage? Writer, QOp? Operation, QOp.MaxPool? Pool) made)
        {
            var (slot, writer, operation, pool) = made;
            var name = pool?.Output ?? operation?.Output ?? graph.Graph.Input;
            var origin = new Origin(name, false, operation is null ? [] : operation.Inputs.Map(input => ids[input]), graph.Rule, operation is null ? graph.Points[name] : null, operation, pool);
            var codes = Find(origin);
            var id = codes?.Id ?? (last.FirstOrDefault(l => l.Origin == origin) is { Origin: not null } before ? before.Id : next++);
            ids.Add(name, id);
            return new(slot, writer, id, origin, codes, Find(origin.BeforeRequantization));
        }
        return ([.. Made(graph, engine).Select(Identify)], next);
    }

    /// <summary>The input and the operations; a convolution that only a max pool reads is one with that.</summary>
    private IEnumerable<(Slot, Stage?, QOp?, QOp.MaxPool?)> Made(QuantizedGraph graph, IntegerEngine engine)
    {
        var (slots, operations) = (engine.Slots, engine.Operations.ToArray());
        yield return (slots[0], null, null, null);
        var readers = operations.SelectMany(op => op.Inputs.AsEnumerable()).Append(graph.Graph.Output).ToLookup(name => name, StringComparer.Ordinal);
        var pooled = new Dictionary<string, (QOp.Dot Dot, DotStage Stage)>(StringComparer.Ordinal);
        var pools = operations.OfType<QOp.MaxPool>().Select(p => p.Input).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < operations.Length; i++)
        {
            var (operation, writer) = (operations[i], engine.Writer(slots[i + 1]));
            if (operation is QOp.Dot dot && writer is DotStage { ByImage: true } sums && pools.Contains(dot.Output) && readers[dot.Output].Count() == 1) pooled.Add(dot.Output, (dot, sums));
            else if (operation is QOp.MaxPool pool && pooled.TryGetValue(pool.Input, out var before)) yield return (slots[i + 1], new PooledDotStage(before.Stage, before.Dot, pool, slots[i + 1], setting.Widest), before.Dot, pool);
            else yield return (slots[i + 1], writer, operation, null);
        }
    }

    /// <summary>Where the codes come from, from the output back: what is kept needs no inputs.</summary>
    private static Making[] Needed(Making[] makings, string output)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal) { output };
        var sourced = new Making[makings.Length];
        for (var i = makings.Length - 1; i >= 0; i--)
        {
            var making = makings[i];
            var source = !needed.Contains(making.Origin.Tensor) ? Source.Unneeded : making.Codes is not null ? Source.Codes : making.Sums is not null ? Source.Sums : Source.Inputs;
            if (source is Source.Inputs && making.Origin.Operation is { } operation) needed.UnionWith(operation.Inputs.AsEnumerable());
            sourced[i] = making with { Source = source };
        }
        return sourced;
    }

    /// <summary>Room for what is computed anew, as far as the memory goes beside what this run reads, in the order of the operations.</summary>
    private Making[] WithRoom(Making[] makings, ImmutableHashSet<(string, bool)> repeated)
    {
        var left = setting.Memory - makings.Sum(m => m.Source switch { Source.Codes => m.Codes!.Bytes, Source.Sums => m.Sums!.Bytes, _ => 0 });
        int Room(Origin origin, long size, int width)
        {
            var length = size * setting.Images.Shape[0];
            if (!repeated.Contains((origin.Tensor, origin.Sums)) || length > Array.MaxLength || length * width > left) return 0;
            left -= length * width;
            return (int)length;
        }
        return [.. makings.Select(making =>
        {
            var sums = making is { Source: Source.Inputs, Writer: ISummingStage dot, Origin.BeforeRequantization: { } before } && Room(before, dot.SumsPerImage, sizeof(int)) is > 0 and var all
                ? new Kept(before, making.Id, [], GC.AllocateUninitializedArray<int>(all)) : null;
            var codes = making.Source is Source.Inputs or Source.Sums && Room(making.Origin, making.Slot.Size, sizeof(short)) is > 0 and var length
                ? new Kept(making.Origin, making.Id, GC.AllocateUninitializedArray<short>(length), []) : null;
            return making with { SumsToKeep = sums, CodesToKeep = codes };
        })];
    }

    /// <summary>What this run read and stored, then what it found, then what was kept before, as far as the memory goes.</summary>
    private ImmutableArray<Kept> Within(Making[] makings)
    {
        var now = makings.SelectMany(m => new[] { m.Source is Source.Sums ? m.Sums : m.SumsToKeep, m.Source is Source.Codes ? m.Codes : m.CodesToKeep });
        var found = makings.SelectMany(m => new[] { m.Codes, m.Sums }); // whoever loses the codes of a tensor that is not read loses the identity that others refer to
        var left = setting.Memory;
        return [.. now.Concat(found).OfType<Kept>().Concat(kept).Distinct<Kept>(ReferenceEqualityComparer.Instance).Where(k => (left -= k.Bytes) >= 0)];
    }
}
