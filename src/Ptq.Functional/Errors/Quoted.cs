using System.Globalization;

namespace Ptq.Errors;

/// <summary>Texts from files in messages.</summary>
public static class Quoted
{
    /// <summary>A text from a file in quotes, fit to be shown: short, and nothing in it that a terminal would obey.</summary>
    public static string Text(string text)
    {
        const int longest = 60;
        return $"'{Line(text, longest)}'";
    }

    /// <summary>A text on one line of at most so many characters, and nothing in it that a terminal would obey.</summary>
    internal static string Line(string text, int longest)
    {
        var shown = text.Length <= longest ? text : text[..longest] + "…";
        return shown.All(IsPlain) ? shown : string.Concat(shown.Select(c => IsPlain(c) ? $"{c}" : $"\\u{(int)c:x4}"));
    }

    private static bool IsPlain(char c) => char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate);
}
