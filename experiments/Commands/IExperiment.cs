using System.CommandLine;
using LanguageExt;
using Ptq.Errors;

namespace Ptq.Experiments.Commands;

/// <summary>A command: its options, and the work that they ask for, or everything that is wrong with them.</summary>
internal interface IExperiment
{
    Command Command { get; }

    Validation<Fault, Func<Either<PtqError, Unit>>> Parse(ParseResult parsed);
}
