using System.CommandLine;
using System.CommandLine.Invocation;
using LanguageExt;
using Ptq.Errors;

namespace Ptq.Experiments.Commands;

/// <summary>The command line. Exit codes: 0 done, 1 bad input, 2 bad usage, 3 a bug.</summary>
internal static class App
{
    private const int BadInput = 1, BadUsage = 2, Bug = 3;

    private static readonly IExperiment[] Main = [new ThesisCommand(), new AblationCommand()];

    private static readonly IExperiment[] Experiments = [.. Main, new TrainBaselineCommand(), new BuildDataCommand()];

    public static int Run(string[] args)
    {
        var root = new RootCommand("Regenerates the tables of Ptq.Functional. Without a command: thesis and ablation, on the embedded data.");
        foreach (var experiment in Experiments) root.Subcommands.Add(experiment.Command);
        root.SetAction(_ => 0); // never invoked; without it the parser insists on a command

        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null }); // a path may begin with @
        if (parsed.Action is { } action and not ParseErrorAction && action != root.Action) return parsed.Invoke(); // --help, --version

        return Guarded(() =>
        {
            var asked = Experiments.Where(e => e.Command == parsed.CommandResult.Command).ToArray() is { Length: > 0 } named ? named : Main;
            return asked.Select(e => e.Parse(parsed)).Sequence().Match(
                Succ: work => parsed.Errors.Count > 0 ? Refuse(parsed, []) : Work(work),
                Fail: faults => Refuse(parsed, faults));
        });
    }

    private static int Work(IEnumerable<Func<Either<PtqError, Unit>>> experiments)
    {
        foreach (var experiment in experiments)
            if (experiment().Case is LeftCase<PtqError, Unit>(var error))
            {
                Console.Error.WriteLine(error.Describe());
                return BadInput;
            }
        return 0;
    }

    private static int Refuse(ParseResult parsed, IEnumerable<Fault> faults)
    {
        foreach (var error in parsed.Errors) Console.Error.WriteLine(error.Message);
        foreach (var fault in faults) Console.Error.WriteLine(fault.Describe());
        Console.Error.WriteLine("--help lists what there is.");
        return BadUsage;
    }

    private static int Guarded(Func<int> run)
    {
        try
        {
            return run();
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
