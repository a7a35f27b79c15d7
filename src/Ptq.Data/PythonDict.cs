using LanguageExt;
using Ptq.Errors;

namespace Ptq.Data;

/// <summary>A value of a <see cref="PythonDict"/>.</summary>
internal abstract record PythonValue
{
    private PythonValue() { }

    /// <summary>A string without escapes.</summary>
    public sealed record Text(string Value) : PythonValue;

    /// <summary>True or False.</summary>
    public sealed record Truth(bool Value) : PythonValue;

    /// <summary>A tuple of integers from 0 on.</summary>
    public sealed record Whole(long[] Values) : PythonValue;

    /// <summary>A list, or a tuple that begins with a string: how NPY spells structured and sub-array types. Nothing after it is read.</summary>
    public sealed record Structure : PythonValue;
}

/// <summary>
/// The little of Python's literal syntax that an NPY header is written in: a dict from strings to strings, truth values and
/// tuples of integers, with or without a comma at the end, in one pass over the text.
/// </summary>
internal sealed class PythonDict
{
    // A header has three keys and a tuple of NumPy's 64 axes; a few more get a better message than their number.
    private const int MostPairs = 16, MostItems = 256;

    private readonly Place place;
    private readonly string text;
    private int at;
    private PtqError? fault; // the first; from then on the text counts as used up

    private PythonDict(Place place, string text) => (this.place, this.text) = (place, text);

    /// <summary>The pairs, in order; a key that stands there twice is a complaint.</summary>
    public static Either<PtqError, IReadOnlyDictionary<string, PythonValue>> Parse(Place place, string text)
    {
        var reader = new PythonDict(place, text);
        var pairs = reader.Pairs();
        return reader.fault is { } fault ? fault : pairs;
    }

    private Dictionary<string, PythonValue> Pairs()
    {
        var pairs = new Dictionary<string, PythonValue>(StringComparer.Ordinal);
        Want('{');
        while (fault is null && !Take('}'))
        {
            var key = Text();
            Want(':');
            var value = Value();
            if (!pairs.TryAdd(key, value)) Fail($"the key {Place.Quote(key)} again", "it once");
            if (pairs.Count > MostPairs) Fail("one key more", $"at most {MostPairs}");
            if (value is PythonValue.Structure) return pairs;
            if (!Take(',') && Peek() != '}') Fail(Shown(), "',' or '}'");
        }
        if (Peek() != End) Fail(Shown(), "nothing after the '}'");
        return pairs;
    }

    private PythonValue Value() => Peek() switch
    {
        '\'' or '"' => new PythonValue.Text(Text()),
        'T' or 'F' => Truth(),
        '[' => new PythonValue.Structure(),
        '(' => Tuple(),
        _ => Fail<PythonValue>(Shown(), "a string, True, False or a tuple", new PythonValue.Structure()),
    };

    private PythonValue Tuple()
    {
        var items = new List<long>();
        Want('(');
        if (Peek() is '\'' or '"' or '[' or '(') return new PythonValue.Structure();
        var comma = true;
        while (fault is null && !Take(')'))
        {
            if (!comma) Fail(Shown(), "',' or ')'");
            if (items.Count == MostItems) Fail("one item more", $"at most {MostItems} in a tuple");
            items.Add(Integer());
            comma = Take(',');
        }
        if (items.Count == 1 && !comma) Fail($"({items[0]}), a number", $"({items[0]},), a tuple");
        return new PythonValue.Whole([.. items]);
    }

    private PythonValue.Truth Truth()
    {
        var rest = text.AsSpan(at);
        var value = rest.StartsWith("True");
        if (!value && !rest.StartsWith("False")) return Fail(Shown(), "True or False", new PythonValue.Truth(false));
        at += value ? 4 : 5;
        return new(value);
    }

    private string Text()
    {
        var quote = Peek();
        var length = quote is '\'' or '"' ? text.AsSpan(at + 1).IndexOf(quote) : -1;
        if (length < 0) return Fail(Shown(), "a string in quotes", "");
        var value = text.Substring(at + 1, length);
        if (value.AsSpan().ContainsAny("\\\n\r")) return Fail(Place.Quote(value), "a string of plain characters", "");
        at += length + 2;
        return value;
    }

    private long Integer()
    {
        var digits = 0;
        if (Peek() == End) return Fail(Shown(), "an integer", 0L);
        while (at + digits < text.Length && char.IsAsciiDigit(text[at + digits])) digits++;
        var number = text.AsSpan(at, digits);
        if (digits == 0 || (digits > 1 && number[0] == '0')) return Fail(Shown(), "an integer from 0 on", 0L);
        if (!long.TryParse(number, System.Globalization.CultureInfo.InvariantCulture, out var value)) return Fail(Place.Quote(number.ToString()), "an integer below 2⁶³", 0L);
        at += digits;
        if (at < text.Length && text[at] == 'L') at++; // Python 2's long integers
        return value;
    }

    private const char End = '\0';

    private char Peek()
    {
        while (at < text.Length && text[at] is ' ' or '\t' or '\n' or '\r') at++;
        return fault is null && at < text.Length ? text[at] : End;
    }

    private bool Take(char c)
    {
        var taken = Peek() == c;
        if (taken) at++;
        return taken;
    }

    private void Want(char c)
    {
        if (!Take(c)) Fail(Shown(), $"'{c}'");
    }

    private string Shown() => at < text.Length ? Place.Quote(text.Substring(at, Math.Min(12, text.Length - at))) : "the end";

    private void Fail(string seen, string wanted) => fault ??= place.Bad($"header, character {at}", seen, wanted);

    private T Fail<T>(string seen, string wanted, T instead)
    {
        Fail(seen, wanted);
        return instead;
    }
}
