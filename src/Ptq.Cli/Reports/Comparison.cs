using LanguageExt;
using Ptq.Cli.Runs;
using Ptq.Data;
using Ptq.Deployment;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Evaluation;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;
using static LanguageExt.Prelude;

namespace Ptq.Cli.Reports;

/// <summary>A tensor that became codes; or one that a layer computes and that stayed in float, which has no scale and range. The SQNR is
/// infinite (in JSON: null) where nothing differs, or where there is no signal.</summary>
internal sealed record TensorComparison(string Tensor, string Node, string Op, double SqnrDb, double? ClippedPercent, double MaxError, double? Scale, int? ZeroPoint, double? Low, double? High)
{
    /// <summary>A row of a table; the tensor that is pointed at has an asterisk.</summary>
    public IReadOnlyList<string> Cells(string? pointedAt) =>
    [
        Shown.Name(Tensor), Shown.Name(Node, 28), Op, Shown.Number(SqnrDb) + (Tensor == pointedAt ? " *" : ""),
        ClippedPercent is { } clipped ? Shown.Number(clipped, "0.000") : "", Shown.Digits(MaxError), Scale is { } scale ? Shown.Digits(scale) : "", Shown.Range(Low, High),
    ];
}

/// <summary>An output of both networks. The agreement is that of the largest scores; null where the output has no classes.</summary>
internal sealed record OutputComparison(string Output, double SqnrDb, double MaxDifference, double? AgreementPercent, long? Agreeing, long? N)
{
    /// <summary>The headings of <see cref="Cells"/>.</summary>
    public static string[] Columns => ["output", "SQNR dB#", "max difference#", "largest score agrees %#"];

    /// <summary>A row of a table.</summary>
    public IReadOnlyList<string> Cells() => [Shown.Name(Output), Shown.Number(SqnrDb), Shown.Digits(MaxDifference), AgreementPercent is { } p ? Shown.Number(p) : ""];
}

/// <summary>A layer's codes, and how many of them would be others under another contract of requantization.</summary>
internal sealed record ContractRow(string Node, string Op, long Codes, long Thesis, long OnnxSpec, long FixedPoint, int Furthest)
{
    /// <summary>The contracts that are compared with the operators' own.</summary>
    public static IReadOnlyList<Contract> Contracts => [Contract.Thesis, Contract.OnnxSpec, Contract.FixedPoint];

    /// <summary>The headings of <see cref="Cells"/>.</summary>
    public static string[] Columns => ["node", "op", "codes#", "Thesis#", "OnnxSpec#", "FixedPoint#", "furthest#"];

    /// <summary>A row of a table.</summary>
    public IReadOnlyList<string> Cells() => [Shown.Name(Node), Op, Shown.Count(Codes), Shown.Count(Thesis), Shown.Count(OnnxSpec), Shown.Count(FixedPoint), Shown.Count(Furthest)];

    /// <summary>What was found of a layer.</summary>
    public static ContractRow Of(ContractDifference found) => new(found.Node, found.Op, found.Codes, found.Different[0], found.Different[1], found.Different[2], found.Furthest);
}

/// <summary>What <c>ptq compare</c> finds; with <c>--json</c>, what it prints.</summary>
internal sealed record Comparison(string Command, string Fp32, string Int8, int N, IReadOnlyList<TensorComparison> Tensors, IReadOnlyList<OutputComparison> Outputs, double SqnrThreshold, string? FirstBelowThreshold, IReadOnlyList<string> Remarks, IReadOnlyList<ContractRow>? Contracts = null)
{
    /// <summary>Below so many decibels a tensor is pointed at, unless the user says otherwise.</summary>
    public const double Threshold = 20;

    /// <summary>Compares two networks.</summary>
    /// <param name="real">The float network.</param>
    /// <param name="quantized">The other.</param>
    /// <param name="samples">The data.</param>
    /// <param name="threads">At most so many threads; the result does not depend on it.</param>
    /// <param name="threshold">The SQNR of the tensor that is pointed at, in decibels.</param>
    /// <param name="progress">Told the share that is done, from any thread.</param>
    /// <param name="besides">Tensors to compare besides those that became codes or that a layer computes, where both networks have them.</param>
    public static Either<PtqError, Comparison> Of(ModelFile real, ModelFile quantized, Samples samples, int threads, double threshold, Action<double> progress, Values<string> besides = default) =>
        from ranges in Portions.Of(real, samples, Remainder.LeftOut, keeps: true)
        let shapes = samples.ShapesOf(ranges[0])
        from a in NetworkEngine.Prepare(real.Network, shapes).MapLeft(real.At)
        from b in NetworkEngine.Prepare(quantized.Network, shapes).MapLeft(quantized.At)
        from outputs in OutputsOf(real, quantized)
        let pairs = TensorPairs.Of(quantized.Network)
        let layers = real.Network.Operations.AsEnumerable().Where(o => Macs.Of(o, a.Types) > 0).Select(o => o.Output).Concat(besides.AsEnumerable()).Select(InFloat) // those whose outputs have codes are among the pairs
        let inner = Values.From(pairs.AsEnumerable().Concat(layers).Where(p => Same(a, b, p)).DistinctBy(p => p.Tensor).OrderBy(p => PlaceOf(real.Network, p.Tensor)))
        let ends = outputs.Map(InFloat)
        let floats = Values.From(ends.AsEnumerable().Where(p => Same(a, b, p)))
        let all = Values.From(inner.AsEnumerable().Concat(floats.AsEnumerable()))
        from differences in BatchStream.Of(samples, ranges, batches => NetworkComparison.Of(real.Network, quantized.Network, all, batches, threads, done => progress((double)done / ranges.Count)))
        let used = ranges.Sum(r => r.Count)
        let left = used == samples.Count ? "" : $"the last {samples.Count - used} samples are too few for the network, which takes {samples.FixedLength.IfNone(1)} at once, and left out"
        let strangers = Strangers(real, pairs.AsEnumerable().Where(p => !Same(a, b, p)).ToArray(), pairs.Length)
        let different = ends.AsEnumerable().Where(p => !Same(a, b, p)).Select(p => $"output {Quoted.Text(p.Tensor)} is not compared: {a.Types[p.Tensor]} and {b.Types[p.Tensor]}")
        let tensors = inner.AsEnumerable().Select((pair, i) => Row(real.Network, pair, differences[i])).ToArray()
        let rows = floats.AsEnumerable().Select((_, i) => Output(differences[inner.Length + i])).ToArray()
        select new Comparison("compare", real.Path, quantized.Path, used, tensors, rows, threshold, tensors.FirstOrDefault(t => t.SqnrDb < threshold)?.Tensor, [.. different.Prepend(strangers).Prepend(left).Where(remark => remark.Length > 0)]);

