using System.Diagnostics;
using LanguageExt;
using Ptq.Data;
using Ptq.Errors;
using Ptq.Experiments.Commands;
using Ptq.Experiments.Data;
using Ptq.Experiments.Thesis;

namespace Ptq.Experiments.Bench;

/// <summary>The thesis's search, in this process; and the whole command, in one of its own.</summary>
internal static class SearchBench
{
    private const string Search = "Annealing";

    /// <summary>CPU seconds of the annealing, on one thread.</summary>
    public static Either<PtqError, BenchRow> Annealing() =>
        from graph in ThesisCommand.Load(Embedded.Baseline)
        from splits in ThesisCommand.Load(ThesisPlan.Published)
        let clock = new StageClock()
        from result in new ThesisRun(graph, splits, ThesisPlan.Published, 1).Execute((stage, _) => clock.See(stage))
        select BenchRow.Of("search", "thesis", "2000", "61 evaluations", "CPU", clock.Of(Search), "s", target: new(1.5, 0.3, OfRatio: false, AtMost: true));

    /// <summary>Wall seconds of the thesis command, start-up included.</summary>
    public static BenchRow WholeCommand()
    {
        var folder = Directory.CreateTempSubdirectory("ptq-bench-");
        try
        {
            var start = Stopwatch.GetTimestamp();
            using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(SearchBench).Assembly.Location, "thesis", "--out", folder.FullName]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.BeginErrorReadLine();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0) throw new InvalidOperationException($"thesis ended with code {process.ExitCode}.");
            return BenchRow.Of("search", "thesis command", "", "own process", "wall", Stopwatch.GetElapsedTime(start).TotalSeconds, "s", target: new(4, 1.5, OfRatio: false, AtMost: true));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The CPU time of this process between the beginnings of stages.</summary>
    private sealed class StageClock
    {
        private readonly Dictionary<string, TimeSpan> spent = new(StringComparer.Ordinal);
        private (string Stage, TimeSpan Since) now = ("", Now);

        private static TimeSpan Now => Process.GetCurrentProcess().TotalProcessorTime;

        public void See(string stage)
        {
            if (stage == now.Stage) return;
            spent[now.Stage] = spent.GetValueOrDefault(now.Stage) + Now - now.Since;
            now = (stage, Now);
        }

        public double Of(string stage)
        {
            See("");
            return spent.GetValueOrDefault(stage).TotalSeconds;
        }
    }
}
