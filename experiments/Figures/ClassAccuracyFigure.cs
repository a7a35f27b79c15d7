using System.Globalization;
using Ptq.Evaluation;

namespace Ptq.Experiments.Figures;

/// <summary>The accuracy of every class, a bar for every configuration side by side; shades that stay apart in grey.</summary>
internal static class ClassAccuracyFigure
{
    private const int Left = 56, Top = 76, Height = 260, Group = 64, Bar = 18;

    private static readonly string[] Shades = ["#d9d9d9", "#7f9fc4", "#08306b"];

    /// <summary>Bars for up to three configurations.</summary>
    public static string Of(string title, IReadOnlyList<(string Name, Confusion Confusion)> configurations)
    {
        var classes = configurations[0].Confusion.Classes;
        var right = Left + classes * Group;
        double Y(double share) => Top + Height * (1 - share);
        IEnumerable<string> Elements()
        {
            yield return Svg.Text((Left + right) / 2.0, 24, title, 16, weight: "bold");
            for (var i = 0; i < configurations.Count; i++)
            {
                yield return Svg.Rect(Left + i * 200, 40, 14, 14, Shades[i], "#000000");
                yield return Svg.Text(Left + i * 200 + 20, 52, configurations[i].Name, 12, "start");
            }
            for (var percent = 0; percent <= 100; percent += 20)
            {
                yield return Svg.Line(Left, Y(percent / 100.0), right, Y(percent / 100.0), percent == 0 ? "#000000" : "#dddddd");
                yield return Svg.Text(Left - 8, Y(percent / 100.0) + 4, percent.ToString(CultureInfo.InvariantCulture), 12, "end");
            }
            for (var c = 0; c < classes; c++)
            {
                yield return Svg.Text(Left + (c + 0.5) * Group, Top + Height + 18, c.ToString(CultureInfo.InvariantCulture), 14);
                for (var i = 0; i < configurations.Count; i++)
                {
                    var share = configurations[i].Confusion.Share(c, c);
                    var x = Left + (c + 0.5) * Group + (i - configurations.Count / 2.0) * Bar;
                    yield return Svg.Rect(x, Y(share), Bar, Height * share, Shades[i], "#000000");
                    var inside = Height * share > 32; // a short bar has its number above it
                    yield return Svg.Text(x + Bar / 2.0 + 4, Y(share) + (inside ? 4 : -4), (100 * share).ToString("0.0", CultureInfo.InvariantCulture), 11, inside ? "end" : "start",
                        inside && i == Shades.Length - 1 ? "#ffffff" : "#000000", turned: -90);
                }
            }
            yield return Svg.Text((Left + right) / 2.0, Top + Height + 40, "class", 13);
            yield return Svg.Text(16, Top + Height / 2.0, "test accuracy, %", 13, turned: -90);
        }
        return Svg.Document(right + 20, Top + Height + 52, title, Elements());
    }
}
