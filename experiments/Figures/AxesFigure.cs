using System.Globalization;

namespace Ptq.Experiments.Figures;

/// <summary>A dot plot: an accuracy with its interval in every row, rows in groups, and a line where the float network stands.</summary>
internal static class AxesFigure
{
    /// <summary>A row.</summary>
    /// <param name="Group">The axis.</param>
    /// <param name="Name">The setting.</param>
    /// <param name="Value">The accuracy, percent.</param>
    /// <param name="Low">The interval's lower end.</param>
    /// <param name="High">The interval's upper end.</param>
    public sealed record Row(string Group, string Name, double Value, double Low, double High);

    private const int Left = 250, Width = 420, Line = 20, Gap = 12, Top = 66;

    /// <summary>The plot.</summary>
    public static string Of(string title, double reference, IReadOnlyList<Row> rows)
    {
        // Settings that lost the network would flatten all others: the axis begins at most 6 points below the reference.
        var low = Math.Floor(Math.Max(reference - 6, Math.Min(reference, rows.Min(r => r.Low))));
        var high = Math.Ceiling(Math.Max(reference, rows.Max(r => r.High)));
        double X(double percent) => Left + Width * (percent - low) / (high - low);

        var groups = rows.Select(r => r.Group).Distinct(StringComparer.Ordinal).ToArray();
        var bottom = Top + rows.Count * Line + groups.Length * Gap;
        IEnumerable<string> Elements()
        {
            yield return Svg.Text(Left + Width / 2.0, 24, title, 16, weight: "bold");
            yield return Svg.Text(Left + Width / 2.0, 44, "top-1 on the test images, %; 95 % Wilson interval; dashed: FP32", 12, fill: "#444444");
            for (var percent = low; percent <= high; percent++)
            {
                yield return Svg.Line(X(percent), Top, X(percent), bottom, "#dddddd");
                yield return Svg.Text(X(percent), bottom + 18, percent.ToString("0", CultureInfo.InvariantCulture), 12);
            }
            yield return Svg.Line(X(reference), Top, X(reference), bottom, "#000000", dash: "5 4");
            double y = Top;
            foreach (var group in groups)
            {
                y += Gap;
                foreach (var (row, first) in rows.Where(r => r.Group == group).Select((r, i) => (r, i == 0)))
                {
                    var middle = y + Line / 2.0;
                    if (first) yield return Svg.Text(8, middle + 4, group, 12, "start", weight: "bold");
                    yield return Svg.Text(Left - 8, middle + 4, row.Name, 12, "end");
                    if (row.Value >= low)
                    {
                        yield return Svg.Line(X(Math.Max(row.Low, low)), middle, X(row.High), middle, "#08306b", 2);
                        yield return Svg.Circle(X(row.Value), middle, 4, "#08306b");
                    }
                    else
                    {
                        yield return Svg.Text(Left + 4, middle + 4, $"◀ {row.Value.ToString("0.00", CultureInfo.InvariantCulture)}", 12, "start", "#08306b");
                    }
                    y += Line;
                }
            }
        }
        return Svg.Document(Left + Width + 30, bottom + 32, title, Elements());
    }
}
