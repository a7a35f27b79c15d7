namespace Ptq.Experiments.Reports;

/// <summary>Tables in Markdown.</summary>
internal static class Markdown
{
    /// <summary>A table; a column whose name ends in # holds numbers and is set to the right.</summary>
    public static string Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var lines = new List<string> { Line(columns.Select(c => c.TrimEnd('#'))), $"|{string.Concat(columns.Select(c => c.EndsWith('#') ? "---:|" : "---|"))}" };
        lines.AddRange(rows.Select(row => Line(row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))));
        return string.Join('\n', lines) + "\n";
    }

    private static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";
}
