using LanguageExt;
using Ptq.Errors;
using Ptq.Experiments.Data;
using Ptq.Experiments.Reports;
using Ptq.Terminal;
using static LanguageExt.Prelude;

namespace Ptq.Experiments.Commands;

/// <summary>Where results go by default: into the repository that the app was built in, else below the current folder.</summary>
internal static class Results
{
    public static string Folder => Checkout.Root is { } root ? Display.Path(Path.Combine(root, "experiments", "results")) : "results";

    /// <summary>The repository's README with a block of its text replaced (<see cref="Marked"/>), to be written; nothing where there is no repository.</summary>
    public static Either<PtqError, (string Path, ReadOnlyMemory<byte> Bytes)[]> InReadme(string name, string block) => Checkout.Root is { } root
        ? Marked.InFile(Display.Path(Path.Combine(root, "README.md")), name, block).Map(file => new[] { file })
        : Right<PtqError, (string, ReadOnlyMemory<byte>)[]>([]);
}
