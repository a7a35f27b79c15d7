using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Ptq.Numerics;
using Xunit;

namespace Ptq.Tests.Numerics;

/// <summary>golden/numpy_random.json was written by NumPy 1.24's Generator(PCG64(SeedSequence(seed, spawn_key))).</summary>
[Trait("Category", "Paths")]
public class Rng_is_NumPys_generator
{
    private static readonly Dictionary<string, JsonElement> Golden = Directory
        .GetFiles(Path.Combine(AppContext.BaseDirectory, "golden"), "numpy_random*.json")
        .SelectMany(file => JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("cases").EnumerateArray())
        .ToDictionary(c => SeedOf(c).ToString());

    public static TheoryData<string> Seeds => [.. Golden.Keys];

    [Theory, MemberData(nameof(Seeds))]
    public void The_seed_mixes_into_the_same_words(string seed)
    {
        var (golden, rng) = At(seed);
        Assert.Equal(golden.GetProperty("seed_sequence_state_uint32").Deserialize<uint[]>(), rng.Seed.Generate32(8).Span.ToArray());
        Assert.Equal(golden.GetProperty("seed_sequence_state_uint64").Deserialize<string[]>(), rng.Seed.Generate64(4).Span.ToArray().Select(Text));
        Assert.Equal(golden.GetProperty("pcg64_state").GetString(), Text(rng.State));
        Assert.Equal(golden.GetProperty("pcg64_inc").GetString(), Text(rng.Increment));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void A_fork_is_a_spawned_child(string seed)
    {
        var sequence = At(seed).Rng.Seed;
        Assert.Equal(Rng.From(sequence), sequence.SpawnKey.Span.ToArray().Aggregate(Rng.FromSeed(sequence.Entropy), (rng, label) => rng.Fork(label)));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void The_draws_are_the_same(string seed)
    {
        var (golden, rng) = At(seed);
        Assert.Equal(golden.GetProperty("raw_uint64").Deserialize<string[]>(), Draw(rng, 8, r => r.NextUInt64()).Select(Text));
        Assert.Equal(Doubles("random"), Draw(rng, 8, r => r.NextDouble()));
        Assert.Equal(Doubles("uniform_-0.7_0.7"), Draw(rng, 7, r => r.Uniform(-0.7, 0.7)));
        Assert.Equal(Doubles("standard_normal"), Draw(rng, 8, r => r.StandardNormal()));
        Assert.Equal(Doubles("normal_0_0.7"), Draw(rng, 1, r => r.Normal(0, 0.7)));
        Assert.Equal(golden.GetProperty("integers_0_10").Deserialize<long[]>(), Draw(rng, 12, r => r.Integer(0, 10)));
        Assert.Equal(golden.GetProperty("integers_0_60000").Deserialize<int[]>(), Draw(rng, 8, r => r.Below(60000)));
        double[] Doubles(string name) => golden.GetProperty(name).Deserialize<double[]>()!;
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Normals_and_uniforms_share_one_stream(string seed)
    {
        var (golden, rng) = At(seed);
        foreach (var pair in golden.GetProperty("interleaved_normal_then_random").Deserialize<double[][]>()!)
        {
            (var normal, rng) = rng.Normal(0, 0.7);
            (var uniform, rng) = rng.NextDouble();
            Assert.Equal((pair[0], pair[1]), (normal, uniform));
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Two_hundred_thousand_normals_agree_in_every_bit_tails_included(string seed)
    {
        var (golden, rng) = At(seed);
        var normals = new double[200_000];
        rng.FillStandardNormal(normals);
        var expected = golden.GetProperty("standard_normal_200000");
        foreach (var largest in expected.GetProperty("largest_magnitude").EnumerateArray()) // says where, before the digest says only that
            Assert.Equal(largest[1].GetDouble(), normals[largest[0].GetInt32()]);
        Assert.Equal(expected.GetProperty("sha256_f64_le").GetString(), Digest(normals));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Permutations_are_the_same(string seed)
    {
        var (golden, rng) = At(seed);
        Assert.Equal(golden.GetProperty("permutation_10").Deserialize<int[]>(), rng.Permutation(10).Value.Span.ToArray());
        Assert.Equal(golden.GetProperty("shuffle_arange_12").Deserialize<int[]>(), rng.Permutation(Values.Of<int>([.. Enumerable.Range(0, 12)])).Value.Span.ToArray());
        Assert.Equal(golden.GetProperty("permutation_60000").GetProperty("sha256_i64_le").GetString(), Digest(Array.ConvertAll(rng.Permutation(60000).Value.Span.ToArray(), i => (long)i)));
    }

    [Theory] // from NumPy 1.24: default_rng(1).integers(low, high), then .random() of the same generator
    [InlineData(3, 4, 3, 0.5118216247002567)] // nothing is drawn
    [InlineData(0, 7, 3, 0.9504636963259353)]
    [InlineData(0, 1L << 32, 2032329983, 0.9504636963259353)]
    [InlineData(0, (1L << 32) + 1, 2198257139, 0.9504636963259353)]
    [InlineData(long.MinValue, long.MaxValue, 218070485381080318, 0.9504636963259353)]
    public void Integers_change_algorithm_with_the_width_of_the_range(long low, long high, long expected, double following)
    {
        var (value, next) = Rng.FromSeed(1).Integer(low, high);
        Assert.Equal((expected, following), (value, next.NextDouble().Value));
    }

    [Fact]
    public void A_stream_without_a_seed_says_so() => Assert.Throws<InvalidOperationException>(() => default(Rng).NextDouble());

    private static (JsonElement Golden, Rng Rng) At(string seed) => (Golden[seed], Rng.From(SeedOf(Golden[seed])));

    private static SeedSequence SeedOf(JsonElement golden) =>
        SeedSequence.Of(BigInteger.Parse(golden.GetProperty("seed").GetString()!, CultureInfo.InvariantCulture), golden.GetProperty("spawn_key").Deserialize<uint[]>());

    private static T[] Draw<T>(Rng rng, int count, Func<Rng, (T, Rng)> draw)
    {
        var drawn = new T[count];
        for (var i = 0; i < count; i++) (drawn[i], rng) = draw(rng);
        return drawn;
    }

    private static string Text<T>(T number) where T : INumber<T> => number.ToString(null, CultureInfo.InvariantCulture);

    private static string Digest<T>(T[] numbers) where T : struct => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(numbers.AsSpan())));
}
