using LanguageExt;
using Ptq.Engine.Kernels;
using Ptq.Engine.Stages;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;

namespace Ptq.Engine;

/// <summary>
/// Operations that a <see cref="PrefixTree"/> runs together: one, with the table behind it; a convolution with the max pool that alone reads it. It is compiled for every combination of the candidates
/// that it depends on directly: those of the points that its inputs' codes have, and of its own.
/// </summary>
/// <param name="Output">The tensor that it writes.</param>
/// <param name="SumLevel">The last point, in the order of the tree, that decides its sums; of a unit without sums the same as <paramref name="Level"/>.</param>
/// <param name="Level">The last point that decides its codes.</param>
/// <param name="Local">The points that it depends on directly.</param>
/// <param name="Variants">Its stages, by the candidates of the local points, the last one's changing fastest.</param>
internal sealed record TreeUnit(string Output, int SumLevel, int Level, int[] Local, Stage[][] Variants)
{
    /// <summary>The stage that makes sums, where the unit keeps them.</summary>
    public ISummingStage? Sums => Variants[0][0] as ISummingStage;
}

/// <summary>The operations of a unit in one variant of a network.</summary>
internal readonly record struct UnitOps(QOp[] Ops)
{
    public string Output => Ops[^1].Output;

    public Values<string> Inputs => Ops[0].Inputs;

    /// <summary>The units that the output depends on, in order; the same ones in every variant, for they depend on which points there are alone.</summary>
    public static UnitOps[] Of(QuantizedGraph graph)
    {
        bool Named(QOp op) => graph.Graph.Shapes.Has(op.Output);
        var (units, pending) = (new List<UnitOps>(), new List<QOp>());
        var flattened = graph.Operations.AsEnumerable().OfType<QOp.Flatten>().Where(f => f.InputShape.Rank == 3 && Named(f) && !graph.Points.Has(f.Output)).ToDictionary(f => f.Output, StringComparer.Ordinal);
        foreach (var op in graph.Operations)
        {
            pending.Add(op is QOp.Dot linear && flattened.TryGetValue(linear.Input, out var flatten) ? linear.Over(flatten) : op);
            if (!Named(op)) continue; // the table behind it has the name
            units.Add(new([.. pending]));
            pending.Clear();
        }
        return Needed(Pooled(Needed(units, graph.Graph.Output), graph.Graph.Output), graph.Graph.Output);
    }

    private static UnitOps[] Needed(IReadOnlyList<UnitOps> units, string output)
    {
        var (wanted, found) = (new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal) { output }, new Stack<UnitOps>());
        foreach (var unit in units.Reverse())
            if (wanted.Contains(unit.Output))
            {
                wanted.UnionWith(unit.Inputs.AsEnumerable());
                found.Push(unit);
            }
        return [.. found];
    }

    private static UnitOps[] Pooled(UnitOps[] units, string output)
    {
        var readers = units.SelectMany(u => u.Inputs.AsEnumerable()).Append(output).ToLookup(name => name, StringComparer.Ordinal);
        return [.. units.Select(u => u.Ops[0] is QOp.MaxPool pool && units.FirstOrDefault(c => c.Output == pool.Input) is { Ops: [QOp.Dot dot] } && DotStage.SumsByImage(dot) && readers[pool.Input].Count() == 1 ? new UnitOps([dot, .. u.Ops]) : u)];
    }
}

/// <summary>Makes the units of a network and its candidates.</summary>
internal static class TreeUnits
{
    /// <summary>The most combinations that a unit may be compiled for.</summary>
    public const int MostVariants = 1 << 16;

    /// <summary>The names of a network's points in the order in which it reaches them.</summary>
    public static Values<string> Order(QuantizedGraph graph) => Values.From(graph.Operations.AsEnumerable().Select(op => op.Output).Prepend(graph.Graph.Input).Where(graph.Points.Has));

