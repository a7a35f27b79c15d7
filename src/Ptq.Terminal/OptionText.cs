using System.Globalization;
using System.Numerics;
using LanguageExt;
using Ptq.Errors;
using static LanguageExt.Prelude;

namespace Ptq.Terminal;

/// <summary>Values from the text of an option, or what was wanted instead; a default where nothing was typed.</summary>
public static class OptionText
{
    /// <summary>A seed: an integer of any size, from 0.</summary>
    public static Validation<Fault, BigInteger> Seeded(string field, string? text) =>
        text is null ? Success<Fault, BigInteger>(BigInteger.Zero)
        : text.Length <= 1000 && BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? Success<Fault, BigInteger>(seed)
        : Fail<Fault, BigInteger>(new(field, Quoted.Text(text), "an integer from 0, at most 1,000 digits"));

    /// <summary>A whole number in a range.</summary>
    public static Validation<Fault, int> Whole(string field, string? text, int otherwise, int low, int high) =>
        text is null ? Success<Fault, int>(otherwise)
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= low && value <= high ? Success<Fault, int>(value)
        : Fail<Fault, int>(new(field, Quoted.Text(text), string.Create(CultureInfo.InvariantCulture, $"a whole number from {low} to {high}")));

    /// <summary>A number in a range.</summary>
    public static Validation<Fault, double> Real(string field, string? text, double otherwise, double low, double high) =>
        text is null ? Success<Fault, double>(otherwise)
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= low && value <= high ? Success<Fault, double>(value)
        : Fail<Fault, double>(new(field, Quoted.Text(text), string.Create(CultureInfo.InvariantCulture, $"a number from {low} to {high}")));

    /// <summary>A path; whether something is there is seen when it is used.</summary>
    public static Validation<Fault, string> Path(string field, string? text, Func<string> otherwise) =>
        text is null ? Success<Fault, string>(otherwise())
        : !string.IsNullOrWhiteSpace(text) && !text.Contains('\0', StringComparison.Ordinal) ? Success<Fault, string>(text)
        : Fail<Fault, string>(new(field, Quoted.Text(text), "a path"));

    /// <summary>How many threads: all cores where nothing was typed.</summary>
    public static Validation<Fault, int> Threads(string field, string? text) => Whole(field, text, Environment.ProcessorCount, 1, 512);
}
