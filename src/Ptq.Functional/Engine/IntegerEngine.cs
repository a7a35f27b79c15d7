using System.Collections.Concurrent;
using Ptq.Engine.Kernels;
using Ptq.Engine.Stages;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>
/// Runs a quantized network on integers, compiled for this machine: weights packed, layouts chosen. Its codes equal the
/// reference's on every vector width and with any number of threads.
/// </summary>
public sealed class IntegerEngine
{
    private const int Block = 16; // images that pass through the stages together

    private readonly QuantizedGraph source;
    private readonly VectorWidth widest;
    private readonly ByName<Slot> slots;
    private readonly Stage[] stages;
    private readonly ConcurrentBag<Workspace> idle = []; // from run to run, as many as threads ran at once

    private IntegerEngine(QuantizedGraph source, VectorWidth widest, ByName<Slot> slots, Stage[] stages) =>
        (this.source, this.widest, this.slots, this.stages) = (source, widest, slots, stages);

    /// <summary>Compiles a network.</summary>
    /// <param name="graph">The quantized network.</param>
    /// <param name="widest">The widest vectors to use; the machine's own limit holds in any case.</param>
    public static IntegerEngine Compile(QuantizedGraph graph, VectorWidth widest = VectorWidth.Bits512)
    {
        var slots = ByName<Slot>.Of(graph.Operations.AsEnumerable().Select((op, i) => (op.Output, new Slot(i + 1, op.OutputShape)))
            .Prepend((graph.Graph.Input, new Slot(0, graph.Graph.InputShape))));
        return new(graph, widest, slots, [.. graph.Operations.AsEnumerable().Select(op => StageOf(op, slots, widest))]);
    }

    /// <summary>The codes of the output for a batch of images.</summary>
    /// <param name="images">[N, …] of the graph's input shape.</param>
    /// <param name="threads">At most so many threads, from 1; the result does not depend on it.</param>
    public QTensor Run(Tensor images, int threads = 1) => Execute(images, threads, [source.Graph.Output], () => idle.TryTake(out var workspace) ? workspace : Space([source.Graph.Output]), idle.Add)[source.Graph.Output];

    /// <summary>The codes of every tensor of the graph that has some, for a batch of images.</summary>
    /// <param name="images">[N, …] of the graph's input shape.</param>
    /// <param name="threads">At most so many threads, from 1; the result does not depend on it.</param>
    public ByName<QTensor> Trace(Tensor images, int threads = 1)
    {
        string[] wanted = [.. slots.Names.AsEnumerable().Where(source.Graph.Shapes.Has)];
        return Execute(images, threads, wanted, () => Space(wanted), static _ => { });
    }

    private Workspace Space(string[] kept) => new(
        Buffers.Plan([.. slots.Items.AsEnumerable()], [.. source.Operations.AsEnumerable().Select(op => op.Inputs.AsEnumerable().Select(name => slots[name].Id).ToArray())], kept.Select(name => slots[name].Id)), stages, Block, source.Graph.InputShape.Count);

    private ByName<QTensor> Execute(Tensor images, int threads, string[] wanted, Func<Workspace> take, Action<Workspace> leave)
    {
        if (images.Shape.Rank == 0 || images.Shape.Inner != source.Graph.InputShape) throw new ArgumentException($"The network takes [N, …] of {source.Graph.InputShape}, not {images.Shape}.", nameof(images));
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var count = images.Shape[0];
        var results = wanted.Select(name => (Name: name, Slot: slots[name], Codes: new int[slots[name].Shape.Batch(count).Count])).ToArray();
        Parallel.For(0, (count + Block - 1) / Block, new ParallelOptions { MaxDegreeOfParallelism = threads },
            take,
            (block, _, workspace) =>
            {
                var first = block * Block;
                var size = Math.Min(Block, count - first);
                Load(images, first, size, workspace);
                foreach (var stage in stages) stage.Run(workspace, size);
                foreach (var (_, slot, codes) in results)
                    for (var i = 0; i < size; i++) Unload(workspace.Image(slot, i), slot.Shape, codes.AsSpan((first + i) * slot.Size, slot.Size));
                return workspace;
            },
            leave);
        return ByName<QTensor>.Of(results.Select(r => (r.Name, QTensor.Of(r.Slot.Shape.Batch(count), Values.Freeze(r.Codes)))));
    }

    private void Load(Tensor images, int first, int size, Workspace workspace)
    {
        var slot = slots[source.Graph.Input];
        for (var i = 0; i < size; i++)
        {
            QuantizeKernel.Run(source.Rule, source.Points[source.Graph.Input], images.Data.Span.Slice((first + i) * slot.Size, slot.Size), workspace.Planes, widest);
            ChannelOrder.ToLast(workspace.Planes, slot.Shape, workspace.Image(slot, i));
        }
    }

    private static void Unload(ReadOnlySpan<short> codes, Shape shape, Span<int> to)
    {
        var first = new short[codes.Length];
        ChannelOrder.ToFirst(codes, shape, first);
        for (var i = 0; i < first.Length; i++) to[i] = first[i];
    }

    private static Stage StageOf(QOp op, ByName<Slot> slots, VectorWidth widest) => op switch
    {
        QOp.Dot d => new DotStage(d, slots[d.Input], slots[d.Output], Block, widest),
        QOp.MaxPool p => new MaxPoolStage(p, slots[p.Input], slots[p.Output]),
        QOp.AveragePool { Mean: { } mean } p => new RealAveragePoolStage(p, mean, slots[p.Input], slots[p.Output]),
        QOp.AveragePool p => new AveragePoolStage(p, slots[p.Input], slots[p.Output]),
        QOp.Table t => new TableStage(t, slots[t.Input], slots[t.Output]),
        QOp.Add a => new AddStage(a, slots[a.A], slots[a.B], slots[a.Output], widest),
        QOp.Flatten f => new FlattenStage(slots[f.Input], slots[f.Output]),
        QOp.Softmax s => new SoftmaxStage(s, slots[s.Input], slots[s.Output]),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
