using FsCheck;
using FsCheck.Fluent;
using Ptq.Numerics;
using Ptq.Quantization;
using Interval = Ptq.Quantization.Interval;

namespace Ptq.Properties;

/// <summary>What the theorems range over: [Property(Arbitrary = [typeof(Generators)])].</summary>
public static class Generators
{
    public static Arbitrary<Rng> Rngs() => Arb.From(Gen.Choose(0, int.MaxValue).Select(s => Rng.FromSeed((ulong)s)));

    public static Arbitrary<Grid> Grids() => Arb.From(
        from bits in Gen.Choose(2, 16)
        from signed in Gen.Elements(true, false)
        select Grid.Create(bits, signed).Match(grid => grid, _ => throw new InvalidOperationException()));

    /// <summary>Ranges of every magnitude that float32 has, on one side of 0 or on both.</summary>
    public static Arbitrary<Interval> Intervals() => Arb.From(
        from a in Reals
        from b in Reals
        select Interval.Of(Math.Min(a, b), Math.Max(a, b)));

    public static Arbitrary<AffineParams> Params() => Arb.From(
        from grid in Grids().Generator
        from range in Intervals().Generator
        from symmetric in Gen.Elements(true, false)
        select Affine.Covering(AffineRule.Standard, range, symmetric, grid));

    public static Arbitrary<Contract> Contracts() => Arb.From(Gen.Elements(Enum.GetValues<Contract>()));

    /// <summary>Accumulators: small ones, the whole range and its ends.</summary>
    public static Arbitrary<Accumulator> Accumulators() => Arb.From(
        Gen.OneOf(Gen.Choose(-1000, 1000), Gen.Choose(int.MinValue, int.MaxValue), Gen.Elements(0, 1, -1, int.MaxValue, int.MinValue, (1 << 24) + 1)).Select(x => new Accumulator(x)));

    /// <summary>The factors around one requantization: scales from 2⁻²⁰ to 2⁴, on 8-bit codes.</summary>
    public static Arbitrary<Rescaling> Rescalings() => Arb.From(
        from sx in Scale
        from sw in Scale
        from sy in Scale
        from signed in Gen.Elements(true, false)
        from zero in Gen.Choose(0, 255)
        from contract in Contracts().Generator
        from perChannel in Gen.Elements(true, false)
        select new Rescaling(sx, sw, sy, signed, signed ? zero - 128 : zero, contract, perChannel));

    /// <summary>Small networks of every layer, with their seeds and sizes so that a smaller one can be tried.</summary>
    public static Arbitrary<Network> Networks() => Arb.From(
        from seed in Gen.Choose(0, int.MaxValue)
        from size in Gen.Choose(1, 8)
        select Network.Of(seed, size),
        network => Enumerable.Range(1, network.Size - 1).Select(size => Network.Of(network.Seed, size)));

    internal static Gen<float> Reals { get; } =
        from mantissa in Gen.Choose(-(1 << 24), 1 << 24)
        from exponent in Gen.Frequency((8, Gen.Choose(-30, 6)), (1, Gen.Choose(-149, 104)))
        select (float)Math.ScaleB(mantissa, exponent) is var x && float.IsFinite(x) ? x : 1;

    private static Gen<float> Scale { get; } =
        from mantissa in Gen.Choose(1 << 23, (1 << 24) - 1)
        from exponent in Gen.Choose(-43, -19)
        select MathF.ScaleB(mantissa, exponent);
}

/// <summary>An INT32 sum.</summary>
public readonly record struct Accumulator(int Value);

/// <summary>What a requantizer is made from.</summary>
public sealed record Rescaling(float Sx, float Sw, float Sy, bool Signed, int Zero, Contract Contract, bool PerChannel)
{
    private static AffineParams Params(float scale, int zero, bool signed) =>
        AffineParams.Create(scale, zero, signed ? Grid.Int8 : Grid.UInt8).Match(p => p, faults => throw new InvalidOperationException(string.Join("; ", faults.Select(f => f.Describe()))));

    public AffineParams Output => Params(Sy, Zero, Signed);

    public Requantizer Requantizer => Quantization.Requantizer.Create(Contract, Params(Sx, 0, true),
        PerChannel ? TensorParams.PerChannel(0, [Params(Sw, 0, true), Params(Sw * 2, 0, true)]) : TensorParams.PerTensor(Params(Sw, 0, true)), 2, Output);
}
