using System.CommandLine;
using LanguageExt;
using Ptq.Errors;

namespace Ptq.Terminal;

/// <summary>A command: its options, and the work that they ask for, or everything that is wrong with them.</summary>
public interface ICommand
{
    /// <summary>Name, options and help.</summary>
    Command Command { get; }

    /// <summary>The work, which says how it ended or what was wrong with its input.</summary>
    Validation<Fault, Func<Either<PtqError, ExitCode>>> Parse(ParseResult parsed);
}