    /// <summary>Compiles them.</summary>
    /// <param name="start">The network.</param>
    /// <param name="order">Its points.</param>
    /// <param name="candidates">The candidates of each, no two of a point equal.</param>
    /// <param name="slots">Where tensors lie; those found on the way are added.</param>
    /// <param name="block">How many images run together.</param>
    /// <param name="widest">The widest vectors to use.</param>
    public static Either<PtqError, TreeUnit[]> Of(QuantizedGraph start, Values<string> order, Values<Values<AffineParams>> candidates, Dictionary<string, Slot> slots, int block, VectorWidth widest)
    {
        var place = Enumerable.Range(0, order.Length).ToDictionary(i => order[i], i => i, StringComparer.Ordinal);
        var parts = UnitOps.Of(start);
        var levels = new Dictionary<string, int>(StringComparer.Ordinal) { [start.Graph.Input] = place[start.Graph.Input] };
        var sources = new Dictionary<string, int>(StringComparer.Ordinal) { [start.Graph.Input] = place[start.Graph.Input] }; // the point whose codes a tensor has
        var units = new TreeUnit[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            var part = parts[i];
            int[] read = [.. part.Inputs.AsEnumerable().Select(name => sources[name]).Distinct().Order()];
            int[] own = [.. part.Ops.Select(op => op.Output).Where(place.ContainsKey).Select(name => place[name])];
            var sumLevel = part.Inputs.AsEnumerable().Max(name => levels[name]);
            var level = own.Append(sumLevel).Max();
            levels[part.Output] = level;
            sources[part.Output] = own.Length > 0 ? own[^1] : sources[part.Inputs[0]];
            int[] local = [.. read.Concat(own).Distinct()];
            if (local.Aggregate(1L, (product, p) => Math.Min(product * candidates[p].Length, int.MaxValue)) is > MostVariants and var many) return new PtqError.BadRequest("candidates", $"{many} combinations around '{part.Output}'", $"at most {MostVariants}");
            switch (Variants(start, order, candidates, local, read.Length, i, slots, block, widest).Case)
            {
                case LeftCase<PtqError, Stage[][]>(var error): return error;
                case RightCase<PtqError, Stage[][]>(var variants): units[i] = new(part.Output, variants[0][0] is ISummingStage ? sumLevel : level, level, local, variants); break;
            }
        }
        return units;
    }

    private static Either<PtqError, Stage[][]> Variants(QuantizedGraph start, Values<string> order, Values<Values<AffineParams>> candidates, int[] local, int read, int unit, Dictionary<string, Slot> slots, int block, VectorWidth widest)
    {
        var variants = new Stage[local.Aggregate(1, (product, p) => product * candidates[p].Length)][];
        var apart = local.Skip(read).Aggregate(1, (product, p) => product * candidates[p].Length); // within one choice for what is read, sums are the same
        var sharing = default(DotStage);
        for (var v = 0; v < variants.Length; v++)
        {
            var (points, rest) = (start.Points, v);
            foreach (var p in local.Reverse())
            {
                points = points.With(order[p], candidates[p][rest % candidates[p].Length]);
                rest /= candidates[p].Length;
            }
            if (v % apart == 0) sharing = null;
            switch (start.WithPoints(points).Case)
            {
                case LeftCase<PtqError, QuantizedGraph>(var error): return error;
                case RightCase<PtqError, QuantizedGraph>(var graph): variants[v] = Stages(UnitOps.Of(graph)[unit].Ops, slots, block, widest, ref sharing); break;
            }
        }
        return variants;
    }

    private static Stage[] Stages(QOp[] ops, Dictionary<string, Slot> slots, int block, VectorWidth widest, ref DotStage? sharing)
    {
        foreach (var op in ops)
            if (!slots.ContainsKey(op.Output)) slots.Add(op.Output, new(slots.Count, op.OutputShape));
        var at = ByName<Slot>.Of(ops.SelectMany(op => op.Inputs.AsEnumerable().Append(op.Output)).Distinct(StringComparer.Ordinal).Select(name => (name, slots[name])));
        if (ops[0] is not QOp.Dot dot) return [.. ops.Select(op => IntegerEngine.StageOf(op, at, widest, block))];
        sharing = sharing?.With(dot) ?? (DotStage)IntegerEngine.StageOf(dot, at, widest, block);
        return ops is [_, QOp.MaxPool pool, .. var behind]
            ? [new PooledDotStage(sharing, dot, pool, at[pool.Output], widest), .. behind.Select(op => IntegerEngine.StageOf(op, at, widest, block))]
            : [sharing, .. ops.Skip(1).Select(op => IntegerEngine.StageOf(op, at, widest, block))];
    }
}
