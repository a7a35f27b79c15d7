using System.Text;
using LanguageExt;
using Ptq.Data;
using Ptq.Errors;

namespace Ptq.Experiments.Reports;

/// <summary>Text that a command writes into a page of people: what stands between the lines <c>&lt;!-- NAME --&gt;</c> and <c>&lt;!-- /NAME --&gt;</c>.</summary>
internal static class Marked
{
    /// <summary>A page with the text between the markers of a name replaced.</summary>
    /// <param name="page">The page's name, for the message.</param>
    /// <param name="text">The page.</param>
    /// <param name="name">The markers' name.</param>
    /// <param name="block">What goes between them.</param>
    /// <returns>The page; <see cref="PtqError.BadFile"/> where it has not both markers once, in order.</returns>
    public static Either<PtqError, string> Replace(string page, string text, string name, string block)
    {
        var (first, last) = ($"<!-- {name} -->\n", $"<!-- /{name} -->\n");
        var (from, to) = (text.IndexOf(first, StringComparison.Ordinal), text.IndexOf(last, StringComparison.Ordinal));
        return from < 0 || to < from || text.LastIndexOf(first, StringComparison.Ordinal) != from || text.LastIndexOf(last, StringComparison.Ordinal) != to
            ? new PtqError.BadFile(page, $"markers of '{name}'", "other lines", $"the lines {first.TrimEnd()} and {last.TrimEnd()} once each, in this order")
            : $"{text[..(from + first.Length)]}\n{block.Trim('\n')}\n\n{text[to..]}";
    }

    /// <summary>The same for a file: its path and its new bytes, to be written.</summary>
    public static Either<PtqError, (string Path, ReadOnlyMemory<byte> Bytes)> InFile(string path, string name, string block) =>
        from bytes in Disk.ReadAll(path)
        from replaced in Replace(path, Encoding.UTF8.GetString(bytes), name, block)
        select (path, new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(replaced)));
}
