using FsCheck;
using Ptq.Numerics;
using Ptq.Properties.Framework;

namespace Ptq.Properties;

public class A_random_stream
{
    [Property(Arbitrary = [typeof(Generators)])]
    public bool Stays_where_it_was_when_drawn_from(Rng rng) => rng.StandardNormal() == rng.StandardNormal();

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Keeps_the_upper_half_of_a_word_for_the_next_32_bit_draw(Rng rng)
    {
        var (word, after) = rng.NextUInt64();
        var (lower, between) = rng.NextUInt32();
        var (upper, end) = between.NextUInt32();
        return word == (lower | (ulong)upper << 32) && end == after && between.NextUInt64().Next.NextUInt32().Value == upper;
    }

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Fills_with_what_it_would_draw(Rng rng, byte count)
    {
        var filled = new double[count];
        var end = rng.FillStandardNormal(filled);
        foreach (var value in filled)
        {
            (var drawn, rng) = rng.StandardNormal();
            if (drawn != value) return false;
        }
        return rng == end;
    }

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Forks_alike_wherever_it_has_got_to(Rng rng, uint label) => rng.NextUInt32().Next.Fork(label) == rng.Fork(label);

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Forks_apart(Rng rng, uint a, uint b) => a == b || rng.Fork(a).State != rng.Fork(b).State;

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Permutes_without_loss(Rng rng, byte count) => rng.Permutation(count).Value.Span.ToArray().Order().SequenceEqual(Enumerable.Range(0, count));

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Draws_integers_inside_the_range(Rng rng, long low, long high) =>
        low >= high || rng.Integer(low, high).Value is var drawn && low <= drawn && drawn < high;
}
