using System.CommandLine;
using LanguageExt;
using Ptq.Data;
using Ptq.Errors;
using Ptq.Experiments.Data;
using Ptq.Terminal;
using TextOption = System.CommandLine.Option<string?>;

namespace Ptq.Experiments.Commands;

/// <summary>Rebuilds the embedded data from the published files.</summary>
internal sealed class BuildDataCommand : ICommand
{
    private readonly TextOption mnist = Options.Text("--mnist", "DIR", "Folder with the four MNIST files, compressed or not", required: true);
    private readonly TextOption fashion = Options.Text("--fashion", "DIR", "Folder with the four Fashion-MNIST files, compressed or not", required: true);
    private readonly TextOption output = Options.Text("--out", "DIR", "Where the data goes, such as experiments/data", required: true);

    public BuildDataCommand() => Command = new("build-data", "Rebuilds the embedded images and labels from the published files.") { mnist, fashion, output };

    public Command Command { get; }

    public Validation<Fault, Func<Either<PtqError, ExitCode>>> Parse(ParseResult parsed) =>
        (
            OptionText.Path("--mnist", parsed.Typed(mnist), () => ""),
            OptionText.Path("--fashion", parsed.Typed(fashion), () => ""),
            OptionText.Path("--out", parsed.Typed(output), () => "")
        ).Apply((digits, clothes, folder) => (Func<Either<PtqError, ExitCode>>)(() => Run(digits, clothes, folder)));

    private static Either<PtqError, ExitCode> Run(string mnist, string fashion, string folder) =>
        from writable in Disk.CheckWritable(folder)
        from digits in Published.Read(mnist)
        from clothes in Published.Read(fashion)
        let files = Display.WithProgress(progress =>
        {
            progress("Compressing", 0);
            return Embedded.Build(folder, "mnist", digits).Concat(Embedded.Build(folder, "fashion", clothes)).ToArray();
        })
        from written in Disk.Write(files)
        select Say(files.Select(f => f.Path));

    private static ExitCode Say(IEnumerable<string> files)
    {
        Display.Files(files);
        return ExitCode.Done;
    }
}
