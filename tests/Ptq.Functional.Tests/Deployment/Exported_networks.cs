using Ptq.Engine;
using Ptq.Evaluation;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Quantization;
using Ptq.Tensors;
using Ptq.Tests.Runtime;
using Xunit;
using Xunit.Abstractions;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Deployment;

/// <summary>What the ONNX Runtime makes of the QDQ files that are written here, on all test images.</summary>
public class Exported_networks(ITestOutputHelper output)
{
    /// <summary>Accuracy: what onnxruntime's own quantizer reaches with the same 512 images, min-max, per tensor or per channel; where it is known.</summary>
    [OnnxRuntimeTheory]
    [InlineData("lenet_mnist", "per-channel", 99.23)]
    [InlineData("lenet_mnist", "per-tensor", 99.25)]
    [InlineData("lenet_fashion", "per-channel", 91.19)]
    [InlineData("lenet_fashion", "per-tensor", 91.21)]
    [InlineData("lenet_fashion_skew", "per-channel", 91.19)]
    [InlineData("resnet8_fashion", "per-channel", 92.51)]
    [InlineData("resnet8_fashion_bn", "per-tensor", 92.46)]
    [InlineData("mobile_fashion", "per-tensor", 92.56)]
    [InlineData("mobile_fashion_bn", "per-channel", 92.58)]
    public void Run_there_as_they_run_here(string model, string weights, double published)
    {
        var quantized = Networks.Quantized(model, Networks.Options(weights));
        var file = Right(OnnxFile.Write(quantized.ToQdq()));
        var float32 = Networks.File(model).Length;
        var test = Networks.Images(model, "test");

        var codes = IntegerEngine.Compile(Right(quantized.ToGraph())).Run(test.Images, Environment.ProcessorCount);
        var ours = Accuracy.Predict(codes);
        var runs = Networks.Batches(quantized.Plan.Network, test.Images, 500).Select(batch => (IReadOnlyList<RuntimeTensor>)[RuntimeTensor.From(batch.Names[0], batch.Items[0].ToTensor())]).ToArray();
        var logits = Right(OnnxRuntime.RunAll(file, runs)).Select(outputs => outputs.Items[0].ToTensor()).ToArray();
        var theirs = Accuracy.Predict(Tensor.Concat(logits));

        var agreement = Enumerable.Range(0, ours.Length).Count(i => ours[i] == theirs[i]) / (double)ours.Length;
        var (top1, real) = (Accuracy.Percent(test.Labels, theirs), Accuracy.Percent(test.Labels, ours));
        output.WriteLine($"{model}, {weights}: ONNX Runtime {top1:f2} %, integer engine {real:f2} %, agreement {100 * agreement:f2} %, {file.Length} of {float32} bytes");
        Assert.InRange(agreement, 0.999, 1);
        Assert.InRange(top1, published - 0.1, 100);
        Assert.InRange((double)file.Length / float32, 0.2, 0.45); // a quarter, and the names of what was added
    }
}
