using System.Numerics;
using LanguageExt;
using Ptq.Errors;
using Ptq.Terminal;

namespace Ptq.Experiments.Thesis;

/// <summary>What a thesis run is asked for.</summary>
internal sealed record ThesisPlan
{
    private ThesisPlan(BigInteger seed, int iterations, double startPercentile, double step, int calibration, int objective) =>
        (Seed, Iterations, StartPercentile, Step, Calibration, Objective) = (seed, iterations, startPercentile, step, calibration, objective);

    /// <summary>How many validation images there are.</summary>
    public const int Validation = 5000;

    /// <summary>The plan that made the thesis's tables.</summary>
    public static ThesisPlan Published { get; } = new(0, 60, 99, 0.7, 512, 2000);

    /// <summary>The annealing's seed.</summary>
    public BigInteger Seed { get; }

    /// <summary>Annealing steps.</summary>
    public int Iterations { get; }

    /// <summary>The percentile of every point at the start.</summary>
    public double StartPercentile { get; }

    /// <summary>A move adds a number in [−Step, Step).</summary>
    public double Step { get; }

    /// <summary>How many of the first validation images calibrate.</summary>
    public int Calibration { get; }

    /// <summary>How many of the first validation images score a candidate.</summary>
    public int Objective { get; }

    /// <summary>How many of the calibration images choose weight schemes.</summary>
    public int Greedy => Math.Min(Calibration, 256);

    /// <summary>A plan from what a user typed; everything that is wrong with it at once. What was not typed is as published.</summary>
    public static Validation<Fault, ThesisPlan> Parse(string? seed, string? iterations, string? startPercentile, string? step, string? calibration, string? objective) =>
        (
            OptionText.Seeded("--seed", seed),
            OptionText.Whole("--iterations", iterations, Published.Iterations, 0, 1_000_000),
            OptionText.Real("--start-percentile", startPercentile, Published.StartPercentile, 50, 100),
            OptionText.Real("--step", step, Published.Step, 0, 50),
            OptionText.Whole("--calibration", calibration, Published.Calibration, 1, Validation),
            OptionText.Whole("--objective", objective, Published.Objective, 1, Validation)
        ).Apply((s, i, p, w, c, o) => new ThesisPlan(s, i, p, w, c, o));
}
