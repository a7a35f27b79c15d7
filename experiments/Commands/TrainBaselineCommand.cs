using System.CommandLine;
using LanguageExt;
using Ptq.Data;
using Ptq.Errors;
using Ptq.Experiments.Data;
using Ptq.Experiments.Training;
using Ptq.Numerics;
using Ptq.Terminal;
using TextOption = System.CommandLine.Option<string?>;

namespace Ptq.Experiments.Commands;

/// <summary>Trains the stand-in for the thesis's weights.</summary>
internal sealed class TrainBaselineCommand : ICommand
{
    private readonly TextOption mnist = Options.Text("--mnist", "DIR", "Folder with the four MNIST files, compressed or not", required: true);
    private readonly TextOption seed = Options.Text("--seed", "N", "Seed of weights and order, of any size [default: 0]");
    private readonly TextOption output = Options.Text("--out", "FILE.npz", "Where the weights go", required: true);
    private readonly TextOption threads = Options.Threads();

    public TrainBaselineCommand() => Command = new("train-baseline", "Trains LeNet-lite by the thesis's protocol: one epoch, convolutions frozen.") { mnist, seed, output, threads };

    public Command Command { get; }

    public Validation<Fault, Func<Either<PtqError, ExitCode>>> Parse(ParseResult parsed) =>
        (
            OptionText.Path("--mnist", parsed.Typed(mnist), () => ""),
            OptionText.Path("--out", parsed.Typed(output), () => ""),
            OptionText.Seeded("--seed", parsed.Typed(seed)),
            OptionText.Threads("--threads", parsed.Typed(threads))
        ).Apply((source, file, s, count) => (Func<Either<PtqError, ExitCode>>)(() => Run(source, file, Rng.FromSeed(s), count))); // a required option that is missing is the parser's error

    private static Either<PtqError, ExitCode> Run(string mnist, string file, Rng seed, int threads) =>
        from writable in Disk.CheckWritableFor(file)
        from published in Published.Read(mnist)
        let examples = published.Training.Pick(ThesisSplit.TrainingPlaces).ToFloats()
        let weights = Display.WithProgress(progress => BaselineTrainer.Train(examples, seed, threads, progress))
        from written in Disk.Write(file, Npz.Write(weights.Map((_, tensor) => NpyArray.Of(tensor))))
        select Say($"LeNet-lite, {examples.Count} training images, one epoch, seed {seed.Seed.Entropy}\nWrote {file}");

    private static ExitCode Say(string line)
    {
        Console.WriteLine(line);
        return ExitCode.Done;
    }
}
