using LanguageExt;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Search;

/// <summary>
/// An exhaustive search: every combination of some parameters for every quantization point, scored by top-1 accuracy on the same images. The optimum is exact, of equals the first in lexicographic order. What combinations
/// have in common is computed once: they are the leaves of a tree whose levels are the points in the network's order, so that a point near the output costs little.
/// </summary>
public sealed record GridSearch
{
    /// <summary>The most combinations of one search.</summary>
    public const int MostCombinations = 1 << 22;

    private GridSearch(ByName<Values<AffineParams>> candidates, Values<int> right, int images) => (Candidates, Right, Images) = (candidates, right, images);

    /// <summary>The candidates of every point, in the order in which the network reaches the points; a point for which none were given has the one it had.</summary>
    public ByName<Values<AffineParams>> Candidates { get; }

    /// <summary>How many images every combination got right, in lexicographic order: the candidates of the last point change fastest.</summary>
    public Values<int> Right { get; }

    /// <summary>How many images there were.</summary>
    public int Images { get; }

    /// <summary>The best combination, by its number: of equals the first.</summary>
    public int Best => Enumerable.Range(0, Right.Length).MaxBy(i => Right[i]);

    /// <summary>Top-1 accuracy of a combination in percent.</summary>
    public double Percent(int combination) => (double)Right[combination] / Images * 100;

    /// <summary>Which candidate every point has in a combination.</summary>
    public Values<int> Choice(int combination)
    {
        var choice = new int[Candidates.Count];
        for (var i = choice.Length - 1; i >= 0; i--) (combination, choice[i]) = Math.DivRem(combination, Candidates.Items[i].Length);
        return Values.Freeze(choice);
    }

    /// <summary>The parameters of every point in a combination.</summary>
    public ByName<AffineParams> Points(int combination)
    {
        var choice = Choice(combination);
        return ByName<AffineParams>.Of(Enumerable.Range(0, choice.Length).Select(i => (Candidates.Names[i], Candidates.Items[i][choice[i]])));
    }

    /// <summary>Scores every combination. A thread holds 4 bytes a combination, and codes and sums of all tensors for 32 images.</summary>
    /// <param name="start">The network.</param>
    /// <param name="candidates">Parameters for some of its points, at least one each; equal ones are scored once.</param>
    /// <param name="images">What combinations are scored on, [N, …] of the network's input shape, at least one.</param>
    /// <param name="labels">The classes of the images.</param>
    /// <param name="threads">At most so many threads, from 1; no score depends on it.</param>
    /// <param name="progress">Told the share that is done, from any thread.</param>
    /// <param name="cancellation">Ends the search early.</param>
    /// <returns>The scores; or what is wrong: a point that is not there, too many combinations, or one that cannot run on integers.</returns>
    /// <exception cref="OperationCanceledException">The search was ended.</exception>
    public static Either<PtqError, GridSearch> Run(QuantizedGraph start, ByName<Values<AffineParams>> candidates, Tensor images, Values<int> labels, int threads = 1, Action<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        if (labels.Length == 0 || images.Shape.Rank == 0 || images.Shape[0] != labels.Length) throw new ArgumentException($"{labels.Length} labels for images {images.Shape}.", nameof(labels));
        var order = TreeUnits.Order(start);
        foreach (var name in candidates.Names)
        {
            if (!order.Span.Contains(name)) return new PtqError.BadRequest("candidates", $"'{name}'", $"points of the network: {string.Join(", ", order.AsEnumerable())}");
            if (candidates[name].Length == 0) return new PtqError.BadRequest("candidates", $"none for '{name}'", "at least one");
        }
        var all = ByName<Values<AffineParams>>.Of(order.AsEnumerable().Select(name => (name, candidates.Find(name).IfNone(Values.Of<AffineParams>([start.Points[name]])))));
        if (all.Items.AsEnumerable().Aggregate(1L, (product, some) => Math.Min(product * some.Length, int.MaxValue)) is > MostCombinations and var many) return new PtqError.BadRequest("candidates", $"{many} combinations", $"at most {MostCombinations}");
        var distinct = all.Items.Map(some => Values.From(Enumerable.Distinct(some.AsEnumerable())));
        return PrefixTree.Of(start, order, distinct).Map(tree =>
            new GridSearch(all, Spread(all.Items, distinct, tree.Run(images, labels, threads, (done, of) => progress?.Invoke((double)done / of), cancellation)), labels.Length));
    }

    /// <summary>From the combinations of distinct candidates to those of all.</summary>
    private static Values<int> Spread(Values<Values<AffineParams>> all, Values<Values<AffineParams>> distinct, int[] right)
    {
        int[] places = [0]; // of every prefix, in the scores
        for (var i = 0; i < all.Length; i++)
        {
            var (these, count) = (all[i].Map(p => distinct[i].Span.IndexOf(p)), distinct[i].Length);
            places = [.. places.SelectMany(place => these.AsEnumerable().Select(c => place * count + c))];
        }
        return Values.From(places.Select(place => right[place]));
    }
}
