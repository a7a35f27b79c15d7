using Ptq.Experiments.Data;
using Ptq.Terminal;

namespace Ptq.Experiments.Commands;

/// <summary>Where results go by default: into the repository that the app was built in, else below the current folder.</summary>
internal static class Results
{
    public static string Folder => Checkout.Root is { } root ? Display.Path(Path.Combine(root, "experiments", "results")) : "results";
}
