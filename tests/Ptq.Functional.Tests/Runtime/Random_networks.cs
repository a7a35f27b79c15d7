using System.Globalization;
using Ptq.Calibration;
using Ptq.Deployment;
using Ptq.Engine;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Quantization;
using Ptq.Tensors;
using Xunit;
using Xunit.Abstractions;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Runtime;

/// <summary>
/// Random float networks, quantized and written, give the same codes in the ONNX Runtime, in both files' execution here, and in the integer engine where there is such a form. On integers
/// the codes are the same without exception. Where floats are between them, what lies within rounding of the middle between two codes may fall to either side, in the output and
/// before it: such codes are counted.
/// </summary>
public class Random_networks(ITestOutputHelper output)
{
    private const int Networks = 60, MostSteps = 10, LeastSqnr = 45; // dB of a float output behind codes: one code of a small tensor may be a tie

    [OnnxRuntimeFact]
    public void Give_the_same_codes_here_and_there()
    {
        var factor = double.TryParse(Environment.GetEnvironmentVariable("PTQ_PROPERTY_FACTOR"), CultureInfo.InvariantCulture, out var f) && f > 0 ? f : 1;
        var (total, failures) = (Found.Nothing, new List<string>());
        for (var seed = 0; seed < Networks * factor; seed++)
        {
            var steps = seed % (MostSteps + 1);
            var (found, why) = Compared(seed, steps);
            total += found;
            if (why is null) continue;
            for (var fewer = 0; fewer <= steps; fewer++)
                if (Compared(seed, fewer).Why is { } smallest)
                {
                    failures.Add($"seed {seed}, {fewer} steps: {smallest} {RandomNetwork.Of(seed, fewer)}");
                    break;
                }
        }
        output.WriteLine($"{total}");
        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.InRange(total.Qdq.Different, 0, total.Qdq.Codes / 2000);
        Assert.Equal(0, total.Integers.Different);
        Assert.InRange(total.Integers.Networks, 0.1 * total.Qdq.Networks, total.Qdq.Networks); // they do have integer forms now and then
    }

    private static (Found Found, string? Why) Compared(int seed, int steps)
    {
        try
        {
            return Compare(seed, steps);
        }
        catch (InvalidOperationException refusal)
        {
            return (Found.Nothing, refusal.Message);
        }
    }

    private static (Found Found, string? Why) Compare(int seed, int steps)
    {
        var (network, batches) = (RandomNetwork.Of(seed, steps).Network, RandomNetwork.Of(seed, steps).Batches);
        var options = new QuantizationOptions(seed % 3 == 0 ? Scheme.PerTensorSymmetric : Scheme.PerChannelSymmetric, seed % 4 == 1 ? ActivationScheme.Int8Symmetric : ActivationScheme.UInt8, new RangeRule.MinMax());
        var quantized = Right(
            from plan in QuantizationPlan.Of(network, batches[0].Map((_, x) => x.Shape), [])
            from observations in NetworkCalibration.Observe(plan.Network, plan.Observed, batches[..2])
            from chosen in QuantizedNetwork.Create(plan, observations, options)
            select chosen);
        var (qdq, onCodes) = (quantized.ToQdq(), quantized.ToQOperator());
        var (here, hereOnCodes) = (Ours(qdq, batches[2]), Ours(onCodes, batches[2]));
        var exact = options.Activations.Grid == Grid.UInt8; // else the sums are exact anyway, and the runtime fails to load the file where it is asked
        var (there, thereOnCodes) = (Agreement.Theirs(qdq, [batches[2]], "all")[0].Items[0], Agreement.Theirs(onCodes, [batches[2]], "all", exact)[0].Items[0]);
        if (here.Signature != there.Signature || here.Signature != thereOnCodes.Signature) return (Found.Nothing, $"{here.Signature} here, {there.Signature} and {thereOnCodes.Signature} there");

        if (quantized.Points.Find(network.Outputs[0].Name).Case is not LanguageExt.SomeCase<AffineParams>(var point)) // it stays float
            return (Found.Nothing, Agreement.Sqnr([here], [there]) >= LeastSqnr && Agreement.Sqnr([hereOnCodes], [thereOnCodes]) >= LeastSqnr ? null : $"only {Agreement.Sqnr([here], [there]):f1} dB between here and there");
        int[] Codes(Operand x) => [.. x.Floats.AsEnumerable().Select(v => (int)Math.Round(v / point.Scale) + point.ZeroPoint)];
        var theirs = Codes(thereOnCodes);
        var isWhole = !onCodes.Operations.AsEnumerable().Skip(1).SkipLast(1).Any(o => o.Op is "QuantizeLinear" or "DequantizeLinear"); // else floats in between may fall to either side of a tie
        var found = new Found(Count.Of(Codes(here), Codes(there)), isWhole ? Count.Of(Codes(hereOnCodes), theirs) : Count.None, isWhole ? Count.None : Count.Of(Codes(hereOnCodes), theirs), quantized.ToGraph().Match(
            Right: graph => Count.Of([.. IntegerEngine.Compile(graph).Run(batches[2].Items[0].ToTensor()).Codes.AsEnumerable()], theirs),
            Left: _ => Count.None));
        return (found, found.IsLikely ? null : $"{found}.");
    }

    private static Operand Ours(Network network, ByName<Operand> inputs) =>
        Right(from engine in NetworkEngine.Prepare(network, inputs.Map((_, x) => x.Shape)) from run in engine.Run(inputs) select run).Items[0];

    /// <summary>What was compared: the QDQ file in float here and fused there; the QOperator file here and there, without float islands and with; the integer engine and the QOperator file there.</summary>
    private sealed record Found(Count Qdq, Count Whole, Count WithIslands, Count Engine)
    {
        public static Found Nothing { get; } = new(Count.None, Count.None, Count.None, Count.None);

        /// <summary>What is of integers alone.</summary>
        public Count Integers => Whole + Engine;

        public bool IsLikely => Qdq.IsLikely && WithIslands.IsLikely && Integers.Different == 0;

        public static Found operator +(Found a, Found b) => new(a.Qdq + b.Qdq, a.Whole + b.Whole, a.WithIslands + b.WithIslands, a.Engine + b.Engine);

        public override string ToString() => $"QDQ: {Qdq}; QOperator: {Whole}; with float islands: {WithIslands}; integer engine: {Engine}";
    }

    /// <summary>How many codes are others.</summary>
    private sealed record Count(int Networks, int Codes, int Different, int Furthest)
    {
        public static Count None { get; } = new(0, 0, 0, 0);

        /// <summary>A tie or what follows from one: few codes, or about one image's outputs, and no far ones.</summary>
        public bool IsLikely => Different <= 12 + Codes / 100 && Furthest <= 2;

        public static Count Of(int[] ours, int[] theirs) => ours.Length != theirs.Length ? throw new InvalidOperationException($"{ours.Length} codes here, {theirs.Length} there")
            : new(1, ours.Length, ours.Zip(theirs, (a, b) => a != b).Count(different => different), ours.Zip(theirs, (a, b) => Math.Abs(a - b)).DefaultIfEmpty().Max());

        public static Count operator +(Count a, Count b) => new(a.Networks + b.Networks, a.Codes + b.Codes, a.Different + b.Different, Math.Max(a.Furthest, b.Furthest));

        public override string ToString() => $"{Different} of {Codes} codes of {Networks} networks are others, by at most {Furthest}";
    }
}
