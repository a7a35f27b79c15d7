using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using LanguageExt;
using Ptq.Errors;

namespace Ptq.Terminal;

/// <summary>From a command line to an exit code: every fault of the options at once, errors without a stack trace.</summary>
public static class App
{
    /// <summary>Runs the command that is asked for.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="description">What the program is.</param>
    /// <param name="commands">What it can do.</param>
    /// <param name="otherwise">What it does without a command, one after the other; with none of these, a command must be named.</param>
    public static int Run(string[] args, string description, IReadOnlyList<ICommand> commands, params IReadOnlyList<ICommand> otherwise)
    {
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Display.Leave());
        var root = new RootCommand(description);
        foreach (var command in commands) root.Subcommands.Add(command.Command);
        if (otherwise.Count > 0) root.SetAction(_ => 0); // never invoked; without it the parser insists on a command

        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null }); // a path may begin with @
        if (parsed.Action is { } action and not ParseErrorAction && action != root.Action)
        {
            if (parsed.CommandResult.Command == root) // a line for each command; its own help has the rest
                foreach (var command in commands) command.Command.Description = command.Command.Description?.Split('\n')[0].TrimEnd();
            return parsed.Invoke(); // --help, --version
        }

        return (int)Guarded(() =>
        {
            var asked = commands.Where(c => c.Command == parsed.CommandResult.Command).ToArray() is { Length: > 0 } named ? named : otherwise;
            return asked.Select(c => c.Parse(parsed)).Sequence().Match(
                Succ: work => parsed.Errors.Count > 0 ? Refuse(parsed, []) : Work(work),
                Fail: faults => Refuse(parsed, faults));
        });
    }

    private static ExitCode Work(IEnumerable<Func<Either<PtqError, ExitCode>>> commands)
    {
        foreach (var command in commands)
            switch (command().Case)
            {
                case LeftCase<PtqError, ExitCode>(var error):
                    Console.Error.WriteLine(error.Describe());
                    return ExitCode.BadInput;
                case RightCase<PtqError, ExitCode>(not ExitCode.Done and var code):
                    return code;
            }
        return ExitCode.Done;
    }

    private static ExitCode Refuse(ParseResult parsed, IEnumerable<Fault> faults)
    {
        foreach (var error in parsed.Errors) Console.Error.WriteLine(error.Message);
        foreach (var fault in faults) Console.Error.WriteLine(fault.Describe());
        Console.Error.WriteLine("--help lists what there is.");
        return ExitCode.BadUsage;
    }

    private static ExitCode Guarded(Func<ExitCode> run)
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
            return ExitCode.Bug;
        }
    }
}
