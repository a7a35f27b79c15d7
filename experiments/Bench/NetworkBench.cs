using System.Globalization;
using LanguageExt;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Experiments.Equality;
using Ptq.Experiments.Runtime;
using Ptq.Model;
using Ptq.Onnx;
using Ptq.Tensors;
using static LanguageExt.Prelude;

namespace Ptq.Experiments.Bench;

/// <summary>
/// The networks of experiments/models end to end, from float images to logits, on one thread: the integer engine and the float engine, beside the ONNX Runtime's QDQ, QOperator and
/// FP32 files with its default options (on AVX2 without VNNI its sums saturate then, and are faster for it).
/// </summary>
internal static class NetworkBench
{
    private const string Integers = "int8", Floats = "fp32", Qdq = "ORT QDQ", QOperator = "ORT QOperator", TheirFloats = "ORT FP32";

    private static IReadOnlyList<int> Batches => [1, 32, 256];

    /// <summary>Rows of one network.</summary>
    /// <param name="subject">The network, quantized per channel with u8 activations.</param>
    /// <param name="float32">The float network.</param>
    /// <param name="server">The ONNX Runtime; null where it is left out.</param>
    public static Either<PtqError, IReadOnlyList<BenchRow>> Of(Subject subject, Network float32, RuntimeServer? server) =>
        from graph in subject.Quantized.ToGraph()
        from real in ImageGraph.Of(float32)
        let integers = IntegerEngine.Compile(graph)
        let floats = FloatEngine.Compile(real)
        from measured in Batches.Fold(Right<PtqError, IReadOnlyList<Interleaved>>([]), (all, batch) => from before in all
                                                                                                        from one in Measure(subject, float32, integers, floats, server, batch)
                                                                                                        select (IReadOnlyList<Interleaved>)[.. before, one])
        select Rows(subject.Model, measured);

    private static Either<PtqError, Interleaved> Measure(Subject subject, Network float32, IntegerEngine integers, FloatEngine floats, RuntimeServer? server, int batch)
    {
        var images = subject.Test.Images.Rows(0, batch);
        List<Contender> contenders = [Contender.Of(Integers, () => integers.Run(images)), Contender.Of(Floats, () => floats.Run(images))];
        if (server is null) return Interleaved.Of(contenders);
        (string, Network)[] files = [(Qdq, subject.Quantized.ToQdq()), (QOperator, subject.Quantized.ToQOperator()), (TheirFloats, float32)];
        foreach (var (name, network) in files)
        {
            if (OnnxFile.Write(network).Bind(file => server.Keep(name, file, [RuntimeTensor.From(network.Inputs[0].Name, images)]).MapLeft(Error)).Case is LeftCase<PtqError, Unit>(var error)) return error;
            contenders.Add(new(name, milliseconds => server.Time(name, milliseconds).MapLeft(Error)));
        }
        var result = Interleaved.Of(contenders);
        foreach (var (name, _) in files) server.Drop(name);
        return result;
    }

    private static PtqError Error(RuntimeFailure failure) => new PtqError.BadRequest("--onnxruntime", failure.Message, "a model that it runs");

    private static IReadOnlyList<BenchRow> Rows(string model, IReadOnlyList<Interleaved> measured)
    {
        var rows = new List<BenchRow>();
        BenchRow Rate(string path, int at, Peer? peer = null, Target? target = null) =>
            BenchRow.Of("networks", model, Batches[at].ToString(CultureInfo.InvariantCulture), path, "rate", measured[at].Of(path) * Batches[at], "images/s", peer, target);
        for (var i = 0; i < measured.Count; i++)
        {
            rows.Add(Rate(Integers, i, measured[i].Against(Integers, Qdq, Qdq)));
            rows.Add(Rate(Floats, i, measured[i].Against(Floats, TheirFloats, TheirFloats), new(0.95, 1.2)));
            rows.AddRange(((string[])[Qdq, QOperator, TheirFloats]).Where(measured[i].Calls.ContainsKey).Select(name => Rate(name, i)));
        }
        if (!measured[0].Calls.ContainsKey(Qdq)) return rows;
        var worst = Enumerable.Range(0, measured.Count).MinBy(i => measured[i].Against(Integers, Qdq, "")!.Ratio);
        var isLeNet = model.StartsWith("lenet", StringComparison.Ordinal);
        rows.Add(Rate(Integers, worst, measured[worst].Against(Integers, Qdq, Qdq), isLeNet ? new(3, 4) : new(1.2, 2)) with { Batch = $"worst ({Batches[worst]})" });
        if (!isLeNet) return rows;
        double Best(string name) => Enumerable.Range(0, measured.Count).Max(i => measured[i].Of(name) * Batches[i]);
        var (peer, rate) = new[] { (Name: Qdq, Rate: Best(Qdq)), (Name: TheirFloats, Rate: Best(TheirFloats)) }.MaxBy(p => p.Rate);
        rows.Add(BenchRow.Of("networks", model, "best", Integers, "rate", Best(Integers), "images/s", new($"{peer}, best", Best(Integers) / rate, 0), new(1.8, 2.5)));
        return rows;
    }
}
