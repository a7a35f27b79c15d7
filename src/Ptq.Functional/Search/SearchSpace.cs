using Ptq.Model;
using Ptq.Numerics;

namespace Ptq.Search;

/// <summary>Activation percentiles that a search may propose, and how far it moves at once.</summary>
/// <param name="Points">The quantization points, in the order in which draws are made.</param>
/// <param name="Low">The smallest percentile proposed.</param>
/// <param name="High">The largest percentile proposed.</param>
/// <param name="Step">A move adds a number in [−Step, Step) to every percentile, or to one.</param>
/// <param name="Moved">Which percentiles a move changes.</param>
/// <exception cref="ArgumentOutOfRangeException">Low exceeds High, or Step is negative; none may be NaN.</exception>
public sealed record SearchSpace(Values<string> Points, double Low, double High, double Step, Moved Moved = Moved.All)
{
    /// <summary>The smallest percentile proposed.</summary>
    public double Low { get; } = Low <= High ? Low : throw new ArgumentOutOfRangeException(nameof(Low), Low, "at most High");

    /// <summary>How far a move goes in each direction.</summary>
    public double Step { get; } = Step >= 0 ? Step : throw new ArgumentOutOfRangeException(nameof(Step), Step, "0 or more");

    /// <summary>The same percentile everywhere; it may lie outside [Low, High], which bound the proposals only.</summary>
    public Candidate Uniform(double percentile) => new(Points.Map(_ => percentile));

    /// <summary>The percentile of every point.</summary>
    public ByName<double> ByPoint(Candidate candidate) => ByName<double>.Of(Enumerable.Range(0, Points.Length).Select(i => (Points[i], candidate.Percentiles[i])));

    /// <summary>A neighbour: every percentile moved on its own, in the order of the points, and clamped; or one that is drawn first.</summary>
    public (Candidate Value, Rng Next) Neighbour(Candidate from, Rng rng)
    {
        var (moved, first, end) = (from.Percentiles.Span.ToArray(), 0, from.Percentiles.Length);
        if (Moved is Moved.One)
        {
            (first, rng) = rng.Below(end);
            end = first + 1;
        }
        for (var i = first; i < end; i++)
        {
            (var shift, rng) = rng.Uniform(-Step, Step);
            moved[i] = Math.Clamp(from.Percentiles[i] + shift, Low, High);
        }
        return (new(Values.Freeze(moved)), rng);
    }
}

/// <summary>Which percentiles a move changes.</summary>
public enum Moved
{
    /// <summary>All of them.</summary>
    All,

    /// <summary>One, each as likely as another.</summary>
    One,
}
