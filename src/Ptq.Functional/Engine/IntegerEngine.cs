using System.Collections.Concurrent;
using Ptq.Engine.Kernels;
using Ptq.Engine.Stages;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>
/// Runs a quantized network on integers, compiled for this machine: weights packed, layouts chosen. Its codes equal the
/// reference's on every vector width and with any number of threads.
/// </summary>
public sealed class IntegerEngine
{
    private const int MostImages = 24, LeastImages = 4, Tile = 6; // images that pass through the stages together; whole tiles of a linear layer, where there are so many
    private const int Cached = 5 << 17; // bytes of a layer's codes: about what stays in the second-level cache from stage to stage

    private readonly QuantizedGraph source;
    private readonly VectorWidth widest;
    private readonly ByName<Slot> slots;
    private readonly QOp[] operations;
    private readonly Stage[] stages; // of every operation
    private readonly Stage[] needed; // of those that the output depends on
    private readonly HashSet<string> pooled = new(StringComparer.Ordinal); // outputs of pools that are one pass with the convolution before them
    private readonly int block; // images that pass through the stages together
    private readonly ConcurrentBag<Workspace> idle = []; // from run to run, as many as threads ran at once

    private IntegerEngine(QuantizedGraph source, VectorWidth widest, ByName<Slot> slots, QOp[] operations, Stage[] stages, int block)
    {
        (this.source, this.widest, this.slots, this.operations, this.stages, this.block) = (source, widest, slots, operations, stages, block);
        Needed = DependedOn(operations, source.Graph.Output);
        needed = Fused(Needed, source.Graph.Output);
    }

    /// <summary>Compiles a network.</summary>
    /// <param name="graph">The quantized network.</param>
    /// <param name="widest">The widest vectors to use; the machine's own limit holds in any case.</param>
    public static IntegerEngine Compile(QuantizedGraph graph, VectorWidth widest = VectorWidth.Bits512) => Compile(graph, widest, ConvolutionAlgorithm.Auto);

    /// <summary>Compiles a network.</summary>
    /// <param name="graph">The quantized network.</param>
    /// <param name="widest">The widest vectors to use.</param>
    /// <param name="algorithm">How sums are made, in every layer that it is proved exact for.</param>
    internal static IntegerEngine Compile(QuantizedGraph graph, VectorWidth widest, ConvolutionAlgorithm algorithm)
    {
        QOp[] operations = [.. BeforeFlattening(graph.Operations)];
        var slots = ByName<Slot>.Of(operations.Select((op, i) => (op.Output, new Slot(i + 1, op.OutputShape)))
            .Prepend((graph.Graph.Input, new Slot(0, graph.Graph.InputShape))));
        var most = operations.Select(op => (op.InputShape.Count + (long)op.OutputShape.Count) * sizeof(short)).Append(1).Max();
        var images = (int)Math.Clamp(Cached / most, LeastImages, MostImages);
        var block = images < Tile ? images : images / Tile * Tile;
        return new(graph, widest, slots, operations, [.. operations.Select(op => StageOf(op, slots, widest, block, algorithm))], block);
    }

    /// <summary>The operations, each reading what its stage reads: a linear layer whose input was flattened reads the image, whose channels need not be brought first then.</summary>
    internal ReadOnlySpan<QOp> Operations => operations;

    /// <summary>The operations that the output depends on, by their numbers, in order.</summary>
    private int[] Needed { get; }

    /// <summary>The stages of some operations; a convolution and the max pool that alone reads it are one where they can.</summary>
    private Stage[] Fused(int[] numbers, string output)
    {
        var readers = numbers.SelectMany(i => operations[i].Inputs.AsEnumerable()).Append(output).ToLookup(name => name, StringComparer.Ordinal);
        var (run, alone) = (new List<Stage>(), new Dictionary<string, DotStage>(StringComparer.Ordinal)); // convolutions with one reader
        foreach (var i in numbers)
        {
            if (operations[i] is QOp.MaxPool pool && alone.TryGetValue(pool.Input, out var dot) && dot.With(pool, slots[pool.Output]) is { } both)
            {
                run.Remove(dot);
                run.Add(both);
                pooled.Add(pool.Output);
            }
            else run.Add(stages[i]);
            if (stages[i] is DotStage sums && readers[operations[i].Output].Count() == 1) alone.Add(operations[i].Output, sums);
        }
        return [.. run];
    }

