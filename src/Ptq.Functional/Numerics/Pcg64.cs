using System.Numerics;
using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Ptq.Numerics;

/// <summary>
/// PCG XSL-RR 128/64 (O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms", 2014) and
/// NumPy's bounded integers on it. It moves as it draws, so it lives inside one method: <see cref="Rng"/> is its frozen form.
/// </summary>
internal record struct Pcg64
{
    private static readonly UInt128 Multiplier = new(2549297995355413924, 4865540595714422341);

    private uint? half; // the upper 32 bits of a word whose lower 32 were drawn; 64-bit draws leave it alone

    public Pcg64(SeedSequence seed)
    {
        var words = seed.Generate64(4);
        Increment = new UInt128(words[2], words[3]) << 1 | 1;
        State = (Increment + new UInt128(words[0], words[1])) * Multiplier + Increment;
    }

    public UInt128 State { get; private set; }

    public UInt128 Increment { get; }

    [MethodImpl(AggressiveInlining)]
    public ulong NextUInt64()
    {
        State = State * Multiplier + Increment;
        return BitOperations.RotateRight((ulong)(State >> 64) ^ (ulong)State, (int)(State >> 122));
    }

    [MethodImpl(AggressiveInlining)]
    public uint NextUInt32()
    {
        if (half is { } upper)
        {
            half = null;
            return upper;
        }
        var bits = NextUInt64();
        half = (uint)(bits >> 32);
        return (uint)bits;
    }

    /// <summary>A multiple of 2⁻⁵³ in [0, 1).</summary>
    [MethodImpl(AggressiveInlining)]
    public double NextDouble() => (long)(NextUInt64() >> 11) * (1.0 / (1L << 53));

    /// <summary>An integer in [0, max] by masked rejection: NumPy's random_interval, which shuffles.</summary>
    public ulong Masked(ulong max)
    {
        if (max == 0) return 0;
        var mask = ulong.MaxValue >> BitOperations.LeadingZeroCount(max);
        while (true)
        {
            var value = mask & (max <= uint.MaxValue ? NextUInt32() : NextUInt64());
            if (value <= max) return value;
        }
    }

    /// <summary>An integer in [0, max] by multiplication (Lemire, "Fast Random Integer Generation in an Interval", 2019): NumPy's integers.</summary>
    public ulong Multiplied(ulong max) => max switch
    {
        0 => 0, // nothing is drawn
        < uint.MaxValue => Multiplied32((uint)max + 1),
        uint.MaxValue => NextUInt32(),
        < ulong.MaxValue => Multiplied64(max + 1),
        _ => NextUInt64(),
    };

    public override readonly string ToString() => half is { } upper ? $"{State:x32}+{upper:x8}" : $"{State:x32}";

    private uint Multiplied32(uint count)
    {
        var product = (ulong)NextUInt32() * count;
        if ((uint)product < count)
            for (var biased = (0 - count) % count; (uint)product < biased;) product = (ulong)NextUInt32() * count;
        return (uint)(product >> 32);
    }

    private ulong Multiplied64(ulong count)
    {
        var high = Math.BigMul(NextUInt64(), count, out var low);
        if (low < count)
            for (var biased = (0 - count) % count; low < biased;) high = Math.BigMul(NextUInt64(), count, out low);
        return high;
    }
}
