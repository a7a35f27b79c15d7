using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ptq.Numerics;

/// <summary>An immutable list with value equality: records that hold one compare by content, and [a, b] literals work.</summary>
[CollectionBuilder(typeof(Values), nameof(Values.Of))]
public readonly struct Values<T> : IEquatable<Values<T>> where T : IEquatable<T>
{
    private readonly ImmutableArray<T> items;

    internal Values(T[] owned) => items = ImmutableCollectionsMarshal.AsImmutableArray(owned);

    /// <summary>How many items there are; <c>default</c> has none.</summary>
    public int Length => items.IsDefault ? 0 : items.Length;

    /// <summary>The items, without a copy.</summary>
    public ReadOnlySpan<T> Span => items.AsSpan();

    /// <summary>The item at a place, from 0.</summary>
    public T this[int index] => items[index];

    /// <summary>Makes <c>foreach</c> work, without allocation.</summary>
    public ReadOnlySpan<T>.Enumerator GetEnumerator() => Span.GetEnumerator();

    /// <summary>The items for LINQ, at the edges where an allocation does not matter.</summary>
    public IEnumerable<T> AsEnumerable() => items.IsDefault ? [] : items;

    /// <summary>The same items in the same order (NaN equals NaN, 0 equals −0).</summary>
    public bool Equals(Values<T> other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Values<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in Span) hash.Add(item);
        return hash.ToHashCode();
    }

    /// <summary>The items where they are few, else their type and number.</summary>
    public override string ToString() => Length <= 8 ? $"[{string.Join(", ", AsEnumerable().Select(item => Convert.ToString(item, System.Globalization.CultureInfo.InvariantCulture)))}]" : $"{typeof(T).Name}[{Length}]";

    /// <inheritdoc cref="Equals(Values{T})"/>
    public static bool operator ==(Values<T> a, Values<T> b) => a.Equals(b);

    /// <summary>Not <see cref="Equals(Values{T})"/>.</summary>
    public static bool operator !=(Values<T> a, Values<T> b) => !a.Equals(b);
}

/// <summary>Writes into a buffer that becomes immutable when it returns.</summary>
public delegate void Fill<T, in TState>(Span<T> destination, TState state) where TState : allows ref struct;

/// <summary>How <see cref="Values{T}"/> come to be.</summary>
public static class Values
{
    /// <summary>A copy of the items.</summary>
    public static Values<T> Of<T>(ReadOnlySpan<T> items) where T : IEquatable<T> => new(items.ToArray());

    /// <summary>A copy of the items, in the order of the sequence.</summary>
    public static Values<T> From<T>(IEnumerable<T> items) where T : IEquatable<T> => new([.. items]);

    /// <summary>A list that <paramref name="fill"/> writes once, in place, before anyone else can see it.</summary>
    public static Values<T> Create<T, TState>(int length, TState state, Fill<T, TState> fill) where T : IEquatable<T> where TState : allows ref struct
    {
        var buffer = new T[length];
        fill(buffer, state);
        return new(buffer);
    }

    /// <summary>Takes the array without a copy: the caller made it and lets go of it here.</summary>
    internal static Values<T> Freeze<T>(T[] owned) where T : IEquatable<T> => new(owned);

    extension<T>(Values<T> source) where T : IEquatable<T>
    {
        /// <summary>The image of every item.</summary>
        public Values<TOut> Map<TOut>(Func<T, TOut> f) where TOut : IEquatable<TOut> =>
            Create<TOut, (Values<T> Source, Func<T, TOut> F)>(source.Length, (source, f), static (dst, s) =>
            {
                for (var i = 0; i < dst.Length; i++) dst[i] = s.F(s.Source[i]);
            });

        /// <summary>The same list with another item in one place.</summary>
        public Values<T> With(int index, T value) =>
            Create<T, (Values<T> Source, int Index, T Value)>(source.Length, (source, index, value), static (dst, s) =>
            {
                s.Source.Span.CopyTo(dst);
                dst[s.Index] = s.Value;
            });
    }
}
