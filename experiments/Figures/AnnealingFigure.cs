using System.Globalization;
using Ptq.Numerics;
using Ptq.Search;

namespace Ptq.Experiments.Figures;

/// <summary>An annealing run in three panels over its steps: score and best, temperature, and the percentiles of the current candidate.</summary>
internal static class AnnealingFigure
{
    private const int Left = 64, Width = 560, Panel = 150, Between = 34, Top = 48;

    private static readonly string[] Dashes = ["", "8 4", "2 3", "8 3 2 3", "12 5", "4 2", "1 2"];

    /// <summary>The figure.</summary>
    public static string Of(string title, Values<string> points, Values<Chain> chains)
    {
        var steps = Math.Max(1, chains.Length - 1);
        var all = chains.AsEnumerable().ToArray();
        double X(int step) => Left + (double)Width * step / steps;
        IEnumerable<string> Elements()
        {
            yield return Svg.Text(Left + Width / 2.0, 24, title, 16, weight: "bold");

            var scores = new Scale(Top, Panel, all.Min(c => c.Last.Score), all.Max(c => c.BestScore));
            foreach (var element in Frame(scores, "accuracy, %", "0.0")) yield return element;
            yield return Svg.Polyline(all.Select(c => (X(c.Step), scores.Y(c.BestScore))), "#000000", 2);
            foreach (var c in all) yield return Svg.Circle(X(c.Step), scores.Y(c.Last.Score), 3, c.Last.Accepted ? "#08306b" : "#ffffff", "#08306b");
            yield return Svg.Text(Left + Width, Top - 6, "line: best so far; filled: accepted; hollow: rejected", 11, "end", "#444444");

            var heat = new Scale(Top + Panel + Between, Panel / 2, 0, all.Max(c => c.Last.Temperature));
            foreach (var element in Frame(heat, "temperature", "0.00")) yield return element;
            yield return Svg.Polyline(all.Select(c => (X(c.Step), heat.Y(c.Last.Temperature))), "#b35806", 2);

            var ranges = new Scale(Top + Panel + Panel / 2 + 2 * Between, Panel, all.Min(c => c.Current.Percentiles.AsEnumerable().Min()), all.Max(c => c.Current.Percentiles.AsEnumerable().Max()));
            foreach (var element in Frame(ranges, "percentile", "0.0")) yield return element;
            for (var i = 0; i < points.Length; i++)
            {
                var at = i;
                yield return Svg.Polyline(all.Select(c => (X(c.Step), ranges.Y(c.Current.Percentiles[at]))), Svg.Mix("#08306b", "#b35806", points.Length == 1 ? 0 : (double)i / (points.Length - 1)), 1.5, Dashes[i % Dashes.Length]);
                var x = Left + i * (Width / (double)points.Length);
                yield return Svg.Line(x, ranges.Bottom + 36, x + 34, ranges.Bottom + 36, Svg.Mix("#08306b", "#b35806", points.Length == 1 ? 0 : (double)i / (points.Length - 1)), 2, Dashes[i % Dashes.Length]);
                yield return Svg.Text(x + 40, ranges.Bottom + 40, points[i], 12, "start");
            }
            for (var step = 0; step <= steps; step += Math.Max(1, steps / 6)) yield return Svg.Text(X(step), ranges.Bottom + 16, step.ToString(CultureInfo.InvariantCulture), 12);
        }
        return Svg.Document(Left + Width + 24, Top + 2 * Panel + Panel / 2 + 2 * Between + 54, title, Elements());
    }

    /// <summary>From values to places on the page.</summary>
    private readonly record struct Scale(int Top, int Height, double Low, double High)
    {
        public int Bottom => Top + Height;

        public double Y(double value) => High == Low ? Top + Height / 2.0 : Top + Height * (High - value) / (High - Low);
    }

    private static IEnumerable<string> Frame(Scale scale, string name, string format)
    {
        yield return Svg.Rect(Left, scale.Top, Width, scale.Height, "none", "#999999");
        yield return Svg.Text(16, scale.Top + scale.Height / 2.0, name, 12, turned: -90);
        foreach (var value in scale.High == scale.Low ? [scale.Low] : (double[])[scale.Low, (scale.Low + scale.High) / 2, scale.High])
            yield return Svg.Text(Left - 6, scale.Y(value) + 4, value.ToString(format, CultureInfo.InvariantCulture), 11, "end");
    }
}
