using Ptq.Errors;

namespace Ptq.Data;

/// <summary>The file, and the part of it, that a parser is looking at: what every complaint begins with.</summary>
/// <param name="File">The file's name as the user knows it.</param>
/// <param name="Part">The entry of an archive; empty for the file itself.</param>
internal readonly record struct Place(string File, string Part = "")
{
    /// <summary>What is wrong at one spot of this part.</summary>
    public PtqError Bad(string where, string seen, string wanted) =>
        new PtqError.BadFile(File, Part.Length == 0 ? where : $"{Part}, {where}", seen, wanted);

    /// <summary>A text from the file in quotes, fit to be shown: short, and nothing in it that a terminal would obey.</summary>
    public static string Quote(string text) => Quoted.Text(text);
}
