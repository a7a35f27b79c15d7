using LanguageExt;
using Ptq.Calibration;
using Ptq.Cli.Options;
using Ptq.Cli.Reports;
using Ptq.Data;
using Ptq.Deployment;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Quantization;
using Ptq.Tensors;
using static LanguageExt.Prelude;

namespace Ptq.Cli.Runs;

/// <summary>A quantized network as files, and what there is to say of it.</summary>
/// <param name="Files">The ONNX file, and the one beside it where there is one.</param>
/// <param name="Report">What was done.</param>
internal sealed record QuantizedFile(OnnxFiles Files, QuantizationReport Report)
{
    /// <summary>The name of the file beside an ONNX file, as ONNX tools give it.</summary>
    public static string DataOf(string output) => $"{output}.data";

    /// <summary>Puts the files in place, the model last: until then there is none that could miss its weights.</summary>
    public Either<PtqError, Unit> Write(string output) =>
        Disk.Write([.. Files.Data is { } data ? ((string, IEnumerable<ReadOnlyMemory<byte>>)[])[(DataOf(output), data.Pieces())] : [], (output, Files.Model.Pieces())]);
}

/// <summary>From a float network and calibration data to a quantized file that was read back and run.</summary>
internal static class QuantizationRun
{
    /// <summary>How many calibration samples the report compares the networks on.</summary>
    private const int MostCompared = 128;

    /// <summary>Quantizes a network. Nothing is written.</summary>
    /// <param name="model">The float network.</param>
    /// <param name="output">Where the file will be.</param>
    /// <param name="samples">Calibration data.</param>
    /// <param name="request">How.</param>
    /// <param name="exclude">Operations that must stay in float.</param>
    /// <param name="threshold">The SQNR of the layer that is pointed at, in decibels.</param>
    /// <param name="externalData">Whether large tensors go to a file beside the model even where the model would be short enough.</param>
    /// <param name="threads">At most so many threads; the result does not depend on it.</param>
    /// <param name="progress">Told the stage and its share that is done, from any thread.</param>
    public static Either<PtqError, QuantizedFile> Of(ModelFile model, string output, Samples samples, QuantizationRequest request, Values<string> exclude, double threshold, bool externalData, int threads, Action<string, double> progress) =>
        from ranges in Portions.Of(model, samples, Remainder.LeftOut)
        from plan in QuantizationPlan.Of(model.Network, samples.ShapesOf(ranges[0]), exclude, request.IntegerActivations).MapLeft(error => error is PtqError.BadRequest bad ? new PtqError.BadRequest(bad.Faults.Map(f => f with { Field = "--exclude" })) : model.At(error))
        from observations in BatchStream.Of(samples, ranges, batches => NetworkCalibration.Observe(plan.Network, plan.Observed, batches, threads, done => progress("Calibrating", (double)done / ranges.Count), endsOnly: request.Options.Range is RangeRule.MinMax).MapLeft(model.At))
        from quantized in QuantizedNetwork.Create(plan, observations, request.Options).MapLeft(model.At)
        let meant = At(progress, "Quantizing", () => request.Written(quantized))
        from files in OnnxFile.WriteFiles(meant, QuantizedFile.DataOf(Path.GetFileName(output)), externalData)
        let written = At(progress, "Reading back", () => ReadBack(output, files, meant, samples, ranges[0]))
        from compared in Comparison.Of(model, written, samples.First(MostCompared), threads, threshold, share => progress("Comparing", share), plan.Layers.Map(l => l.Output))
        let used = ranges.Sum(r => r.Count)
        let remarks = (used < samples.Count ? [$"the last {samples.Count - used} samples were not calibrated with: the network takes {samples.FixedLength.IfNone(1)} at once"] : (string[])[]).Concat(QuantizationReport.BytesAsTheyAre(model.Network, observations))
        select new QuantizedFile(files, QuantizationReport.Of(compared, quantized, request, used, model.Bytes, files.Length, remarks));

    /// <summary>Some work that has no shares.</summary>
    private static T At<T>(Action<string, double> progress, string stage, Func<T> work)
    {
        progress(stage, 0);
        return work();
    }

    /// <summary>A network with the constants of another where they are the same, so that they are in memory once.</summary>
    private static Network Sharing(Network network, Network other) =>
        Network.Create(network.Opset, network.Inputs, network.Constants.Map((name, value) => other.Constants.Find(name).Case is SomeCase<Constant>(var same) && same.Equals(value) ? same : value), network.Operations, network.Outputs, network.Info)
            .IfLeft(error => throw new InvalidOperationException(error.Describe()));

    /// <summary>What a runtime will read, which must compute what was meant: anything else is a bug, and no file is written.</summary>
    private static ModelFile ReadBack(string output, OnnxFiles files, Network meant, Samples samples, SampleRange range)
    {
        var written = ModelFile.Parse(output, files).Map(file => file with { Network = Sharing(file.Network, meant) });
        var same =
            from file in written
            from inputs in samples.Read(range)
            from a in new Engines(file).Run(inputs)
            from b in new Engines(file with { Network = meant }).Run(inputs)
            from equal in a.Equals(b) ? Right<PtqError, Unit>(unit) : new PtqError.BadFile(output, "outputs", "other numbers than those of the network that was written", "the same")
            select file;
        return same.IfLeft(error => throw new InvalidOperationException($"The file that was made does not run as it should. {error.Describe()}"));
    }
}
