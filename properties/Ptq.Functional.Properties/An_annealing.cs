using Ptq.Numerics;
using Ptq.Properties.Framework;
using Ptq.Search;

namespace Ptq.Properties;

public class An_annealing
{
    private static readonly SearchSpace Space = new(["a", "b", "c"], 90, 99.9, 0.7);

    private static double Score(Candidate c) => 90 - c.Percentiles.AsEnumerable().Sum(p => (p - 97.5) * (p - 97.5));

    private static Anneal Search(byte tolerance) => new(Space, new(1, 0.95, 1e-3), 90, tolerance % 12);

    private static Chain[] Run(Anneal search, Rng rng, int steps) => [.. search.Run(search.Begin(Space.Uniform(99), Score, rng), Score).Take(steps + 1)];

    [Property(Arbitrary = [typeof(Generators)])]
    public bool With_the_same_seed_makes_the_same_trace(Rng rng, byte tolerance, byte steps) =>
        Run(Search(tolerance), rng, steps).SequenceEqual(Run(Search(tolerance), rng, steps));

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Never_lets_the_best_fall(Rng rng, byte tolerance, byte steps)
    {
        var chains = Run(Search(tolerance), rng, steps);
        return chains.Zip(chains.Skip(1), (before, after) => after.BestScore >= before.BestScore && after.BestScore >= after.CurrentScore).All(ok => ok);
    }

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Goes_on_after_a_stop_as_if_there_had_been_none(Rng rng, byte tolerance, byte before, byte after)
    {
        var search = Search(tolerance);
        var stopped = Run(search, rng, before)[^1];
        return search.Run(stopped, Score).ElementAt(after) == Run(search, rng, before + after)[^1];
    }

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Hands_from_every_scoring_to_the_next_what_it_is_given(Rng rng, byte tolerance, byte steps)
    {
        var (search, handed) = (Search(tolerance), new List<int>());
        (double, int) Counted(Candidate candidate, int before)
        {
            handed.Add(before);
            return (Score(candidate), before + 1);
        }
        var (start, next) = search.Begin(Space.Uniform(99), 0, Counted, rng);
        var chains = search.Run(start, next, Counted).Take(steps + 1).ToArray();
        return chains.SequenceEqual(Run(search, rng, steps)) && handed.SequenceEqual(Enumerable.Range(0, steps + 1));
    }

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Moves_only_within_its_space(Rng rng, byte tolerance, byte steps) =>
        Run(Search(tolerance), rng, steps).Skip(1).All(c => c.Last.Proposal.Percentiles.AsEnumerable().All(p => p >= Space.Low && p <= Space.High));

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Never_accepts_what_lies_beyond_its_tolerance(Rng rng, byte tolerance, byte steps) =>
        Run(Search(tolerance), rng, steps).Skip(1).All(c => !c.Last.Accepted || 90 - c.Last.Score <= tolerance % 12);

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Stands_where_it_last_accepted(Rng rng, byte tolerance, byte steps)
    {
        var chains = Run(Search(tolerance), rng, steps);
        return chains.All(c => c.Current == chains.Take(c.Step + 1).Last(b => b.Last.Accepted).Last.Proposal && Score(c.Best) == c.BestScore);
    }

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Draws_a_threshold_only_where_nothing_else_decides(Rng rng, byte tolerance, byte steps)
    {
        var chains = Run(Search(tolerance), rng, steps);
        return chains.Zip(chains.Skip(1), (before, after) =>
        {
            var undecided = 90 - after.Last.Score <= tolerance % 12 && after.Last.Score <= before.CurrentScore;
            var proposed = Space.Neighbour(before.Current, before.Rng).Next;
            return after.Rng == (undecided ? proposed.NextDouble().Next : proposed);
        }).All(ok => ok);
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 300)]
    public bool Decides_as_with_whole_scores_where_scoring_stops_early(Rng rng, byte tolerance, byte steps, bool always, bool one, byte eagerness)
    {
        var search = Search(tolerance) with { Draws = always ? Draws.Always : Draws.WhereUndecided, Space = Space with { Moved = one ? Moved.One : Moved.All } };
        (double, int) Bounded(Candidate candidate, int before, Func<double, double, bool> lost) // a score that is known better and better
        {
            var score = Score(candidate);
            for (var within = 8.0; within > 0.01; within /= 1.5)
                if (lost(score - within * (eagerness % 3), score + within)) return (double.NaN, before + 1);
            return (score, before + 1);
        }
        var start = search.Begin(Space.Uniform(99), Score, rng);
        return search.Run(start, 0, Bounded).Zip(Run(search, rng, steps), (a, b) => a with { Last = b.Last } == b && a.Last with { Score = b.Last.Score } == b.Last).All(same => same);
    }

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Moves_one_percentile_where_that_is_asked_for(Rng rng, byte tolerance, byte steps)
    {
        var chains = Run(Search(tolerance) with { Space = Space with { Moved = Moved.One } }, rng, steps);
        return chains.Zip(chains.Skip(1), (before, after) => before.Current.Percentiles.AsEnumerable().Zip(after.Last.Proposal.Percentiles.AsEnumerable(), (a, b) => a == b ? 0 : 1).Sum() <= 1).All(ok => ok);
    }
}
