using Ptq.Data;
using Ptq.Terminal;

namespace Ptq.Experiments.Commands;

/// <summary>Where results go by default: into the repository that the app was built in, else below the current folder.</summary>
internal static class Results
{
    public static string Folder
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
                if (Disk.Exists(Path.Combine(folder.FullName, "Ptq.Functional.sln"))) return Display.Path(Path.Combine(folder.FullName, "experiments", "results"));
            return "results";
        }
    }
}
