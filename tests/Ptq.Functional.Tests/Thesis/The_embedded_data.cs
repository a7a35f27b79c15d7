using System.Security.Cryptography;
using LanguageExt;
using Ptq.Data;
using Ptq.Experiments.Data;
using Ptq.Experiments.Training;
using Ptq.Numerics;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Thesis;

public class The_embedded_data
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "data");

    [Theory]
    [InlineData("mnist", "calibration", 512)]
    [InlineData("mnist", "validation", 5000)]
    [InlineData("mnist", "thesis-validation", 5000)]
    [InlineData("mnist", "test", 10000)]
    [InlineData("fashion", "calibration", 512)]
    [InlineData("fashion", "validation", 5000)]
    [InlineData("fashion", "test", 10000)]
    public void Has_every_split(string dataset, string split, int count)
    {
        var images = Right(Embedded.Read(Folder, dataset, split));
        Assert.Equal(count, images.Count);
        Assert.Equal(10, images.Labels.Data.AsEnumerable().Distinct(EqualityComparer<byte>.Default).Count());
    }

    [OnlyWhere("PTQ_MNIST", "the folder with MNIST's four files")]
    public void Of_MNIST_comes_from_the_published_files() => Rebuilds("mnist", Environment.GetEnvironmentVariable("PTQ_MNIST")!);

    [OnlyWhere("PTQ_FASHION", "the folder with Fashion-MNIST's four files")]
    public void Of_Fashion_MNIST_comes_from_the_published_files() => Rebuilds("fashion", Environment.GetEnvironmentVariable("PTQ_FASHION")!);

    [OnlyWhere("PTQ_MNIST", "the folder with MNIST's four files")]
    public void Has_the_baseline_that_training_gives()
    {
        var published = Right(Published.Read(Environment.GetEnvironmentVariable("PTQ_MNIST")!));
        var weights = BaselineTrainer.Train(published.Training.Pick(ThesisSplit.TrainingPlaces).ToFloats(), Rng.FromSeed(0), Environment.ProcessorCount, static (_, _) => { });
        Assert.Equal(File.ReadAllBytes(Embedded.Baseline), Npz.Write(weights.Map((_, tensor) => NpyArray.Of(tensor))));
    }

    [Fact, Trait("Category", "Paths")]
    public void Trains_to_the_same_weights_on_every_path()
    {
        var examples = Right(Embedded.Read(Folder, "mnist", "calibration")).ToFloats();
        var weights = BaselineTrainer.Train(examples, Rng.FromSeed(7), 2, static (_, _) => { });
        // The digest of one run: it pins that vector widths, thread counts and machines agree.
        Assert.Equal("42dc2c6564c59dfdc427c3c645673c6435c908fc24e33f4bc232d35fca479860", Convert.ToHexStringLower(SHA256.HashData(Npz.Write(weights.Map((_, tensor) => NpyArray.Of(tensor))))));
    }

    // Contents, not files: how tightly gzip packs may change with the library.
    private static void Rebuilds(string dataset, string source)
    {
        var files = Embedded.Build(Folder, dataset, Right(Published.Read(source))).ToArray();
        Assert.True(files.Length >= 6);
        Assert.All(files, file => Assert.Equal(Right(Idx.Parse(file.Path, File.ReadAllBytes(file.Path))), Right(Idx.Parse(file.Path, file.Bytes))));
    }
}
