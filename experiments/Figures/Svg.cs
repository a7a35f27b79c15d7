using System.Globalization;
using System.Security;

namespace Ptq.Experiments.Figures;

/// <summary>The few SVG elements that the figures need. Numbers are written in the invariant culture with at most two decimals, so that a figure has one text.</summary>
internal static class Svg
{
    public static string Document(int width, int height, string title, IEnumerable<string> elements) => string.Create(CultureInfo.InvariantCulture, $"""
        <svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="Helvetica, Arial, sans-serif" role="img">
        <title>{Escaped(title)}</title>
        <rect width="{width}" height="{height}" fill="#ffffff"/>
        {string.Join('\n', elements)}
        </svg>

        """).ReplaceLineEndings("\n");

    public static string Rect(double x, double y, double width, double height, string fill, string stroke = "none") =>
        $"""<rect x="{N(x)}" y="{N(y)}" width="{N(width)}" height="{N(height)}" fill="{fill}" stroke="{stroke}"/>""";

    public static string Line(double x1, double y1, double x2, double y2, string stroke = "#000000", double width = 1, string dash = "") =>
        $"""<line x1="{N(x1)}" y1="{N(y1)}" x2="{N(x2)}" y2="{N(y2)}" stroke="{stroke}" stroke-width="{N(width)}"{Dash(dash)}/>""";

    public static string Circle(double x, double y, double radius, string fill, string stroke = "none") =>
        $"""<circle cx="{N(x)}" cy="{N(y)}" r="{N(radius)}" fill="{fill}" stroke="{stroke}"/>""";

    public static string Polyline(IEnumerable<(double X, double Y)> places, string stroke, double width, string dash = "") =>
        $"""<polyline points="{string.Join(' ', places.Select(p => $"{N(p.X)},{N(p.Y)}"))}" fill="none" stroke="{stroke}" stroke-width="{N(width)}"{Dash(dash)}/>""";

    public static string Text(double x, double y, string text, int size = 12, string anchor = "middle", string fill = "#000000", string weight = "normal", int turned = 0)
    {
        var transform = turned == 0 ? "" : $" transform=\"rotate({turned} {N(x)} {N(y)})\"";
        return $"""<text x="{N(x)}" y="{N(y)}" font-size="{size}" text-anchor="{anchor}" fill="{fill}" font-weight="{weight}"{transform}>{Escaped(text)}</text>""";
    }

    /// <summary>A colour between two, both as #rrggbb.</summary>
    public static string Mix(string from, string to, double share)
    {
        int Channel(int at) => (int)Math.Round(Hex(from, at) + (Hex(to, at) - Hex(from, at)) * Math.Clamp(share, 0, 1), MidpointRounding.AwayFromZero);
        return $"#{Channel(1):x2}{Channel(3):x2}{Channel(5):x2}";
    }

    private static int Hex(string colour, int at) => int.Parse(colour.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static string Dash(string dash) => dash.Length == 0 ? "" : $" stroke-dasharray=\"{dash}\"";

    private static string N(double x) => x.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Escaped(string text) => SecurityElement.Escape(text);
}
