using LanguageExt;
using Ptq.Engine.Kernels;
using Ptq.Engine.Stages;
using Ptq.Errors;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>
/// Counts the right predictions of every combination of candidates for a network's points, as a walk through the tree of their prefixes: depth first over the points in the network's order, a block of images
/// at a time. What a prefix decides is computed once for all combinations that begin with it, and sums once for all candidates of the point behind them. No shape of network is special: a tensor is computed
/// again whenever the last point that decides it moves, and of a chain that is the point before it.
/// </summary>
internal sealed class PrefixTree
{
    private const int Block = 32; // images: sums and codes of all tensors of a small network stay in the second-level cache

    private readonly QuantizedGraph start;
    private readonly Values<Values<AffineParams>> candidates;
    private readonly TreeUnit[] units;
    private readonly TreeUnit[][] at; // units whose sums or codes are decided by a point and those before it
    private readonly Slot[] slots;
    private readonly Slot output;
    private readonly VectorWidth widest;

    private PrefixTree(QuantizedGraph start, Values<Values<AffineParams>> candidates, TreeUnit[] units, Dictionary<string, Slot> slots, VectorWidth widest)
    {
        (this.start, this.candidates, this.units, this.widest) = (start, candidates, units, widest);
        at = [.. Enumerable.Range(0, candidates.Length).Select(level => units.Where(u => u.SumLevel == level || u.Level == level).ToArray())];
        this.slots = [.. slots.Values.OrderBy(slot => slot.Id)];
        output = slots[start.Graph.Output];
    }

    /// <summary>How many combinations there are.</summary>
    public int Leaves => candidates.AsEnumerable().Aggregate(1, (product, some) => product * some.Length);

    /// <summary>Compiles what every combination is made of.</summary>
    /// <param name="start">The network.</param>
    /// <param name="order">Its points, as <see cref="TreeUnits.Order"/> has them.</param>
    /// <param name="candidates">Parameters to choose from for each, at least one, no two of a point equal; their product fits an int.</param>
    /// <param name="widest">The widest vectors to use.</param>
    /// <returns>The tree, or why a combination cannot run on integers.</returns>
    public static Either<PtqError, PrefixTree> Of(QuantizedGraph start, Values<string> order, Values<Values<AffineParams>> candidates, VectorWidth widest = VectorWidth.Bits512)
    {
        var slots = new Dictionary<string, Slot>(StringComparer.Ordinal) { [start.Graph.Input] = new(0, start.Graph.InputShape) };
        return TreeUnits.Of(start, order, candidates, slots, Block, widest).Map(units => new PrefixTree(start, candidates, units, slots, widest));
    }

    /// <summary>The right predictions of every combination, the last point's candidates changing fastest.</summary>
    /// <param name="images">[N, …] of the network's input shape.</param>
    /// <param name="labels">Their classes.</param>
    /// <param name="threads">At most so many threads, from 1; the result does not depend on it.</param>
    /// <param name="progress">Told how many blocks of images of how many are done, from any thread.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public int[] Run(Tensor images, Values<int> labels, int threads, Action<int, int>? progress = null, CancellationToken cancellation = default)
    {
        if (images.Shape.Inner != start.Graph.InputShape) throw new ArgumentException($"The network takes [N, …] of {start.Graph.InputShape}, not {images.Shape}.", nameof(images));
        var (total, blocks, done) = (new int[Leaves], (images.Shape[0] + Block - 1) / Block, 0);
        Parallel.For(0, blocks, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation },
            () => new Walk(this, images, labels, cancellation),
            (block, _, walk) =>
            {
                walk.Go(block * Block, Math.Min(Block, images.Shape[0] - block * Block));
                progress?.Invoke(Interlocked.Increment(ref done), blocks);
                return walk;
            },
            walk =>
            {
                lock (total)
                    for (var i = 0; i < total.Length; i++) total[i] += walk.Right[i]; // whole numbers: any order will do
            });
        return total;
    }

    /// <summary>The walk of one thread.</summary>
    private sealed class Walk
    {
        private readonly PrefixTree tree;
        private readonly Tensor images;
        private readonly Values<int> labels;
        private readonly CancellationToken cancellation;
        private readonly Workspace workspace;
        private readonly int[] choice;
        private readonly Dictionary<TreeUnit, int[]> sums;
        private readonly short[] planes;
        private int first, count, leaf;

        public Walk(PrefixTree tree, Tensor images, Values<int> labels, CancellationToken cancellation)
        {
            (this.tree, this.images, this.labels, this.cancellation) = (tree, images, labels, cancellation);
            var buffers = new Buffers([.. tree.slots.Select(slot => slot.Id)], [.. tree.slots.Select(slot => slot.Size)]); // nothing is shared: a prefix's tensors stay
            workspace = new(buffers, [.. tree.units.SelectMany(u => u.Variants).SelectMany(v => v)], Block, tree.start.Graph.InputShape.Count);
            sums = tree.units.Where(u => u.Sums is not null).ToDictionary(u => u, u => new int[Block * u.Sums!.SumsPerImage], ReferenceEqualityComparer.Instance as IEqualityComparer<TreeUnit>);
            (choice, planes, Right) = (new int[tree.candidates.Length], new short[tree.output.Size], new int[tree.Leaves]);
        }

        /// <summary>The right predictions so far, combination by combination.</summary>
        public int[] Right { get; }

        public void Go(int from, int images)
        {
            (first, count, leaf) = (from, images, 0);
            Visit(0);
        }

        private void Visit(int level)
        {
            var (options, last) = (tree.candidates[level], level == tree.candidates.Length - 1);
            if (!last) cancellation.ThrowIfCancellationRequested();
            for (var i = 0; i < options.Length; i++)
            {
                choice[level] = i;
                if (level == 0) IntegerEngine.Load(tree.start.Rule, options[i], images, first, count, workspace, tree.slots[0], tree.widest); // the input's point is the first
                foreach (var unit in tree.at[level]) Run(unit, level);
                if (last) Right[leaf++] += Hits();
                else Visit(level + 1);
            }
        }

        private void Run(TreeUnit unit, int level)
        {
            var variant = 0;
            foreach (var point in unit.Local) variant = variant * tree.candidates[point].Length + (point <= level ? choice[point] : 0); // sums are the same for all candidates of later points
            var stages = unit.Variants[variant];
            if (stages[0] is ISummingStage dot) dot.Run(workspace, count, sums[unit].AsSpan(0, count * dot.SumsPerImage), unit.SumLevel < level ? SumWork.Requantize : unit.Level > level ? SumWork.Sum : SumWork.All);
            else stages[0].Run(workspace, count);
            if (unit.Level > level) return;
            for (var i = 1; i < stages.Length; i++) stages[i].Run(workspace, count);
        }

        private int Hits()
        {
            var hits = 0;
            for (var i = 0; i < count; i++)
            {
                ReadOnlySpan<short> codes = workspace.Image(tree.output, i);
                if (tree.output.Shape.Rank == 3)
                {
                    ChannelOrder.ToFirst(codes, tree.output.Shape, planes);
                    codes = planes;
                }
                var best = 0;
                for (var c = 1; c < codes.Length; c++)
                    if (codes[c] > codes[best]) best = c;
                if (best == labels[first + i]) hits++;
            }
            return hits;
        }
    }
}
