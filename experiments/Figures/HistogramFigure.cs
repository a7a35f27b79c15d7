using System.Globalization;
using Ptq.Numerics;
using Ptq.Quantization;

namespace Ptq.Experiments.Figures;

/// <summary>What calibration saw of every point, on a logarithmic scale, and where its range was clipped.</summary>
internal static class HistogramFigure
{
    /// <summary>A panel.</summary>
    /// <param name="Name">The point.</param>
    /// <param name="Sample">Its values.</param>
    /// <param name="Clip">The range chosen.</param>
    public sealed record Histogram(string Name, SortedSample Sample, Interval Clip);

    private const int Bins = 96, Left = 56, Width = 480, Panel = 84, Between = 40, Top = 66;

    /// <summary>The figure, a panel a point.</summary>
    public static string Of(string title, IReadOnlyList<Histogram> histograms)
    {
        IEnumerable<string> Elements()
        {
            yield return Svg.Text(Left + Width / 2.0, 24, title, 16, weight: "bold");
            yield return Svg.Text(Left + Width / 2.0, 44, "values over the calibration images, logarithmic counts; dashed: the range kept", 12, fill: "#444444");
            for (var i = 0; i < histograms.Count; i++)
                foreach (var element in OnePanel(histograms[i], Top + i * (Panel + Between))) yield return element;
        }
        return Svg.Document(Left + Width + 24, Top + histograms.Count * (Panel + Between), title, Elements());
    }

    private static IEnumerable<string> OnePanel(Histogram histogram, int top)
    {
        var (sample, clip) = (histogram.Sample, histogram.Clip);
        double low = sample.Minimum, width = Math.Max(sample.Maximum - low, 1e-30);
        var counts = new int[Bins];
        foreach (var x in sample.Sorted) counts[Math.Min(Bins - 1, (int)((x - low) / width * Bins))]++;
        var largest = Elementary.Log(1.0 + counts.Max());
        double X(double value) => Left + Width * (value - low) / width;

        yield return Svg.Text(8, top + Panel / 2.0 + 4, histogram.Name, 13, "start", weight: "bold");
        for (var bin = 0; bin < Bins; bin++)
        {
            var height = Panel * Elementary.Log(1.0 + counts[bin]) / largest;
            if (counts[bin] > 0) yield return Svg.Rect(Left + (double)Width * bin / Bins, top + Panel - height, (double)Width / Bins, height, "#7f9fc4");
        }
        yield return Svg.Line(Left, top + Panel, Left + Width, top + Panel);
        foreach (var end in (double[])[clip.Low, clip.High]) yield return Svg.Line(X(end), top, X(end), top + Panel, "#000000", 1.5, "4 3");
        foreach (var (value, anchor) in ((double, string)[])[(sample.Minimum, "start"), (sample.Maximum, "end")])
            yield return Svg.Text(X(value), top + Panel + 16, value.ToString("0.###", CultureInfo.InvariantCulture), 11, anchor);
        yield return Svg.Text(Math.Min(X(clip.High), Left + Width - 90), top + Panel + 28, $"kept {clip.Low.ToString("0.###", CultureInfo.InvariantCulture)} to {clip.High.ToString("0.###", CultureInfo.InvariantCulture)}", 11);
    }
}
