using System.Globalization;

namespace Ptq.Errors;

/// <summary>Texts from files in messages.</summary>
public static class Quoted
{
    /// <summary>A text from a file in quotes, fit to be shown: short, and nothing in it that a terminal would obey.</summary>
    public static string Text(string text)
    {
        const int longest = 60;
        var shown = text.Length <= longest ? text : text[..longest] + "…";
        return $"'{string.Concat(shown.Select(c => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate ? $"\\u{(int)c:x4}" : $"{c}"))}'";
    }
}
