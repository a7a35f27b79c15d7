using System.Globalization;
using Ptq.Experiments.Reports;

namespace Ptq.Experiments.Equality;

/// <summary>What the README says of the codes.</summary>
internal static class EqualityTables
{
    /// <summary>A line for each form, kind of codes and setting, summed over networks and granularities, and the reasons of what differs.</summary>
    public static string Summary(IReadOnlyList<EqualityRow> rows)
    {
        var notes = rows.Where(r => r.Note.Length > 0).Select(r => r.Note).Distinct(StringComparer.Ordinal).ToList();
        var lines =
            from row in rows
            group row by (row.Form, row.Activations, row.Optimization, row.Options) into kind
            let engines = ((string[])["integer", "network"]).Select(engine => kind.Where(r => r.Engine == engine).ToArray())
            let marks = kind.Select(r => notes.IndexOf(r.Note) + 1).Where(mark => mark > 0).Distinct().Order().Select(mark => $"[{mark}]")
            select (IReadOnlyList<string>)
            [
                $"{kind.Key.Form}, {kind.Key.Activations}", kind.Key.Optimization, kind.Key.Options,
                .. engines.SelectMany(e => (string[])[Text(e.Sum(r => (long)r.Codes)), Differing(e)]), string.Join(' ', marks),
            ];
        return $"""
            {Markdown.Table(["file and activations", "optimization", "options", "codes#", "not the integer engine's#", "codes#", "not the network engine's#", ""], lines)}
            {string.Join('\n', notes.Select((note, i) => $"[{i + 1}] {note}.{(i + 1 < notes.Count ? "<br>" : "")}"))}
            """;
    }

    private static string Differing(IReadOnlyList<EqualityRow> rows) => rows.All(r => r.Codes == 0) ? "not run"
        : rows.Sum(r => (long)r.Different) is > 0 and var different ? $"{Text(different)}, by up to {Text(rows.Max(r => r.Furthest))}" : "0";

    private static string Text(long count) => count.ToString("#,##0", CultureInfo.InvariantCulture);
}
