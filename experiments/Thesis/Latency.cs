using System.Diagnostics;
using System.Globalization;
using CsvHelper.Configuration.Attributes;
using Ptq.Engine;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Experiments.Thesis;

/// <summary>The thesis's measurement of latency: 64 test images a call, 3 warm-ups, 30 timed calls; repeated ten times, on one thread.</summary>
internal static class Latency
{
    private const int Images = 64, WarmUps = 3, Calls = 30, Repetitions = 10;

    /// <summary>Times in milliseconds a call: the means over the repetitions, and the range of the repetitions' means.</summary>
    internal sealed record Row(
        [property: Name("mode")] string Mode, [property: Name("lat_mean_ms")] string Mean, [property: Name("lat_p50_ms")] string Median, [property: Name("lat_p90_ms")] string P90,
        [property: Name("repetitions")] int Count, [property: Name("lat_mean_min_ms")] string Fastest, [property: Name("lat_mean_max_ms")] string Slowest);

    /// <summary>A row for the float network and one for the quantized network.</summary>
    public static IEnumerable<Row> Measure(FloatEngine real, IntegerEngine quantized, Tensor test, Action<string, double> progress)
    {
        var images = test.Rows(0, Images);
        return
        [
            Measure("fp32", () => real.Run(images), share => progress("Latency", share / 2)),
            Measure("int8-qsim", () => quantized.Run(images), share => progress("Latency", 0.5 + share / 2)),
        ];
    }

    private static Row Measure(string mode, Action call, Action<double> progress)
    {
        var runs = Enumerable.Range(1, Repetitions).Select(repetition =>
        {
            for (var i = 0; i < WarmUps; i++) call();
            var times = Enumerable.Range(0, Calls).Select(_ => Milliseconds(call)).ToArray();
            progress((double)repetition / Repetitions);
            var sorted = SortedSample.Of(times);
            return (Mean: times.Average(), Median: sorted.Percentile(50), P90: sorted.Percentile(90));
        }).ToArray();
        return new(mode, Text(runs.Average(r => r.Mean)), Text(runs.Average(r => r.Median)), Text(runs.Average(r => r.P90)), Repetitions, Text(runs.Min(r => r.Mean)), Text(runs.Max(r => r.Mean)));
    }

    private static float Milliseconds(Action call)
    {
        var start = Stopwatch.GetTimestamp();
        call();
        return (float)Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static string Text(double milliseconds) => milliseconds.ToString("0.000", CultureInfo.InvariantCulture);
}
