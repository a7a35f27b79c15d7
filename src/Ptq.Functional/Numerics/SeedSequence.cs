using System.Globalization;
using System.Numerics;

namespace Ptq.Numerics;

/// <summary>
/// NumPy's SeedSequence with its pool of four words: any entropy becomes well-mixed seed words, and a spawn key names a
/// place in a tree of independent streams. After O'Neill, "Developing a seed_seq Alternative" (2015); NumPy NEP 19.
/// </summary>
public sealed record SeedSequence
{
    private const int PoolSize = 4;

    private SeedSequence(BigInteger entropy, Values<uint> spawnKey) => (Entropy, SpawnKey) = (entropy, spawnKey);

    /// <summary>The seed: an integer of any size, not negative.</summary>
    public BigInteger Entropy { get; }

    /// <summary>The place in the tree of streams, from the root down; empty at the root.</summary>
    public Values<uint> SpawnKey { get; }

    /// <summary>NumPy's SeedSequence(entropy, spawn_key=spawnKey).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The entropy is negative.</exception>
    public static SeedSequence Of(BigInteger entropy, params ReadOnlySpan<uint> spawnKey)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(entropy);
        return new(entropy, Values.Of(spawnKey));
    }

    /// <summary>The child that NumPy's spawn would make as its <paramref name="index"/>-th (from 0): the key, one word longer.</summary>
    public SeedSequence Spawn(uint index) => new(Entropy, [.. SpawnKey.Span, index]);

    /// <summary>NumPy's generate_state(count, uint32).</summary>
    public Values<uint> Generate32(int count)
    {
        var pool = MixedPool();
        var hash = new Hash(0x8b51f9dd, 0x58f38ded);
        var state = new uint[count];
        for (var i = 0; i < count; i++) state[i] = hash.Of(pool[i % PoolSize]);
        return new(state);
    }

    /// <summary>NumPy's generate_state(count, uint64): pairs of 32-bit words, the low one first.</summary>
    public Values<ulong> Generate64(int count)
    {
        var words = Generate32(2 * count);
        var state = new ulong[count];
        for (var i = 0; i < count; i++) state[i] = words[2 * i] | (ulong)words[2 * i + 1] << 32;
        return new(state);
    }

    /// <summary>The entropy and the key, as <c>0[1, 2]</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Entropy}[{string.Join(", ", SpawnKey.Span.ToArray())}]");

    private uint[] MixedPool()
    {
        var words = Words();
        var pool = new uint[PoolSize];
        var hash = new Hash(0x43b0d7e5, 0x931e8875);

        for (var i = 0; i < PoolSize; i++) pool[i] = hash.Of(i < words.Length ? words[i] : 0);
        for (var from = 0; from < PoolSize; from++)
            for (var to = 0; to < PoolSize; to++)
                if (from != to) pool[to] = Mix(pool[to], hash.Of(pool[from]));
        for (var from = PoolSize; from < words.Length; from++)
            for (var to = 0; to < PoolSize; to++) pool[to] = Mix(pool[to], hash.Of(words[from]));
        return pool;
    }

    /// <summary>The entropy, low word first (zero is one word), then the key; before a key, short entropy is padded to the pool's size.</summary>
    private uint[] Words()
    {
        var length = Math.Max(1, (int)((Entropy.GetBitLength() + 31) / 32));
        var words = new uint[SpawnKey.Length == 0 ? length : Math.Max(length, PoolSize) + SpawnKey.Length];
        for (var i = 0; i < length; i++) words[i] = (uint)(Entropy >> 32 * i & uint.MaxValue);
        SpawnKey.Span.CopyTo(words.AsSpan(words.Length - SpawnKey.Length));
        return words;
    }

    private static uint Mix(uint x, uint y)
    {
        var mixed = 0xca01f9dd * x - 0x4973f715 * y;
        return mixed ^ mixed >> 16;
    }

    /// <summary>Multiplies and folds; its constant moves on with every word, so equal words hash differently.</summary>
    private struct Hash(uint constant, uint multiplier)
    {
        private uint constant = constant;

        public uint Of(uint word)
        {
            word ^= constant;
            constant *= multiplier;
            word *= constant;
            return word ^ word >> 16;
        }
    }
}
