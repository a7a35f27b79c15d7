using System.Globalization;

namespace Ptq.Experiments.Figures;

/// <summary>
/// A roofline (Williams, Waterman and Patterson, "Roofline: an insightful visual performance model for multicore architectures", 2009): speed against operations a byte of
/// traffic, both logarithmic, under what the processor and its memory allow.
/// </summary>
internal static class RooflineFigure
{
    /// <summary>A measurement.</summary>
    /// <param name="Name">Of what.</param>
    /// <param name="Intensity">Operations a byte of inputs, weights and outputs, each read or written once.</param>
    /// <param name="Gops">Billions of operations a second.</param>
    /// <param name="Theirs">The same of a peer; null where it did not run.</param>
    public sealed record Point(string Name, double Intensity, double Gops, double? Theirs);

    private const int Left = 66, Width = 560, Top = 66, Height = 330;

    private static IReadOnlyList<string> Colours => ["#08306b", "#b35806", "#1b7837", "#762a83", "#666666", "#b2182b", "#35978f", "#dfc27d"];

    /// <summary>The figure.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="peak">The processor's peak, billions of operations a second.</param>
    /// <param name="bandwidth">The memory's, billions of bytes a second.</param>
    /// <param name="points">At least one.</param>
    public static string Of(string title, double peak, double bandwidth, IReadOnlyList<Point> points)
    {
        var (low, high) = (Floor(Math.Min(1, points.Min(p => p.Intensity))), Ceiling(points.Max(p => p.Intensity) * 1.5));
        var (least, most) = (Floor(Math.Min(bandwidth * low, points.Min(p => Math.Min(p.Gops, p.Theirs ?? p.Gops)))), Ceiling(Math.Max(peak, points.Max(p => Math.Max(p.Gops, p.Theirs ?? 0)))));
        double X(double intensity) => Left + Width * Math.Log10(intensity / low) / Math.Log10(high / low);
        double Y(double gops) => Top + Height * Math.Log10(most / gops) / Math.Log10(most / least);
        IEnumerable<string> Elements()
        {
            yield return Svg.Text(Left + Width / 2.0, 24, title, 16, weight: "bold");
            yield return Svg.Text(Left + Width / 2.0, 44, "filled: int8 engine; hollow: ONNX Runtime; line: what processor and memory allow a direct product", 12, fill: "#444444");
            for (var tick = low; tick <= high * 1.01; tick *= 10)
            {
                yield return Svg.Line(X(tick), Top, X(tick), Top + Height, "#dddddd");
                yield return Svg.Text(X(tick), Top + Height + 18, Number(tick), 12);
            }
            for (var tick = least; tick <= most * 1.01; tick *= 10)
            {
                yield return Svg.Line(Left, Y(tick), Left + Width, Y(tick), "#dddddd");
                yield return Svg.Text(Left - 8, Y(tick) + 4, Number(tick), 12, "end");
            }
            yield return Svg.Text(Left + Width / 2.0, Top + Height + 38, "operations a byte", 12);
            yield return Svg.Text(16, Top + Height / 2.0, "GOPS", 12, turned: -90);
            var ridge = Math.Clamp(peak / bandwidth, low, high);
            yield return Svg.Polyline([(X(low), Y(Math.Min(peak, bandwidth * low))), (X(ridge), Y(Math.Min(peak, bandwidth * ridge))), (X(high), Y(Math.Min(peak, bandwidth * high)))], "#000000", 2);
            yield return Svg.Text(Left + Width - 6, Y(peak) - 8, $"vpmaddwd, 256 bits: {peak.ToString("0", CultureInfo.InvariantCulture)} GOPS", 11, "end");
            yield return Svg.Text(X(low) + 8, Top + Height - 8, $"memory: {bandwidth.ToString("0.0", CultureInfo.InvariantCulture)} GB/s", 11, "start");
            foreach (var (point, i) in points.Select((p, i) => (p, i)))
            {
                var colour = Colours[i % Colours.Count];
                if (point.Theirs is { } theirs) yield return Svg.Circle(X(point.Intensity), Y(theirs), 5, "#ffffff", colour);
                yield return Svg.Circle(X(point.Intensity), Y(point.Gops), 5, colour);
                var line = Top + Height + 64 + 18 * i;
                yield return Svg.Circle(Left + 6, line - 4, 5, colour);
                yield return Svg.Text(Left + 20, line, $"{point.Name}: {point.Gops.ToString("0", CultureInfo.InvariantCulture)} GOPS{(point.Theirs is { } peer ? $", the runtime {peer.ToString("0", CultureInfo.InvariantCulture)}" : "")}", 12, "start");
            }
        }
        return Svg.Document(Left + Width + 24, Top + Height + 64 + 18 * points.Count, title, Elements());
    }

    private static double Floor(double value) => Math.Pow(10, Math.Floor(Math.Log10(value)));

    private static double Ceiling(double value) => Math.Pow(10, Math.Ceiling(Math.Log10(value)));

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
