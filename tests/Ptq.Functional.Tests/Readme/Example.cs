using LanguageExt;
using Ptq.Calibration;
using Ptq.Deployment;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Evaluation;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Tests.Readme;

/// <summary>The README's examples; <see cref="The_readme"/> holds them together.</summary>
internal static class Example
{
    // README
    public static Either<PtqError, double> QuantizeAndScore(Graph network, Tensor calibration, LabelledImages test) =>
        from graph in Folding.BatchNorms(network)
        let trace = FloatEngine.Compile(graph).Trace(calibration)                       // every tensor, in float32
        let schemes = ActivationScheme.Everywhere(graph, ActivationScheme.UInt8)        // where codes are made, and which
        from samples in Observe.Samples(trace, schemes.Names)
        let points = Observe.Points(AffineRule.Standard, schemes, samples, _ => new RangeRule.Percentile(99.9))
        from choices in WeightChoice.Greedy(graph, trace, points, Scheme.Product, Grid.Int8)
        from quantized in QuantizedGraph.Create(graph, points, choices.Map((_, choice) => choice.Params))
        let codes = IntegerEngine.Compile(quantized).Run(test.Images)                   // u8 × s8 → INT32 → s8 or u8
        select Accuracy.Percent(test.Labels, Accuracy.Predict(codes));
    // README

    // README
    public static Either<PtqError, byte[]> QuantizeOnnx(string name, byte[] file, Values<ByName<Operand>> calibration) =>
        from network in OnnxFile.Read(name, file)                                              // opsets 6 to 21
        from plan in QuantizationPlan.Of(network, calibration[0].Map((_, input) => input.Shape), exclude: [])
        from seen in NetworkCalibration.Observe(plan.Network, plan.Observed, calibration.AsEnumerable())
        from quantized in QuantizedNetwork.Create(plan, seen, QuantizationOptions.Default)     // s8 weights per channel, u8 activations
        from qdq in OnnxFile.Write(quantized.ToQdq())                                          // QuantizeLinear and DequantizeLinear around INT8
        select qdq;
    // README
}
