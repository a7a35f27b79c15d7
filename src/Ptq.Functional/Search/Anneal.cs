using Ptq.Numerics;

namespace Ptq.Search;

/// <summary>Simulated annealing (Kirkpatrick, Gelatt and Vecchi, "Optimization by Simulated Annealing", 1983), maximizing a score.</summary>
/// <param name="Space">Where proposals come from.</param>
/// <param name="Cooling">The schedule.</param>
/// <param name="Reference">The score that a proposal must not fall too far below.</param>
/// <param name="Tolerance">How far: a proposal with Reference − score above it is rejected outright.</param>
public sealed record Anneal(SearchSpace Space, Cooling Cooling, double Reference, double Tolerance)
{
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
        (var accepted, rng) = Accepts(chain, reached, rng);
        var better = accepted && reached > chain.BestScore;
        return (new(
            chain.Step + 1,
            accepted ? proposal : chain.Current,
            accepted ? reached : chain.CurrentScore,
            better ? proposal : chain.Best,
            better ? reached : chain.BestScore,
            Cooling.After(chain.Temperature),
            rng,
            new(proposal, reached, chain.Temperature, accepted)), next);
    }

    /// <summary>The chain before its first step and after each further one, without end: the caller decides how far to go.</summary>
    public IEnumerable<Chain> Run(Chain chain, Func<Candidate, double> score) => Run(chain, 0, Forgetful(score));

    /// <summary>The same, every scoring beginning with what the one before it handed on.</summary>
    public IEnumerable<Chain> Run<TMemory>(Chain chain, TMemory memory, Func<Candidate, TMemory, (double Score, TMemory Next)> score)
    {
        for (; ; (chain, memory) = Step(chain, memory, score)) yield return chain;
    }

    private static Func<Candidate, int, (double, int)> Forgetful(Func<Candidate, double> score) => (candidate, nothing) => (score(candidate), nothing);

    /// <summary>Metropolis's rule behind a hard limit. Only a proposal that neither decides takes a number from the stream.</summary>
    private (bool Accepted, Rng Next) Accepts(Chain chain, double reached, Rng rng)
    {
        if (Reference - reached > Tolerance) return (false, rng);
        if (reached > chain.CurrentScore) return (true, rng);
        var (threshold, next) = rng.NextDouble();
        return (Elementary.Exp((reached - chain.CurrentScore) / Math.Max(chain.Temperature, 1e-8)) > threshold, next);
    }
}
