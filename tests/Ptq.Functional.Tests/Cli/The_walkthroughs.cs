using System.Diagnostics;
using Ptq.Tests.Architecture;
using Xunit;

namespace Ptq.Tests.Cli;

/// <summary>experiments/notebooks, run as the README says; what they print is in golden/, a file for each.</summary>
[Collection("dotnet")] // builds of the same projects would get into each other's way
public class The_walkthroughs
{
    [Theory]
    [InlineData("01-affine-and-engine")]
    [InlineData("02-calibration-and-search")]
    public async Task Print_what_they_printed(string name)
    {
        var file = Path.Combine("experiments", "notebooks", $"{name}.cs");
        await Run("build", file); // by itself: what a build says is not the walkthrough's
        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", $"{name}.txt")), (await Run("run", "--no-build", file)).ReplaceLineEndings("\n"));
    }

    private static async Task<string> Run(params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", args) { WorkingDirectory = Repository.Root, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', args)} ended with {process.ExitCode}:\n{output}\n{await errors}");
        return output;
    }
}
