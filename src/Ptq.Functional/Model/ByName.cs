using LanguageExt;
using Ptq.Numerics;
using static LanguageExt.Prelude;

namespace Ptq.Model;

/// <summary>An immutable map from names to values that keeps its order and compares by content.</summary>
public sealed record ByName<T> where T : IEquatable<T>
{
    /// <summary>So few names are found as fast by looking at all of them; most maps are the attributes of an operation.</summary>
    private const int Few = 8;

    private readonly Dictionary<string, int>? places;

    private ByName(Values<string> names, Values<T> items)
    {
        (Names, Items) = (names, items);
        if (names.Length > Few) places = Enumerable.Range(0, names.Length).ToDictionary(i => names[i], StringComparer.Ordinal);
        else
            for (var i = 1; i < names.Length; i++)
                if (names.Span[..i].Contains(names[i])) throw new ArgumentException($"'{names[i]}' occurs twice.", nameof(names));
    }

    /// <summary>The names, in order.</summary>
    public Values<string> Names { get; }

    /// <summary>The values, in the order of the names.</summary>
    public Values<T> Items { get; }

    /// <summary>How many there are.</summary>
    public int Count => Names.Length;

    /// <summary>The value of a name that is known to be there.</summary>
    /// <exception cref="KeyNotFoundException">It is not.</exception>
    public T this[string name] => Place(name) is >= 0 and var i ? Items[i] : throw new KeyNotFoundException($"No '{name}' among {Names}.");

    /// <summary>The value of a name, where there is one.</summary>
    public Option<T> Find(string name) => Place(name) is >= 0 and var i ? Some(Items[i]) : None;

    /// <summary>Whether the name is there.</summary>
    public bool Has(string name) => Place(name) >= 0;

    /// <summary>The same names with other values.</summary>
    public ByName<TOut> Map<TOut>(Func<string, T, TOut> f) where TOut : IEquatable<TOut> =>
        new(Names, Values.From(Enumerable.Range(0, Count).Select(i => f(Names[i], Items[i]))));

    /// <summary>The same map with another value for one name, at the end where it is new.</summary>
    public ByName<T> With(string name, T value) => Place(name) is >= 0 and var i
        ? new(Names, Items.With(i, value))
        : new([.. Names.Span, name], [.. Items.Span, value]);

    private int Place(string name) => places is null ? Names.Span.IndexOf(name) : places.GetValueOrDefault(name, -1);

    /// <summary>A map of pairs in their order.</summary>
    /// <exception cref="ArgumentException">A name occurs twice.</exception>
    public static ByName<T> Of(IEnumerable<(string Name, T Value)> pairs)
    {
        var all = pairs.ToArray();
        return new(Values.From(all.Select(p => p.Name)), Values.From(all.Select(p => p.Value)));
    }

    /// <summary>The same names and values in the same order.</summary>
    public bool Equals(ByName<T>? other) => other is not null && Names == other.Names && Items == other.Items;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Names, Items);
}
