using System.Diagnostics;
using LanguageExt;
using Ptq.Calibration;
using Ptq.Data;
using Ptq.Deployment;
using Ptq.Errors;
using Ptq.Experiments.Data;
using Ptq.Experiments.Equality;
using Ptq.Onnx;
using Ptq.Quantization;

namespace Ptq.Experiments.Bench;

/// <summary>Calibration with 512 images, from the network in memory to the quantized one; beside the times that onnxruntime's quantize_static (Python) was measured to take for the same on other hardware.</summary>
internal static class CalibrationBench
{
    private const int Repetitions = 3, Batch = 64;

    private static IReadOnlyList<(string Model, double MinMax, double Percentile)> Theirs => [("lenet_fashion", 0.05, 0.22), ("resnet8_fashion", 0.25, 0.94), ("mobile_fashion", 0.35, 1.9)];

    /// <summary>Rows of a network; none where no time of theirs is known.</summary>
    public static Either<PtqError, IReadOnlyList<BenchRow>> Of(string model, int threads) =>
        Theirs.FirstOrDefault(t => t.Model == model) is not { Model: not null } theirs ? LanguageExt.Prelude.Right<PtqError, IReadOnlyList<BenchRow>>([]) :
        from bytes in Disk.ReadAll(Models.PathOf(model))
        from network in OnnxFile.Read($"{model}.onnx", bytes)
        from splits in Models.Images(model)
        let batches = Subject.InBatches(network.Inputs[0].Name, splits.Calibration.Images, Batch).ToArray()
        let rows = new (string Name, RangeRule Rule, double Time)[] { ("min-max", new RangeRule.MinMax(), theirs.MinMax), ("percentile 99.99", new RangeRule.Percentile(99.99), theirs.Percentile) }.Select(how =>
        {
            var seconds = Enumerable.Range(0, Repetitions).Select(_ =>
            {
                var start = Stopwatch.GetTimestamp();
                var made = from plan in QuantizationPlan.Of(network, batches[0].Map((_, x) => x.Shape), [])
                           from seen in NetworkCalibration.Observe(plan.Network, plan.Observed, batches, threads, endsOnly: how.Rule is RangeRule.MinMax)
                           from quantized in QuantizedNetwork.Create(plan, seen, QuantizationOptions.Default with { Range = how.Rule })
                           select quantized;
                made.IfLeft(error => throw new InvalidOperationException(error.Describe()));
                return Stopwatch.GetElapsedTime(start).TotalSeconds;
            }).Min();
            return BenchRow.Of("calibration", model, "512", how.Name, "wall", seconds, "s", target: new(how.Time, how.Time / 5, OfRatio: false, AtMost: true));
        }).ToArray()
        select (IReadOnlyList<BenchRow>)rows;
}