    private static IEnumerable<QOp> BeforeFlattening(Values<QOp> operations)
    {
        var flattened = operations.AsEnumerable().OfType<QOp.Flatten>().Where(f => f.InputShape.Rank == 3).ToDictionary(f => f.Output, StringComparer.Ordinal);
        return operations.AsEnumerable().Select(op => op is QOp.Dot linear && flattened.TryGetValue(linear.Input, out var flatten) ? linear.Over(flatten) : op);
    }

    private static int[] DependedOn(QOp[] operations, string output)
    {
        var (wanted, found) = (new HashSet<string>(StringComparer.Ordinal) { output }, new Stack<int>());
        for (var i = operations.Length - 1; i >= 0; i--)
            if (wanted.Contains(operations[i].Output))
            {
                wanted.UnionWith(operations[i].Inputs.AsEnumerable());
                found.Push(i);
            }
        return [.. found];
    }

    /// <summary>How every operation that the output depends on will run, in order.</summary>
    public Values<PlanStep> Steps => Values.From(Needed.Select(i => PlanStep.Of(operations[i], pooled.Contains(operations[i].Output) ? StagePlan.Plain with { Kernel = "in the convolution's pass" } : stages[i].Plan)));

    /// <summary>The plan as a table: tensor, operation, shape, kernel, tile, multiply-accumulates, bytes and proof of every operation; and what a thread needs to run it.</summary>
    public string Describe()
    {
        IReadOnlyList<string>[] rows = [PlanStep.Headings, .. Steps.AsEnumerable().Select(step => step.Columns)];
        int[] widths = [.. Enumerable.Range(0, PlanStep.Headings.Count).Select(column => rows.Max(row => row[column].Length))];
        var lines = rows.Select(row => string.Join("  ", row.Select((text, column) => text.PadRight(widths[column]))).TrimEnd());
        return string.Join('\n', lines.Append(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{WorkspaceBytes:n0} bytes of buffers a thread, for {block} images at a time")));
    }

    /// <summary>The buffers of one thread: codes, padded inputs and sums of a block of images.</summary>
    public long WorkspaceBytes => Space(needed, [source.Graph.Output]).Bytes;

    /// <summary>The codes of the output for a batch of images.</summary>
    /// <param name="images">[N, …] of the graph's input shape.</param>
    /// <param name="threads">At most so many threads, from 1; the result does not depend on it.</param>
    public QTensor Run(Tensor images, int threads = 1) => Execute(images, threads, needed, [source.Graph.Output], () => idle.TryTake(out var workspace) ? workspace : Space(needed, [source.Graph.Output]), idle.Add)[source.Graph.Output];

    /// <summary>The codes of every tensor of the graph that has some, for a batch of images.</summary>
    /// <param name="images">[N, …] of the graph's input shape.</param>
    /// <param name="threads">At most so many threads, from 1; the result does not depend on it.</param>
    public ByName<QTensor> Trace(Tensor images, int threads = 1)
    {
        string[] wanted = [.. slots.Names.AsEnumerable().Where(source.Graph.Shapes.Has)];
        return Execute(images, threads, stages, wanted, () => Space(stages, wanted), static _ => { });
    }

    private Workspace Space(IReadOnlyList<Stage> run, string[] kept) => new(
        Buffers.Plan([.. slots.Items.AsEnumerable()], [.. operations.Select(op => Read(op).Select(name => slots[name].Id).ToArray())], kept.Select(name => slots[name].Id)), run, block, source.Graph.InputShape.Count);

    // A max pool may read what the convolution before it reads.
    private IEnumerable<string> Read(QOp op) => op is QOp.MaxPool ? op.Inputs.AsEnumerable().Concat(operations.Where(before => before.Output == op.Input).SelectMany(before => before.Inputs.AsEnumerable())) : op.Inputs.AsEnumerable();

    private ByName<QTensor> Execute(Tensor images, int threads, Stage[] run, string[] wanted, Func<Workspace> take, Action<Workspace> leave)
    {
        var results = wanted.Select(name => (Name: name, Slot: slots[name], Codes: GC.AllocateUninitializedArray<int>(slots[name].Shape.Batch(images.Shape[0]).Count))).ToArray();
        EachBlock(images, threads, take, leave, (workspace, first, size) =>
        {
            Load(images, first, size, workspace);
            foreach (var stage in run) stage.Run(workspace, size);
            foreach (var (_, slot, codes) in results) Unload(workspace, slot, first, size, codes);
        });
        return ByName<QTensor>.Of(results.Select(r => (r.Name, QTensor.Of(r.Slot.Shape.Batch(images.Shape[0]), Values.Freeze(r.Codes)))));
    }

    /// <summary>Every tensor that has codes, in the order of the operations, the input first.</summary>
    internal Values<Slot> Slots => slots.Items;

    /// <summary>What writes a tensor; nothing the input.</summary>
    internal Stage? Writer(Slot slot) => slot.Id == 0 ? null : stages[slot.Id - 1];

    /// <summary>Does something to every block of images, or of those from one to before another (the first one's number, how many), every thread with a workspace that these stages can use and that has room for every tensor.</summary>
    /// <exception cref="ArgumentException">The images are not the network's.</exception>
    internal void EachBlock(Tensor images, int threads, IReadOnlyList<Stage> run, Action<Workspace, int, int> body, int from = 0, int to = int.MaxValue) =>
        EachBlock(images, threads, () => Space(run, [.. slots.Names.AsEnumerable()]), static _ => { }, body, from, to);

    private void EachBlock(Tensor images, int threads, Func<Workspace> take, Action<Workspace> leave, Action<Workspace, int, int> body, int from = 0, int to = int.MaxValue)
    {
        if (images.Shape.Rank == 0 || images.Shape.Inner != source.Graph.InputShape) throw new ArgumentException($"The network takes [N, …] of {source.Graph.InputShape}, not {images.Shape}.", nameof(images));
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var end = Math.Min(to, images.Shape[0]);
        var blocks = (end - from + block - 1) / block;
        void One(int number, Workspace workspace) => body(workspace, from + number * block, Math.Min(block, end - from - number * block));
        if (threads == 1 || blocks <= 1)
        {
            if (blocks < 1) return;
            var workspace = take();
            for (var number = 0; number < blocks; number++) One(number, workspace);
            leave(workspace);
            return;
        }
        Parallel.For(0, blocks, new ParallelOptions { MaxDegreeOfParallelism = threads }, take, (number, _, workspace) =>
        {
            One(number, workspace);
            return workspace;
        }, leave);
    }

    internal void Load(Tensor images, int first, int size, Workspace workspace) => Load(source.Rule, source.Points[source.Graph.Input], images, first, size, workspace, slots[source.Graph.Input], widest);

    /// <summary>The codes of a block of images into their slot.</summary>
    internal static void Load(AffineRule rule, AffineParams codes, Tensor images, int first, int size, Workspace workspace, Slot slot, VectorWidth widest)
    {
        for (var i = 0; i < size; i++)
        {
            QuantizeKernel.Run(rule, codes, images.Data.Span.Slice((first + i) * slot.Size, slot.Size), workspace.Planes, widest);
            ChannelOrder.ToLast(workspace.Planes, slot.Shape, workspace.Image(slot, i));
        }
    }

    /// <summary>The codes of a block of images into those of all, in C order.</summary>
    internal static void Unload(Workspace workspace, Slot slot, int first, int images, int[] all)
    {
        for (var image = 0; image < images; image++) ChannelOrder.ToFirst(workspace.Image(slot, image), slot.Shape, all.AsSpan((first + image) * slot.Size, slot.Size));
    }

    internal static Stage StageOf(QOp op, ByName<Slot> slots, VectorWidth widest, int block, ConvolutionAlgorithm algorithm = ConvolutionAlgorithm.Auto) => op switch
    {
        QOp.Dot d => new DotStage(d, slots[d.Input], slots[d.Output], block, widest, algorithm),
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
