using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Numerics;

/// <summary>
/// A random stream as a value: NumPy's Generator(PCG64(SeedSequence)), bit for bit. A draw returns what was drawn and the
/// stream that follows; the stream it was asked of stays where it was. Use each state once: thread it within a task, fork
/// it between tasks.
/// </summary>
public readonly record struct Rng
{
    private readonly SeedSequence? seed;
    private readonly Pcg64 source;

    private Rng(SeedSequence? seed, in Pcg64 source) => (this.seed, this.source) = (seed, source);

    /// <summary>Where the stream began.</summary>
    public SeedSequence Seed => seed ?? throw new InvalidOperationException("default(Rng) has no seed: begin with Rng.FromSeed.");

    /// <summary>PCG64's 128-bit state, as NumPy's <c>bit_generator.state</c> shows it.</summary>
    public UInt128 State => source.State;

    /// <summary>PCG64's stream constant, odd.</summary>
    public UInt128 Increment => source.Increment;

    /// <summary>NumPy's default_rng(seed); any integer from 0 on.</summary>
    public static Rng FromSeed(BigInteger seed) => From(SeedSequence.Of(seed));

    /// <summary>The stream that begins at a place in the tree of streams.</summary>
    public static Rng From(SeedSequence seed) => new(seed, new Pcg64(seed));

    /// <summary>The independent stream that NumPy's SeedSequence.spawn would number <paramref name="label"/>. It depends on
    /// where this stream began and not on what was drawn, so neither order nor parallelism can change it.</summary>
    public Rng Fork(uint label) => From(Seed.Spawn(label));

    /// <summary>A 64-bit word.</summary>
    [MethodImpl(AggressiveInlining)]
    public (ulong Value, Rng Next) NextUInt64()
    {
        var s = Source;
        return (s.NextUInt64(), new(seed, s));
    }

    /// <summary>Half a word; the other half is kept for the next 32-bit draw.</summary>
    [MethodImpl(AggressiveInlining)]
    public (uint Value, Rng Next) NextUInt32()
    {
        var s = Source;
        return (s.NextUInt32(), new(seed, s));
    }

    /// <summary>A multiple of 2⁻⁵³ in [0, 1): NumPy's random().</summary>
    [MethodImpl(AggressiveInlining)]
    public (double Value, Rng Next) NextDouble()
    {
        var s = Source;
        return (s.NextDouble(), new(seed, s));
    }

    /// <summary>A number in [low, high): NumPy's uniform(low, high).</summary>
    [MethodImpl(AggressiveInlining)]
    public (double Value, Rng Next) Uniform(double low, double high)
    {
        var s = Source;
        return (low + (high - low) * s.NextDouble(), new(seed, s));
    }

    /// <summary>A number from N(0, 1): NumPy's standard_normal().</summary>
    [MethodImpl(AggressiveInlining)]
    public (double Value, Rng Next) StandardNormal()
    {
        var s = Source;
        return (Ziggurat.Normal(ref s), new(seed, s));
    }

    /// <summary>A number from N(mean, deviation²): NumPy's normal(mean, deviation).</summary>
    [MethodImpl(AggressiveInlining)]
    public (double Value, Rng Next) Normal(double mean, double deviation)
    {
        var s = Source;
        return (mean + deviation * Ziggurat.Normal(ref s), new(seed, s));
    }

    /// <summary>An integer in [low, high): NumPy's integers(low, high).</summary>
    [MethodImpl(AggressiveInlining)]
    public (long Value, Rng Next) Integer(long low, long high)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(low, high);
        var s = Source;
        return (low + (long)s.Multiplied((ulong)(high - 1 - low)), new(seed, s));
    }

    /// <summary>An index in [0, count): NumPy's integers(count).</summary>
    [MethodImpl(AggressiveInlining)]
    public (int Value, Rng Next) Below(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var s = Source;
        return ((int)s.Multiplied((ulong)count - 1), new(seed, s));
    }

    /// <summary>0 … count − 1 in random order: NumPy's permutation(count).</summary>
    public (Values<int> Value, Rng Next) Permutation(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++) order[i] = i;
        return (new(order), Shuffle(order.AsSpan()));
    }

    /// <summary>The same items in random order: NumPy's permutation(items).</summary>
    public (Values<T> Value, Rng Next) Permutation<T>(Values<T> items) where T : IEquatable<T>
    {
        var order = items.Span.ToArray();
        return (new(order), Shuffle(order.AsSpan()));
    }

    /// <summary>Fisher and Yates in place, from the last item down: NumPy's shuffle. Returns the stream that follows.</summary>
    public Rng Shuffle<T>(Span<T> items)
    {
        var s = Source;
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = (int)s.Masked((ulong)i);
            (items[i], items[j]) = (items[j], items[i]);
        }
        return new(seed, s);
    }

    /// <summary>A <see cref="Uniform"/> in every place. Returns the stream that follows.</summary>
    public Rng FillUniform(Span<double> places, double low, double high)
    {
        var s = Source;
        foreach (ref var place in places) place = low + (high - low) * s.NextDouble();
        return new(seed, s);
    }

    /// <summary>A <see cref="StandardNormal"/> in every place. Returns the stream that follows.</summary>
    public Rng FillStandardNormal(Span<double> places)
    {
        var s = Source;
        foreach (ref var place in places) place = Ziggurat.Normal(ref s);
        return new(seed, s);
    }

    /// <summary>The seed, the state, and the half of a word that waits for a 32-bit draw.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Rng {seed} at {source}");

    private Pcg64 Source // a copy that may move
    {
        [MethodImpl(AggressiveInlining)]
        get
        {
            _ = Seed;
            return source;
        }
    }
}
