using LanguageExt;
using Ptq.Data;
using Ptq.Errors;

namespace Ptq.Experiments.Data;

/// <summary>The data that the app carries, beside its assembly; and how it is rebuilt from the published files.</summary>
internal static class Embedded
{
    private const int Calibration = 512, Validation = 5000;

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "data");

    /// <summary>The default weights of LeNet-lite.</summary>
    public static string Baseline => Path.Combine(Folder, "mnist", "baseline.npz");

    /// <summary>The thesis's 5,000 validation images.</summary>
    public static Either<PtqError, RawImages> ThesisValidation() => Read(Folder, "mnist", "thesis-validation");

    /// <summary>MNIST's 10,000 test images.</summary>
    public static Either<PtqError, RawImages> MnistTest() => Read(Folder, "mnist", "test");

    /// <summary>A split of the embedded data.</summary>
    public static Either<PtqError, RawImages> Read(string folder, string dataset, string split) =>
        RawImages.Read(Path.Combine(folder, dataset, $"{split}-images.idx.gz"), Path.Combine(folder, dataset, $"{split}-labels.idx.gz"));

    /// <summary>The files of one dataset: the first 512 training images, the last 5,000, all test images; for MNIST the thesis's validation images too.</summary>
    public static IEnumerable<(string Path, ReadOnlyMemory<byte> Bytes)> Build(string folder, string dataset, Published published)
    {
        var training = published.Training;
        (string Name, RawImages Images)[] splits =
        [
            ("calibration", training.Slice(0, Calibration)),
            ("validation", training.Slice(training.Count - Validation, Validation)),
            ("test", published.Test),
            .. dataset == "mnist" ? [("thesis-validation", training.Pick(ThesisSplit.ValidationPlaces))] : Array.Empty<(string, RawImages)>(),
        ];
        return splits.SelectMany(s => new (string, ReadOnlyMemory<byte>)[]
        {
            (Path.Combine(folder, dataset, $"{s.Name}-images.idx.gz"), Idx.WriteGz(s.Images.Images)),
            (Path.Combine(folder, dataset, $"{s.Name}-labels.idx.gz"), Idx.WriteGz(s.Images.Labels)),
        });
    }
}
