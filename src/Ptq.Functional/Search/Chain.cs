using Ptq.Numerics;

namespace Ptq.Search;

/// <summary>What one step of a chain did.</summary>
/// <param name="Proposal">The candidate that was scored.</param>
/// <param name="Score">Its score; NaN where scoring stopped because it was lost.</param>
/// <param name="Temperature">The temperature of its test.</param>
/// <param name="Accepted">Whether it became the current candidate.</param>
public sealed record Move(Candidate Proposal, double Score, double Temperature, bool Accepted);

/// <summary>
/// The whole state of an annealing run between two steps: whoever has it can go on from there, on any machine, and gets what
/// an uninterrupted run would have got.
/// </summary>
/// <param name="Step">Steps taken.</param>
/// <param name="Current">Where the chain stands.</param>
/// <param name="CurrentScore">Its score.</param>
/// <param name="Best">The best candidate ever accepted; the start is the first.</param>
/// <param name="BestScore">Its score.</param>
/// <param name="Temperature">The temperature of the next test.</param>
/// <param name="Rng">The stream that the next step draws from.</param>
/// <param name="Last">The step that led here; the start counts as an accepted one.</param>
public sealed record Chain(int Step, Candidate Current, double CurrentScore, Candidate Best, double BestScore, double Temperature, Rng Rng, Move Last);
