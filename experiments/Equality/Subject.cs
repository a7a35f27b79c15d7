using LanguageExt;
using Ptq.Calibration;
using Ptq.Data;
using Ptq.Deployment;
using Ptq.Errors;
using Ptq.Evaluation;
using Ptq.Experiments.Data;
using Ptq.Model;
using Ptq.Onnx;
using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Experiments.Equality;

/// <summary>A network of experiments/models, quantized one way, and the images that it is judged by.</summary>
/// <param name="Model">The network's name.</param>
/// <param name="Weights">per-channel or per-tensor.</param>
/// <param name="Activations">u8 or s8, both with a zero point.</param>
/// <param name="Quantized">The network.</param>
/// <param name="Test">Images and labels.</param>
internal sealed record Subject(string Model, string Weights, string Activations, QuantizedNetwork Quantized, LabelledImages Test)
{
    private const int Batch = 64;

    /// <summary>The networks that are compared where none is named.</summary>
    public static IReadOnlyList<string> Standard { get; } = ["lenet_mnist", "lenet_fashion", "resnet8_fashion", "mobile_fashion"];

    /// <summary>The parameters of the output's codes.</summary>
    public AffineParams Output => Quantized.Points[Quantized.Plan.Network.Outputs[0].Name];

    /// <summary>A network four times, per tensor and per channel with u8 and s8 activations: calibrated with the 512 images of its data set from min to max.</summary>
    /// <param name="model">One of experiments/models.</param>
    /// <param name="images">Judged by so many of its test images, the first.</param>
    /// <param name="threads">At most so many threads.</param>
    public static Either<PtqError, IReadOnlyList<Subject>> Read(string model, int images, int threads) =>
        from bytes in Disk.ReadAll(Models.PathOf(model))
        from network in OnnxFile.Read($"{model}.onnx", bytes)
        from splits in Models.Images(model)
        let batches = InBatches(network.Inputs[0].Name, splits.Calibration.Images, Batch).ToArray()
        from plan in QuantizationPlan.Of(network, batches[0].Map((_, operand) => operand.Shape), [])
        from seen in NetworkCalibration.Observe(plan.Network, plan.Observed, batches, threads, endsOnly: true)
        from subjects in Variants.Fold(LanguageExt.Prelude.Right<PtqError, IReadOnlyList<Subject>>([]), (all, v) =>
            from before in all
            from quantized in QuantizedNetwork.Create(plan, seen, QuantizationOptions.Default with { Weights = v.Scheme, Activations = v.Codes })
            from coded in quantized.Points.Has(network.Outputs[0].Name) ? LanguageExt.Prelude.Right<PtqError, int>(0) : new PtqError.BadGraph("", $"output '{network.Outputs[0].Name}' of {model}", "floats", "codes to compare")
            select (IReadOnlyList<Subject>)[.. before, new Subject(model, v.Weights, v.Activations, quantized, splits.Test.Examples.First(images))])
        select subjects;

    /// <summary>Images as the input of a network, so many at a time.</summary>
    public static IEnumerable<ByName<Operand>> InBatches(string input, Tensor images, int size) =>
        from first in Enumerable.Range(0, (images.Shape[0] + size - 1) / size)
        select ByName<Operand>.Of([(input, Operand.Of(images.Rows(first * size, Math.Min(size, images.Shape[0] - first * size))))]);

    private static IEnumerable<(string Weights, Scheme Scheme, string Activations, ActivationScheme Codes)> Variants =>
        from weights in new[] { ("per-tensor", Scheme.PerTensorSymmetric), ("per-channel", Scheme.PerChannelSymmetric) }
        from activations in new[] { ("u8", ActivationScheme.UInt8), ("s8", new ActivationScheme(Grid.Int8, Symmetric: false)) }
        select (weights.Item1, weights.Item2, activations.Item1, activations.Item2);
}