    /// <summary>How the contracts of requantization differ, layer by layer, on the network's operators on codes; of a QDQ file on those that a runtime makes of it.</summary>
    /// <param name="quantized">The network.</param>
    /// <param name="samples">The data.</param>
    /// <param name="threads">At most so many threads; the result does not depend on it.</param>
    /// <param name="progress">Told the share that is done, from any thread.</param>
    public static Either<PtqError, IReadOnlyList<ContractRow>> OfContracts(ModelFile quantized, Samples samples, int threads, Action<double> progress) =>
        from ranges in Portions.Of(quantized, samples, Remainder.LeftOut)
        from found in BatchStream.Of(samples, ranges, batches => ContractComparison.Of(QOperatorForm.Of(quantized.Network), ContractRow.Contracts, batches, threads, done => progress((double)done / ranges.Count)).MapLeft(quantized.At))
        from some in found.Length > 0 ? Right<PtqError, Unit>(unit) : new PtqError.BadFile(quantized.Path, "operators", "no QLinearConv, QLinearMatMul or QGemm, and none that QDQ could become", "some, for --contracts")
        select (IReadOnlyList<ContractRow>)[.. found.AsEnumerable().Select(ContractRow.Of)];

    private static TensorPair InFloat(string tensor) => new(tensor, tensor, 0, 0, Interval.Of(-float.MaxValue, float.MaxValue));

    private static string Strangers(ModelFile real, TensorPair[] strangers, int all) =>
        strangers.Length == 0 ? "" : $"{strangers.Length} of {all} tensors with codes have no counterpart in {real.Path}, as {Quoted.Text(strangers[0].Tensor)}";

    private static Either<PtqError, Values<string>> OutputsOf(ModelFile real, ModelFile quantized)
    {
        string[] Names(ModelFile model) => [.. model.Network.Outputs.AsEnumerable().Select(o => o.Name)];
        return Names(real).Except(Names(quantized), StringComparer.Ordinal).ToArray() is [var missing, ..]
            ? new PtqError.BadFile(quantized.Path, "outputs", string.Join(", ", Names(quantized).Select(Quoted.Text)), $"those of {real.Path}, with {Quoted.Text(missing)}")
            : Values.Of<string>(Names(real));
    }

    private static bool Same(NetworkEngine a, NetworkEngine b, TensorPair pair) =>
        a.Types.TryGetValue(pair.Tensor, out var x) && b.Types.TryGetValue(pair.Quantized, out var y) && pair.Fits(x, y);

    // −1 for an input.
    private static int PlaceOf(Network network, string tensor)
    {
        for (var i = 0; i < network.Operations.Length; i++)
            if (network.Operations[i].Outputs.Span.Contains(tensor)) return i;
        return -1;
    }

    private static TensorComparison Row(Network real, TensorPair pair, TensorDifference difference)
    {
        var writer = PlaceOf(real, pair.Tensor) is >= 0 and var place ? real.Operations[place] : null;
        var row = new TensorComparison(pair.Tensor, writer?.Name ?? "", writer?.FullOp ?? "input", difference.Sqnr, null, difference.MaxError, null, null, null, null);
        return pair.Scale > 0 ? row with { ClippedPercent = 100 * difference.ClippedShare, Scale = pair.Scale, ZeroPoint = pair.ZeroPoint, Low = pair.Range.Low, High = pair.Range.High } : row;
    }

    private static OutputComparison Output(TensorDifference d) =>
        new(d.Tensor, d.Sqnr, d.MaxError, d.Rows > 0 ? 100.0 * d.Agreeing / d.Rows : null, d.Rows > 0 ? d.Agreeing : null, d.Rows > 0 ? d.Rows : null);
}
