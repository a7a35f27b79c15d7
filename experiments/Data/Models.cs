using LanguageExt;
using Ptq.Data;
using Ptq.Errors;
using Ptq.Evaluation;
using Ptq.Model;
using Ptq.Onnx;

namespace Ptq.Experiments.Data;

/// <summary>The networks of experiments/models, and the images that each belongs to.</summary>
internal static class Models
{
    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["lenet_mnist", "lenet_fashion", "lenet_fashion_skew", "resnet8_fashion", "mobile_fashion"];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "models");

    /// <summary>The ONNX file of a network.</summary>
    public static string PathOf(string name) => Path.Combine(Folder, $"{name}.onnx");

    /// <summary>A network, its BatchNorms folded.</summary>
    public static Either<PtqError, Graph> Read(string name) =>
        from bytes in Disk.ReadAll(PathOf(name))
        from network in OnnxFile.Read($"{name}.onnx", bytes)
        from graph in ImageGraph.Of(network)
        from folded in Folding.BatchNorms(graph)
        select folded;

    /// <summary>The calibration, validation and test images of a network's data set: disjoint.</summary>
    public static Either<PtqError, Splits> Images(string name)
    {
        var dataset = name.EndsWith("_mnist", StringComparison.Ordinal) ? "mnist" : "fashion";
        Either<PtqError, LabelledImages> Split(string split) => Embedded.Read(Path.Combine(AppContext.BaseDirectory, "data"), dataset, split).Map(raw => raw.ToFloats());
        return from calibration in Split("calibration")
               from validation in Split("validation")
               from test in Split("test")
               from splits in Splits.Create(new(calibration.Images), new(validation), new(test))
               select splits;
    }
}
