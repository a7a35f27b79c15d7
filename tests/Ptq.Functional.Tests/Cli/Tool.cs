using System.Diagnostics;

namespace Ptq.Tests.Cli;

/// <summary>The tool <c>ptq</c> as a user runs it: a process of its own.</summary>
internal static class Tool
{
    public static Experiments.Outcome Run(params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ptq.dll"), .. args]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output.ReplaceLineEndings("\n"), errors.Result.ReplaceLineEndings("\n"));
    }
}
