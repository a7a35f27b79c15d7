using FsCheck;
using Ptq.Numerics;
using Ptq.Properties.Framework;
using Ptq.Quantization;

namespace Ptq.Properties;

/// <summary>Histograms of samples: any split of a sample gives the histogram of the whole.</summary>
public class A_histogram
{
    [Property]
    public bool Combines_in_any_grouping(NormalFloat[] a, NormalFloat[] b, NormalFloat[] c) =>
        Of(a).Combine(Of(b)).Combine(Of(c)) == Of(a).Combine(Of(b).Combine(Of(c)));

    [Property]
    public bool Combines_in_any_order(NormalFloat[] a, NormalFloat[] b) => Of(a).Combine(Of(b)) == Of(b).Combine(Of(a));

    [Property]
    public bool Has_a_unit(NormalFloat[] a) => Of(a).Combine(Histogram.Empty) == Of(a) && Histogram.Empty.Combine(Of(a)) == Of(a);

    [Property]
    public bool Of_two_halves_is_that_of_the_whole(NormalFloat[] a, NormalFloat[] b) => Of(a).Combine(Of(b)) == Of([.. a, .. b]);

    [Property]
    public bool Holds_every_value_once(NormalFloat[] a) => Of(a).Count == a.Length && Of(a).Occupied.Sum(cell => cell.Count) == a.Length;

    [Property]
    public bool Knows_its_ends_exactly(NonEmptyArray<NormalFloat> a)
    {
        var (values, histogram) = (Floats(a.Get), Of(a.Get));
        return histogram.Minimum == values.Min() && histogram.Maximum == values.Max() && histogram.Percentile(0) == values.Min() && histogram.Percentile(100) == values.Max();
    }

    /// <summary>
    /// A percentile interpolates between two neighbours in rank. The histogram's lies between the cells of these two: no further outside than a cell of each.
    /// </summary>
    [Property(MaxTest = 300)]
    public bool Has_percentiles_within_a_cell_of_the_samples(NonEmptyArray<NormalFloat> a, byte at)
    {
        var percent = at / 255.0 * 100;
        var sorted = SortedSample.Of(Floats(a.Get)).Sorted;
        var index = (sorted.Length - 1) * (percent / 100);
        double below = sorted[(int)Math.Floor(index)], above = sorted[(int)Math.Ceiling(index)];
        static double Cell(double x) => Math.Abs(x) / 512 + 1e-35;
        var seen = Of(a.Get).Percentile(percent);
        return seen >= below - Cell(below) && seen <= above + Cell(above);
    }

    [Property]
    public bool Percentiles_never_fall(NonEmptyArray<NormalFloat> a, byte p, byte q) =>
        Of(a.Get).Percentile(Math.Min(p, q) / 255.0 * 100) <= Of(a.Get).Percentile(Math.Max(p, q) / 255.0 * 100);

    [Property]
    public bool A_least_squares_range_lies_inside_the_min_max_range(NonEmptyArray<NormalFloat> a)
    {
        var (all, kept) = (new RangeRule.MinMax().Of(Of(a.Get)), new RangeRule.MeanSquare().Of(Of(a.Get)));
        return kept.Magnitude <= all.Magnitude && (all.Magnitude == 0 || kept.Magnitude > 0);
    }

    private static Histogram Of(NormalFloat[] values) => Histogram.Of(Floats(values));

    // Within float32, however large the double is.
    private static float[] Floats(NormalFloat[] values) => [.. values.Select(v => (float)Math.Clamp(v.Get, -1e30, 1e30))];
}
