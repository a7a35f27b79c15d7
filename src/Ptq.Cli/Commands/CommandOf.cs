using System.CommandLine;
using Ptq.Cli.Options;

namespace Ptq.Cli.Commands;

/// <summary>Commands of the parser's kind.</summary>
internal static class CommandOf
{
    /// <summary>A command with these settings and a configuration file.</summary>
    public static Command Settings(string name, string description, IEnumerable<Setting> settings, Setting config)
    {
        var command = new Command(name, description);
        foreach (var setting in settings.Append(config))
            if (setting.Symbol is Argument argument) command.Arguments.Add(argument);
            else if (setting.Symbol is Option option) command.Options.Add(option);
        return command;
    }
}
