using LanguageExt;
using Ptq.Data;
using Ptq.Errors;
using static LanguageExt.Prelude;

namespace Ptq.Experiments.Data;

/// <summary>The four files that MNIST and Fashion-MNIST are published in.</summary>
/// <param name="Training">60,000 images.</param>
/// <param name="Test">10,000 images.</param>
internal sealed record Published(RawImages Training, RawImages Test)
{
    private const int TrainingCount = 60_000, TestCount = 10_000;

    /// <summary>Reads train-images-idx3-ubyte and its three companions, with or without .gz.</summary>
    public static Either<PtqError, Published> Read(string folder) =>
        from training in Pair(folder, "train", TrainingCount)
        from test in Pair(folder, "t10k", TestCount)
        select new Published(training, test);

    private static Either<PtqError, RawImages> Pair(string folder, string name, int count) =>
        from pair in RawImages.Read(Find(folder, $"{name}-images-idx3-ubyte"), Find(folder, $"{name}-labels-idx1-ubyte"))
        from _ in pair.Count == count ? Right<PtqError, int>(count) : new PtqError.BadFile(Find(folder, $"{name}-images-idx3-ubyte"), "dimensions", $"{pair.Count} images", $"{count}")
        select pair;

    private static string Find(string folder, string name) =>
        Path.Combine(folder, name) is var plain && !Disk.Exists(plain) && Disk.Exists($"{plain}.gz") ? $"{plain}.gz" : plain;
}
