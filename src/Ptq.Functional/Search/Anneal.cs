using Ptq.Numerics;

namespace Ptq.Search;

/// <summary>Simulated annealing (Kirkpatrick, Gelatt and Vecchi, "Optimization by Simulated Annealing", 1983), maximizing a score.</summary>
/// <param name="Space">Where proposals come from.</param>
/// <param name="Cooling">The schedule.</param>
/// <param name="Reference">The score that a proposal must not fall too far below.</param>
/// <param name="Tolerance">How far: a proposal with Reference − score above it is rejected outright.</param>
/// <param name="Draws">Which steps draw a threshold.</param>
public sealed record Anneal(SearchSpace Space, Cooling Cooling, double Reference, double Tolerance, Draws Draws = Draws.WhereUndecided)
{
    private const double ExpError = 1e-14; // far more than the exponential's, so that what it says of a score holds for every lower one

    /// <summary>A chain before its first step.</summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="score">The score of a candidate: a pure function.</param>
    /// <param name="rng">The stream that it draws from.</param>
    public Chain Begin(Candidate start, Func<Candidate, double> score, Rng rng) => Begin(start, 0, Forgetful(score), rng).Chain;

    /// <summary>A chain before its first step, and what its scoring hands on.</summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="memory">What the first scoring begins with.</param>
    /// <param name="score">The score of a candidate, which does not depend on the memory, and what the next scoring begins with.</param>
    /// <param name="rng">The stream that it draws from.</param>
    public (Chain Chain, TMemory Next) Begin<TMemory>(Candidate start, TMemory memory, Func<Candidate, TMemory, (double Score, TMemory Next)> score, Rng rng)
    {
        var (first, next) = score(start, memory);
        return (new(0, start, first, start, first, Cooling.Start, rng, new(start, first, Cooling.Start, true)), next);
    }

    /// <summary>One step: propose a neighbour, score it, accept or reject, cool down.</summary>
    public Chain Step(Chain chain, Func<Candidate, double> score) => Step(chain, 0, Forgetful(score)).Chain;

    /// <summary>One step, and what its scoring hands on.</summary>
    public (Chain Chain, TMemory Next) Step<TMemory>(Chain chain, TMemory memory, Func<Candidate, TMemory, (double Score, TMemory Next)> score)
    {
        var (proposal, rng) = Space.Neighbour(chain.Current, chain.Rng);
        var (reached, next) = score(proposal, memory);
        var (threshold, drawn) = rng.NextDouble();
        var (accepted, decided) = Accepts(chain, reached, threshold);
        return (After(chain, proposal, reached, accepted, decided ? rng : drawn), next);
    }

    /// <summary>
    /// One step whose scoring may stop as soon as the proposal is lost: the same decision, and the same chain, but for the score of a proposal that was stopped, which is NaN. The threshold is looked at before
    /// scoring, and taken from the stream only where the whole score would have taken it.
    /// </summary>
    /// <param name="chain">Before the step.</param>
    /// <param name="memory">What scoring begins with: what the scoring of the current candidate handed on.</param>
    /// <param name="score">The score of a candidate; or NaN, once it was told that a score from so much to so much is lost. And what scoring a neighbour of it begins with.</param>
    public (Chain Chain, TMemory Next) Step<TMemory>(Chain chain, TMemory memory, Func<Candidate, TMemory, Func<double, double, bool>, (double Score, TMemory Next)> score)
    {
        var (proposal, rng) = Space.Neighbour(chain.Current, chain.Rng);
        var (threshold, drawn) = rng.NextDouble();
        bool? lost = null; // whether by the hard limit
        var (reached, next) = score(proposal, memory, (low, high) => (lost = Lost(chain, low, high, threshold)) is not null);
        if (!double.IsNaN(reached))
        {
            var (accepted, decided) = Accepts(chain, reached, threshold);
            return (After(chain, proposal, reached, accepted, decided ? rng : drawn), accepted ? next : memory);
        }
        var outright = lost ?? throw new ArgumentException("A score of NaN for a proposal that is not lost.", nameof(score));
        return (After(chain, proposal, reached, false, outright && Draws is Draws.WhereUndecided ? rng : drawn), memory);
    }

    /// <summary>The chain before its first step and after each further one, without end: the caller decides how far to go.</summary>
    public IEnumerable<Chain> Run(Chain chain, Func<Candidate, double> score) => Run(chain, 0, Forgetful(score));

    /// <summary>The same, every scoring beginning with what the one before it handed on.</summary>
    public IEnumerable<Chain> Run<TMemory>(Chain chain, TMemory memory, Func<Candidate, TMemory, (double Score, TMemory Next)> score)
    {
        for (; ; (chain, memory) = Step(chain, memory, score)) yield return chain;
    }

    /// <summary>The same, no proposal scored further than it can be accepted.</summary>
    public IEnumerable<Chain> Run<TMemory>(Chain chain, TMemory memory, Func<Candidate, TMemory, Func<double, double, bool>, (double Score, TMemory Next)> score)
    {
        for (; ; (chain, memory) = Step(chain, memory, score)) yield return chain;
    }

    private static Func<Candidate, int, (double, int)> Forgetful(Func<Candidate, double> score) => (candidate, nothing) => (score(candidate), nothing);

    private Chain After(Chain chain, Candidate proposal, double reached, bool accepted, Rng rng)
    {
        var better = accepted && reached > chain.BestScore;
        return new(
            chain.Step + 1,
            accepted ? proposal : chain.Current,
            accepted ? reached : chain.CurrentScore,
            better ? proposal : chain.Best,
            better ? reached : chain.BestScore,
            Cooling.After(chain.Temperature),
            rng,
            new(proposal, reached, chain.Temperature, accepted));
    }

    /// <summary>Metropolis's rule behind a hard limit; and whether the threshold is not needed.</summary>
    private (bool Accepted, bool Decided) Accepts(Chain chain, double reached, double threshold)
    {
        var undrawn = Draws is Draws.WhereUndecided;
        if (Reference - reached > Tolerance) return (false, undrawn);
        if (reached > chain.CurrentScore) return (true, undrawn);
        return (Chance(chain, reached) > threshold, false);
    }

    /// <summary>Whether every score from one to another is rejected, and all by the limit or none where that matters to the stream: then whether by the limit.</summary>
    private bool? Lost(Chain chain, double low, double high, double threshold) =>
        Reference - high > Tolerance ? true
        : high <= chain.CurrentScore && Chance(chain, high) * (1 + ExpError) <= threshold && (Draws is Draws.Always || Reference - low <= Tolerance) ? false
        : null;

    private static double Chance(Chain chain, double reached) => Elementary.Exp((reached - chain.CurrentScore) / Math.Max(chain.Temperature, 1e-8));
}

/// <summary>Which steps of an annealing draw a threshold from its stream.</summary>
public enum Draws
{
    /// <summary>Those where neither the hard limit nor a better score decides.</summary>
    WhereUndecided,

    /// <summary>All: the stream does not depend on scores, so that a proposal can be given up without knowing whether it would have passed the limit.</summary>
    Always,
}
