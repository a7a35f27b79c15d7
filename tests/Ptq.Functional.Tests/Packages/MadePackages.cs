using System.Diagnostics;
using System.Runtime.InteropServices;
using Ptq.Tests.Architecture;
using Xunit;

namespace Ptq.Tests.Packages;

/// <summary>
/// The packages as <c>dotnet pack</c> makes them of what was built, in a folder that is the only source of any Ptq package; what they depend on comes from the
/// folder that the build restored it to, so that no network is needed. A package cache of its own keeps packages of other builds out.
/// </summary>
public sealed class MadePackages : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ptq-packages-");

    public MadePackages()
    {
        try
        {
            foreach (var project in (string[])["Ptq.Functional", "Ptq.Onnx", "Ptq.Data", "Ptq.Cli"])
                Dotnet(Repository.Root, "pack", Path.Combine("src", project), "--no-build", "--no-restore", "-c", Configuration, "-o", At("made"));
            var restored = Dotnet(Repository.Root, false, "nuget", "locals", "global-packages", "--list").Split("global-packages:")[^1].Trim();
            File.WriteAllText(At("nuget.config"), $"""
                <configuration>
                  <packageSources>
                    <clear />
                    <add key="made" value="{At("made")}" />
                    <add key="restored" value="{restored}" />
                  </packageSources>
                  <packageSourceMapping>
                    <clear />
                    <packageSource key="made"><package pattern="Ptq.*" /></packageSource>
                    <packageSource key="restored"><package pattern="*" /></packageSource>
                  </packageSourceMapping>
                </configuration>
                """);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>A path in the folder; <c>nuget.config</c> holds for everything below.</summary>
    public string At(string name) => Path.Combine(folder.FullName, name);

    /// <summary>Runs <c>dotnet</c> in a folder, with the package cache of this folder: what it printed. It has to succeed.</summary>
    public string Dotnet(string where, params string[] args) => Dotnet(where, true, args);

    /// <summary>Runs a program in a folder: what it printed. It has to succeed.</summary>
    public string Run(string where, bool ownCache, string program, params string[] args)
    {
        var start = new ProcessStartInfo(program, args) { WorkingDirectory = where, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray()) start.Environment.Remove(name); // of the build that runs this test
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1"; // nothing stays behind
        start.Environment["UseSharedCompilation"] = "false";
        if (ownCache) start.Environment["NUGET_PACKAGES"] = At("cache");
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', args)} ended with {process.ExitCode}:\n{output}\n{errors.Result}");
        return output.ReplaceLineEndings("\n");
    }

    public void Dispose() => folder.Delete(recursive: true);

    private string Dotnet(string where, bool ownCache, params string[] args) => Run(where, ownCache, "dotnet", args);

    private static string Configuration => AppContext.BaseDirectory.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries)[^2]; // …/bin/Release/net10.0/
}
