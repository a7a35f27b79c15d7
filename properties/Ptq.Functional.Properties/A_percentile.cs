using FsCheck;
using Ptq.Numerics;
using Ptq.Properties.Framework;
using Ptq.Quantization;

namespace Ptq.Properties;

public class A_percentile
{
    private static SortedSample Sample(NonEmptyArray<NormalFloat> xs) => SortedSample.Of(xs.Get.Select(x => (float)x.Get).Where(float.IsFinite).DefaultIfEmpty(0).ToArray());

    private static double Percent(NormalFloat p) => Math.Abs(Math.IEEERemainder(p.Get, 200));

    [Property]
    public bool Lies_between_the_neighbouring_order_statistics(NonEmptyArray<NormalFloat> xs, NormalFloat p)
    {
        var sample = Sample(xs);
        var index = (sample.Sorted.Length - 1) * (Percent(p) / 100);
        var value = sample.Percentile(Percent(p));
        return value >= sample.Sorted[(int)Math.Floor(index)] && value <= sample.Sorted[(int)Math.Ceiling(index)];
    }

    [Property]
    public bool Rises_with_the_percentage(NonEmptyArray<NormalFloat> xs, NormalFloat a, NormalFloat b) =>
        Sample(xs) is var s && s.Percentile(Math.Min(Percent(a), Percent(b))) <= s.Percentile(Math.Max(Percent(a), Percent(b)));

    [Property]
    public bool Is_an_order_statistic_at_a_whole_index(NonEmptyArray<NormalFloat> xs) =>
        Sample(xs) is var s && s.Percentile(0) == s.Minimum && s.Percentile(100) == s.Maximum;

    [Property]
    public bool Range_lies_within_the_smallest_and_the_largest_value_and_is_not_empty_where_they_differ(NonEmptyArray<NormalFloat> xs, NormalFloat p)
    {
        var sample = Sample(xs);
        var range = new RangeRule.Percentile(50 + Percent(p) / 2).Of(sample);
        return range.Low >= sample.Minimum && range.High <= sample.Maximum && (range.Low < range.High || sample.Minimum == sample.Maximum);
    }
}
