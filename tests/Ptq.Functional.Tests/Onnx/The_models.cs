using Ptq.Engine;
using Ptq.Evaluation;
using Ptq.Experiments.Data;
using Ptq.Model;
using Ptq.Onnx;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Onnx;

/// <summary>The networks of experiments/models score what the framework that trained them scored (experiments/models/README.md).</summary>
public class The_models
{
    private static readonly string Folder = AppContext.BaseDirectory;

    [Theory]
    [InlineData("lenet_mnist", "mnist", 99.24)]
    [InlineData("lenet_fashion", "fashion", 91.23)]
    [InlineData("lenet_fashion_skew", "fashion", 91.23)]
    [InlineData("resnet8_fashion", "fashion", 92.55)]
    [InlineData("resnet8_fashion_bn", "fashion", 92.55)]
    [InlineData("mobile_fashion", "fashion", 92.58)]
    [InlineData("mobile_fashion_bn", "fashion", 92.58)]
    public void Score_what_they_scored_where_they_were_trained(string model, string dataset, double top1)
    {
        var graph = Right(OnnxFile.Read(model, File.ReadAllBytes(Path.Combine(Folder, "models", $"{model}.onnx"))).Bind(ImageGraph.Of).Bind(Folding.BatchNorms));
        Assert.DoesNotContain(graph.Nodes.AsEnumerable(), n => n.Layer is Layer.BatchNorm);
        var test = Right(Embedded.Read(Path.Combine(Folder, "data"), dataset, "test")).ToFloats();
        Assert.Equal(top1, Math.Round(Accuracy.Percent(test.Labels, Accuracy.Predict(FloatEngine.Compile(graph).Run(test.Images, Environment.ProcessorCount))), 2));
    }
}
