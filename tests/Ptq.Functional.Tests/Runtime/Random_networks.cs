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
/// Random float networks, quantized and written, give the same codes in the ONNX Runtime, in the QDQ file's execution here, and on integers where there is such a form. What
/// lies within rounding of the middle between two codes may fall to either side, in the output and before it: such codes are counted.
/// </summary>
public class Random_networks(ITestOutputHelper output)
{
    private const int Networks = 60, MostSteps = 10;

    [OnnxRuntimeFact]
    public void Give_the_same_codes_here_and_there()
    {
        var factor = double.TryParse(Environment.GetEnvironmentVariable("PTQ_PROPERTY_FACTOR"), CultureInfo.InvariantCulture, out var f) && f > 0 ? f : 1;
        var (qdq, integer, failures) = (Count.None, Count.None, new List<string>());
        for (var seed = 0; seed < Networks * factor; seed++)
        {
            var steps = seed % (MostSteps + 1);
            var (a, b, why) = Compared(seed, steps);
            (qdq, integer) = (qdq + a, integer + b);
            if (why is null) continue;
            for (var fewer = 0; fewer <= steps; fewer++)
                if (Compared(seed, fewer).Why is { } smallest)
                {
                    failures.Add($"seed {seed}, {fewer} steps: {smallest} {RandomNetwork.Of(seed, fewer)}");
                    break;
                }
        }
        output.WriteLine($"QDQ file here: {qdq}; integer engine: {integer}");
        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.InRange(qdq.Different, 0, qdq.Codes / 2000);
        Assert.InRange(integer.Different, 0, integer.Codes / 2000);
        Assert.InRange(integer.Networks, 0.1 * qdq.Networks, qdq.Networks); // they do have integer forms now and then
    }

    private static (Count Qdq, Count Integer, string? Why) Compared(int seed, int steps)
    {
        try
        {
            return Compare(seed, steps);
        }
        catch (InvalidOperationException refusal)
        {
            return (Count.None, Count.None, refusal.Message);
        }
    }

    private static (Count Qdq, Count Integer, string? Why) Compare(int seed, int steps)
    {
        var (network, batches) = (RandomNetwork.Of(seed, steps).Network, RandomNetwork.Of(seed, steps).Batches);
        var options = new QuantizationOptions(seed % 3 == 0 ? Scheme.PerTensorSymmetric : Scheme.PerChannelSymmetric, seed % 4 == 1 ? ActivationScheme.Int8Symmetric : ActivationScheme.UInt8, new RangeRule.MinMax());
        var quantized = Right(
            from plan in QuantizationPlan.Of(network, batches[0].Map((_, x) => x.Shape), [])
            from observations in NetworkCalibration.Observe(plan.Network, plan.Observed, batches[..2])
            from chosen in QuantizedNetwork.Create(plan, observations, options)
            select chosen);
        var file = quantized.ToQdq();
        var here = Right(from engine in NetworkEngine.Prepare(file, batches[2].Map((_, x) => x.Shape)) from run in engine.Run(batches[2]) select run).Items[0];
        var there = Agreement.Theirs(file, [batches[2]], "all")[0].Items[0];
        if (here.Signature != there.Signature) return (Count.None, Count.None, $"{here.Signature} here, {there.Signature} there");

        if (quantized.Points.Find(network.Outputs[0].Name).Case is not LanguageExt.SomeCase<AffineParams>(var point)) // it stays float
            return (Count.None, Count.None, Agreement.Sqnr([here], [there]) >= 40 ? null : $"only {Agreement.Sqnr([here], [there]):f1} dB between here and there");
        int[] Codes(Operand x) => [.. x.Floats.AsEnumerable().Select(v => (int)Math.Round(v / point.Scale) + point.ZeroPoint)];
        var theirs = Codes(there);
        var first = Count.Of(Codes(here), theirs);
        var second = quantized.ToGraph().Match(
            Right: graph => Count.Of([.. IntegerEngine.Compile(graph).Run(batches[2].Items[0].ToTensor()).Codes.AsEnumerable()], theirs),
            Left: _ => Count.None);
        return (first, second, first.IsLikely && second.IsLikely ? null : $"QDQ file here: {first}; integer engine: {second}.");
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
