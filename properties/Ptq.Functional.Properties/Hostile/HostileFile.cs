using FsCheck;
using FsCheck.Fluent;
using Ptq.Numerics;

namespace Ptq.Properties.Hostile;

/// <summary>A change to a file. What it is depends on the draws alone, so that a case can be made again.</summary>
/// <param name="Name">What it does.</param>
/// <param name="Apply">From bytes to bytes.</param>
internal sealed record Edit(string Name, Func<byte[], Drawn, byte[]> Apply);

/// <summary>Files of a format.</summary>
/// <param name="Name">What the files are called in messages.</param>
/// <param name="Sound">A file that is as it should be.</param>
/// <param name="Edits">What can become of it.</param>
internal sealed record FileFormat(string Name, Func<Drawn, byte[]> Sound, params Edit[] Edits)
{
    /// <summary>Files with one to five changes; a smaller case has fewer of them.</summary>
    public Arbitrary<HostileFile> Hostile() => Arb.From(
        from seed in Gen.Choose(0, int.MaxValue)
        from count in Gen.Frequency((4, Gen.Constant(1)), (3, Gen.Choose(2, 3)), (1, Gen.Choose(4, 5)))
        from places in Gen.ArrayOf(Gen.Choose(0, Edits.Length - 1), count)
        from seeds in Gen.ArrayOf(Gen.Choose(0, int.MaxValue), count)
        select new HostileFile(this, seed, [.. places.Zip(seeds, (edit, s) => (edit, s))]),
        file => file.Fewer());
}

/// <summary>A file of a format with some changes.</summary>
public sealed class HostileFile
{
    /// <summary>Changes stop where a file would become longer.</summary>
    private const int Longest = 1 << 20;

    private readonly FileFormat format;
    private readonly int seed;
    private readonly (int Edit, int Seed)[] edits;

    internal HostileFile(FileFormat format, int seed, (int Edit, int Seed)[] edits)
    {
        (this.format, this.seed, this.edits) = (format, seed, edits);
        Bytes = format.Sound(Draws(seed));
        foreach (var (edit, s) in edits)
            if (format.Edits[edit].Apply(Bytes, Draws(s)) is { Length: <= Longest } edited) Bytes = edited;
    }

    /// <summary>The file's name.</summary>
    public string Name => format.Name;

    /// <summary>The file.</summary>
    public byte[] Bytes { get; }

    internal IEnumerable<HostileFile> Fewer() => edits.Length < 2 ? [] : edits.Select((_, i) => new HostileFile(format, seed, [.. edits.Where((_, k) => k != i)]));

    /// <summary>Draws that belong to the case, for what else is needed.</summary>
    internal Drawn Draws() => Draws(seed + 1);

    private static Drawn Draws(int seed) => new(Rng.FromSeed((ulong)(uint)seed));

    /// <summary>How the file came to be, and the file where it is short.</summary>
    public override string ToString() =>
        $"{Name} {seed}: {string.Join(", ", edits.Select(e => $"{format.Edits[e.Edit].Name} {e.Seed}"))}; {Bytes.Length} bytes{(Bytes.Length <= 6000 ? $" {Convert.ToBase64String(Bytes)}" : "")}";
}
