using System.Diagnostics;
using LanguageExt;
using Ptq.Errors;

namespace Ptq.Experiments.Bench;

/// <summary>Something that is timed.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Run">Runs it again and again for so many milliseconds: how many calls there were, and in how many seconds.</param>
internal sealed record Contender(string Name, Func<int, Either<PtqError, (int Calls, double Seconds)>> Run)
{
    /// <summary>A function of this process.</summary>
    public static Contender Of(string name, Action call) => new(name, milliseconds =>
    {
        var (calls, start) = (0, Stopwatch.GetTimestamp());
        do
        {
            call();
            calls++;
        }
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < milliseconds);
        return (calls, Stopwatch.GetElapsedTime(start).TotalSeconds);
    });
}

/// <summary>Times contenders in turn, so that what slows the machine down for a while slows them all.</summary>
/// <param name="Calls">Of every contender the calls a second, round by round.</param>
internal sealed record Interleaved(IReadOnlyDictionary<string, double[]> Calls)
{
    private const int Rounds = 7, WarmUp = 150, Milliseconds = 60;

    /// <summary>Times them.</summary>
    public static Either<PtqError, Interleaved> Of(IReadOnlyList<Contender> contenders)
    {
        var calls = contenders.ToDictionary(c => c.Name, _ => new double[Rounds], StringComparer.Ordinal);
        foreach (var contender in contenders)
            if (contender.Run(WarmUp).Case is LeftCase<PtqError, (int, double)>(var error)) return error;
        for (var round = 0; round < Rounds; round++)
            foreach (var contender in contenders)
                switch (contender.Run(Milliseconds).Case)
                {
                    case LeftCase<PtqError, (int, double)>(var error): return error;
                    case RightCase<PtqError, (int Calls, double Seconds)>(var timed): calls[contender.Name][round] = timed.Calls / timed.Seconds; break;
                }
        return new Interleaved(calls);
    }

    /// <summary>The median of a contender's calls a second.</summary>
    public double Of(string name) => Quantile(Calls[name], 0.5);

    /// <summary>How a contender compares with another; null where that one did not run.</summary>
    public Peer? Against(string name, string other, string called)
    {
        if (!Calls.TryGetValue(other, out var theirs)) return null;
        var ratios = Calls[name].Zip(theirs, (a, b) => a / b).ToArray();
        return new(called, Quantile(ratios, 0.5), (Quantile(ratios, 0.75) - Quantile(ratios, 0.25)) / Quantile(ratios, 0.5));
    }

    private static double Quantile(double[] values, double share) => values.Order().ElementAt((int)(share * (values.Length - 1) + 0.5));
}
