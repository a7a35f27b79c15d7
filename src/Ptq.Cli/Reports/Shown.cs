using System.Globalization;

namespace Ptq.Cli.Reports;

/// <summary>Values as tables show them.</summary>
internal static class Shown
{
    /// <summary>The columns of text that a table may take where the terminal has them, or the output is a file.</summary>
    public const int Width = 140;

    /// <summary>A name from a file: short, and nothing in it that a terminal would obey.</summary>
    public static string Name(string name, int longest = 40)
    {
        var clean = string.Concat(name.Select(c => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate ? '�' : c));
        return clean.Length <= longest ? clean : $"{clean[..(longest / 3)]}…{clean[^(longest - longest / 3 - 1)..]}";
    }

    /// <summary>With a few digits.</summary>
    public static string Number(double value, string format = "0.00") => value switch
    {
        double.PositiveInfinity => "∞",
        double.NegativeInfinity => "−∞",
        _ => value.ToString(format, CultureInfo.InvariantCulture),
    };

    /// <summary>Four digits that count.</summary>
    public static string Digits(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary>What codes can express; <c>float</c> where there are none.</summary>
    public static string Range(double? low, double? high) => low is { } from && high is { } to ? $"{Digits(from)} … {Digits(to)}" : "float";

    /// <summary>In groups of three.</summary>
    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>Bytes in the unit that suits them.</summary>
    public static string Bytes(long bytes) => bytes < 10_000 ? $"{Count(bytes)} B" : bytes < 10_000_000 ? $"{Number(bytes / 1e3, "0.0")} kB" : $"{Number(bytes / 1e6, "0.0")} MB";

    /// <summary>The first so many rows, and a line that says how many there are besides.</summary>
    public static IEnumerable<IReadOnlyList<string>> Most(this IReadOnlyList<IReadOnlyList<string>> rows, int most) => rows.Count <= most ? rows
        : [.. rows.Take(most), [$"… and {Count(rows.Count - most)} more: --json has all", .. Enumerable.Repeat("", rows[0].Count - 1)]];
}
