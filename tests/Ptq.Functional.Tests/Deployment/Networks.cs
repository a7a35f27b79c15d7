using Ptq.Calibration;
using Ptq.Deployment;
using Ptq.Evaluation;
using Ptq.Experiments.Data;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Quantization;
using Ptq.Tensors;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Deployment;

/// <summary>The networks of experiments/models, quantized with the 512 calibration images of their data set.</summary>
internal static class Networks
{
    public static byte[] File(string model) => System.IO.File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "models", $"{model}.onnx"));

    public static Network Read(string model) => Right(OnnxFile.Read(model, File(model)));

    public static LabelledImages Images(string model, string split) =>
        Right(Embedded.Read(Path.Combine(AppContext.BaseDirectory, "data"), model.EndsWith("_mnist", StringComparison.Ordinal) ? "mnist" : "fashion", split)).ToFloats();

    /// <summary>Images as inputs of a network, so many at a time.</summary>
    public static IEnumerable<ByName<Operand>> Batches(Network network, Tensor images, int size) =>
        from first in Enumerable.Range(0, (images.Shape[0] + size - 1) / size)
        select ByName<Operand>.Of([(network.Inputs[0].Name, Operand.Of(images.Rows(first * size, Math.Min(size, images.Shape[0] - first * size))))]);

    public static QuantizedNetwork Quantized(string model, QuantizationOptions options)
    {
        var (network, images) = (Read(model), Images(model, "calibration").Images);
        var inputs = Batches(network, images, 64).ToArray();
        return Right(
            from plan in QuantizationPlan.Of(network, inputs[0].Map((_, operand) => operand.Shape), [])
            from observations in NetworkCalibration.Observe(plan.Network, plan.Observed, inputs, Environment.ProcessorCount)
            from quantized in QuantizedNetwork.Create(plan, observations, options)
            select quantized);
    }

    /// <summary>The default options, per channel or per tensor.</summary>
    public static QuantizationOptions Options(string weights) =>
        QuantizationOptions.Default with { Weights = weights == "per-channel" ? Scheme.PerChannelSymmetric : Scheme.PerTensorSymmetric };
}
