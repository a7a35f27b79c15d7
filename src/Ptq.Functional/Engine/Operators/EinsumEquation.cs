using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>
/// The equation of an Einsum with its ellipses written out: every axis of every input has a letter, and the axes that an ellipsis stands
/// for have one each too, the same for the last of them in every input.
/// </summary>
/// <param name="Terms">The letters of each input's axes.</param>
/// <param name="Result">The letters of the result's axes.</param>
/// <param name="Lengths">How long the axis of a letter is; inputs may have 1 there and are repeated.</param>
internal sealed record EinsumEquation(string[] Terms, string Result, Dictionary<char, int> Lengths)
{
    private const char Last = '\uE000'; // the last axis of an ellipsis; the others count on from it

    /// <summary>The equation of an operation; its result is small enough to be made.</summary>
    public static EinsumEquation Of(Site site)
    {
        var text = site.Text("equation", "").Replace(" ", "", StringComparison.Ordinal);
        Unfit Bad(string wanted) => site.Bad("equation", $"'{text}'", wanted);
        var sides = text.Split("->");
        if (sides.Length > 2) throw Bad("at most one arrow");
        var terms = sides[0].Split(',');
        if (terms.Length != site.Count) throw Bad($"{site.Count} terms, one an input");

        var (lengths, most) = (new Dictionary<char, int>(), 0);
        for (var i = 0; i < terms.Length; i++)
        {
            var x = site.ShapeOf(i);
            var letters = Letters(terms[i], Bad);
            var more = letters == terms[i] ? 0 : x.Rank - letters.Length;
            if (letters.Length + more != x.Rank || more < 0) throw Bad($"{x.Rank} axes in term {i}, as {x}");
            terms[i] = terms[i].Replace("...", Ellipsis(more), StringComparison.Ordinal);
            most = Math.Max(most, more);
            for (var axis = 0; axis < x.Rank; axis++)
            {
                var letter = terms[i][axis];
                var known = lengths.GetValueOrDefault(letter, 1);
                lengths[letter] = known == 1 || known == x[axis] ? x[axis] : x[axis] == 1 ? known : throw Bad($"one length for '{letter}', not {known} and {x[axis]}");
            }
        }

        string result;
        if (sides.Length == 2)
        {
            Letters(sides[1], Bad);
            result = sides[1].Replace("...", Ellipsis(most), StringComparison.Ordinal);
        }
        else result = Ellipsis(most) + string.Concat(terms.SelectMany(term => term).Where(char.IsAsciiLetter).GroupBy(letter => letter).Where(seen => seen.Count() == 1).Select(seen => seen.Key).Order());
        if (result.Distinct<char>().Count() != result.Length || result.Any(letter => !lengths.ContainsKey(letter))) throw Bad("different letters behind the arrow, all of them known");
        site.Fits([.. result.Select(letter => (long)lengths[letter])]);
        return new(terms, result, lengths);
    }

    private static string Letters(string term, Func<string, Unfit> bad)
    {
        var dots = term.IndexOf("...", StringComparison.Ordinal);
        var letters = dots < 0 ? term : term.Remove(dots, 3);
        return letters.All(char.IsAsciiLetter) ? letters : throw bad("letters, commas, one ellipsis a term and one arrow");
    }

    private static string Ellipsis(int axes) => string.Concat(Enumerable.Range(0, axes).Select(i => (char)(Last + axes - 1 - i)));
}
