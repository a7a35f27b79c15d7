using FsCheck;
using FsCheck.Fluent;
using Ptq.Numerics;

namespace Ptq.Properties;

public static class Generators // [Property(Arbitrary = [typeof(Generators)])]; static methods or properties
{
    public static Arbitrary<Rng> Rngs() => Arb.From(Gen.Choose(0, int.MaxValue).Select(s => Rng.FromSeed((ulong)s)));

    public static Arbitrary<Values<sbyte>> Bytes() => Arb.From(
        Gen.Choose(-128, 127).Select(i => (sbyte)i).ArrayOf().Select(xs => Values.Of<sbyte>(xs)),
        ShrinkByHalf);

    private static IEnumerable<Values<sbyte>> ShrinkByHalf(Values<sbyte> xs) =>
        xs.Length == 0 ? [] : [Values.Of(xs.Span[..(xs.Length / 2)]), Values.Of(xs.Span[1..])];
}
