using System.CommandLine;
using System.CommandLine.Invocation;
using LanguageExt;
using Ptq.Errors;

namespace Ptq.Experiments.Commands;

/// <summary>The command line. Exit codes: 0 done, 1 bad input, 2 bad usage, 3 a bug.</summary>
internal static class App
{
    private const int BadInput = 1, BadUsage = 2, Bug = 3;

    private static readonly IExperiment[] Experiments = [new ThesisCommand(), new TrainBaselineCommand(), new BuildDataCommand()];

    public static int Run(string[] args)
    {
        var root = new RootCommand("Regenerates the tables of Ptq.Functional. Without a command: thesis, on the embedded data.");
        foreach (var experiment in Experiments) root.Subcommands.Add(experiment.Command);
        root.SetAction(_ => 0); // never invoked; without it the parser insists on a command

        var parsed = root.Parse(args);
        var experimentAsked = Experiments.FirstOrDefault(e => e.Command == parsed.CommandResult.Command) ?? Experiments[0];
        if (parsed.Action is { } action and not ParseErrorAction && action != root.Action) return parsed.Invoke(); // --help, --version

        return experimentAsked.Parse(parsed).Match(
            Succ: work => parsed.Errors.Count > 0 ? Refuse(parsed, []) : Guarded(work),
            Fail: faults => Refuse(parsed, faults));
    }

    private static int Refuse(ParseResult parsed, IEnumerable<Fault> faults)
    {
        foreach (var error in parsed.Errors) Console.Error.WriteLine(error.Message);
        foreach (var fault in faults) Console.Error.WriteLine(fault.Describe());
        Console.Error.WriteLine("--help lists what there is.");
        return BadUsage;
    }

    private static int Guarded(Func<Either<PtqError, Unit>> work)
    {
        try
        {
            return work().Match(Right: _ => 0, Left: error =>
            {
                Console.Error.WriteLine(error.Describe());
                return BadInput;
            });
        }
#pragma warning disable CA1031 // the outermost frame: whatever reaches it is our bug, and no user should see a stack trace
        catch (Exception bug)
#pragma warning restore CA1031
        {
            Console.Error.WriteLine($"This is a bug of the program, not of its input: {bug.GetType().Name}: {bug.Message}");
            return Bug;
        }
    }
}
