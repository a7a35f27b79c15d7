using System.Runtime.CompilerServices;

namespace Ptq.Numerics;

/// <summary>
/// How often finite float32 values occur, in cells of 2⁻¹⁰ of their magnitude: a cell holds the values that share sign, exponent and
/// the upper ten bits of the fraction. Histograms of two samples combine to that of both, in any order and grouping, to the same value.
/// </summary>
public sealed record Histogram
{
    private const int CellBits = 10, Shift = 23 - CellBits, Cells = 1 << CellBits, Pages = 512;

    /// <summary>The cells of one sign and exponent.</summary>
    private readonly record struct Page(int Id, Values<long> Counts);

    private readonly Values<Page> pages; // ascending, none of them empty

    private Histogram(Values<Page> pages, long count, float minimum, float maximum) => (this.pages, Count, Minimum, Maximum) = (pages, count, minimum, maximum);

    /// <summary>The histogram of no value at all: the unit of <see cref="Combine"/>.</summary>
    public static Histogram Empty { get; } = new([], 0, float.PositiveInfinity, float.NegativeInfinity);

    /// <summary>How many values there are.</summary>
    public long Count { get; }

    /// <summary>The smallest value, exactly.</summary>
    public float Minimum { get; }

    /// <summary>The largest value, exactly.</summary>
    public float Maximum { get; }

    /// <summary>The cells that hold something, ascending: the middle of each, and how many values it holds.</summary>
    public IEnumerable<(double Middle, long Count)> Occupied =>
        from page in pages.AsEnumerable()
        from cell in Enumerable.Range(0, Cells)
        where page.Counts[cell] > 0
        select ((Low(page.Id, cell) + (double)High(page.Id, cell)) / 2, page.Counts[cell]);

    /// <summary>The histogram of some values.</summary>
    /// <exception cref="ArgumentException">A value is NaN or an infinity.</exception>
    public static Histogram Of(ReadOnlySpan<float> values)
    {
        if (values.IsEmpty) return Empty;
        var (minimum, maximum) = (values[0], values[0]);
        foreach (var x in values) (minimum, maximum) = (MathF.Min(minimum, x), MathF.Max(maximum, x));
        if (!float.IsFinite(minimum) || !float.IsFinite(maximum)) throw new ArgumentException("A histogram takes finite values.", nameof(values));
        return Of(values, minimum, maximum);
    }

    /// <summary>The histogram of some finite values whose ends are known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static Histogram Of(ReadOnlySpan<float> values, float minimum, float maximum)
    {
        // Neighbours are often equal, behind a ReLU for one: they are counted apart, so that none waits for the one before.
        var (pages, others, i) = (new long[]?[Pages], new long[]?[Pages], 0);
        for (; i < values.Length - 1; i += 2)
        {
            var (key, other) = (KeyOf(values[i]), KeyOf(values[i + 1]));
            (pages[key >> CellBits] ??= new long[Cells])[key & Cells - 1]++;
            (others[other >> CellBits] ??= new long[Cells])[other & Cells - 1]++;
        }
        if (i < values.Length) (pages[KeyOf(values[i]) >> CellBits] ??= new long[Cells])[KeyOf(values[i]) & Cells - 1]++;
        for (var page = 0; page < Pages; page++)
            if (pages[page] is not { } counts) pages[page] = others[page];
            else if (others[page] is { } more)
                for (var cell = 0; cell < Cells; cell++) counts[cell] += more[cell];
        return new(Frozen(pages), values.Length, minimum + 0f, maximum + 0f);
    }

    /// <summary>The histogram of both samples together.</summary>
    public Histogram Combine(Histogram other)
    {
        if (Count == 0) return other;
        if (other.Count == 0) return this;
        var all = new long[]?[Pages];
        foreach (var page in pages) all[page.Id] = page.Counts.Span.ToArray();
        foreach (var page in other.pages)
            if (all[page.Id] is { } counts) for (var i = 0; i < Cells; i++) counts[i] += page.Counts[i];
            else all[page.Id] = page.Counts.Span.ToArray();
        return new(Frozen(all), Count + other.Count, MathF.Min(Minimum, other.Minimum), MathF.Max(Maximum, other.Maximum));
    }

    /// <summary>
    /// The value below which <paramref name="percent"/> of the sample lies: NumPy's definition (<see cref="Numerics.Percentile"/>), with the values
    /// of a cell taken as evenly spread over it. It differs from the sample's own percentile by at most a cell: 2⁻¹⁰ of its magnitude.
    /// </summary>
    /// <param name="percent">0 to 100; the ends are exact.</param>
    /// <exception cref="InvalidOperationException">There is no value.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The percentage is not in [0, 100].</exception>
    public double Percentile(double percent)
    {
        if (!(percent is >= 0 and <= 100)) throw new ArgumentOutOfRangeException(nameof(percent), percent, "0 to 100");
        if (Count == 0) throw new InvalidOperationException("A percentile needs at least one value.");
        var rank = (Count - 1) * (percent / 100);
        if (rank <= 0) return Minimum;
        if (rank >= Count - 1) return Maximum;
        var before = 0L;
        foreach (var page in pages)
        {
            var held = Sum(page.Counts.Span);
            if (rank < before + held)
                for (var cell = 0; ; before += page.Counts[cell++])
                {
                    var count = page.Counts[cell];
                    if (!(rank < before + count)) continue;
                    double low = Math.Max(Low(page.Id, cell), Minimum), high = Math.Min(High(page.Id, cell), Maximum);
                    return low + (high - low) * Math.Min(1, (rank - before) / Math.Max(1, count - 1));
                }
            before += held;
        }
        return Maximum;
    }

    /// <summary>How many values, of what range.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Histogram of {Count} in [{Minimum}, {Maximum}]");

    /// <inheritdoc/>
    public bool Equals(Histogram? other) => other is not null && Count == other.Count && Minimum == other.Minimum && Maximum == other.Maximum && pages == other.pages;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Count, Minimum, Maximum);

    // Ascending with the value: negative numbers have their bits turned over, the others lie above them. −0 is 0.
    private static int KeyOf(float x)
    {
        var bits = BitConverter.SingleToUInt32Bits(x + 0f);
        return (int)((bits ^ ((uint)((int)bits >> 31) | 0x8000_0000)) >> Shift);
    }

    private static float Low(int page, int cell) => ValueOf((uint)(page << CellBits | cell) << Shift);

    private static float High(int page, int cell) => ValueOf((uint)(page << CellBits | cell) << Shift | (1u << Shift) - 1);

    private static float ValueOf(uint ordered) => BitConverter.UInt32BitsToSingle(ordered >> 31 == 1 ? ordered & 0x7FFF_FFFF : ~ordered);

    private static Values<Page> Frozen(long[]?[] pages) =>
        Values.From(Enumerable.Range(0, Pages).Where(id => pages[id] is not null).Select(id => new Page(id, Values.Freeze(pages[id]!))));

    private static long Sum(ReadOnlySpan<long> counts)
    {
        var sum = 0L;
        foreach (var count in counts) sum += count;
        return sum;
    }
}
