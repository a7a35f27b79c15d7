namespace Ptq.Cli.Options;

/// <summary>How a command speaks.</summary>
/// <param name="Quiet">Nothing but errors, and the JSON object where one is asked for.</param>
/// <param name="Json">A JSON object on the output instead of tables.</param>
internal readonly record struct Voice(bool Quiet, bool Json)
{
    /// <summary>Says what was found.</summary>
    /// <param name="found">As an object.</param>
    /// <param name="tell">For people.</param>
    public void Report(object found, Action tell)
    {
        if (Json) Console.WriteLine(Reports.JsonText.Of(found));
        else if (!Quiet) tell();
    }
}

/// <summary>The settings that every command has.</summary>
internal sealed class OutputSettings
{
    private readonly Setting quiet = Setting.Flag("--quiet", "Print nothing but errors (and the object of --json)"), json = Setting.Flag("--json", "Print one JSON object instead of tables");

    /// <summary>The configuration file; it is no setting of its own.</summary>
    public Setting Config { get; } = Setting.Text("--config", "FILE.json", "A JSON object with the same settings: keys are option names without dashes, and arguments in lower case. Unknown or repeated keys are errors, and so is a setting both there and on the command line, for one of the two would go unused");

    /// <summary>All but the configuration file.</summary>
    public IEnumerable<Setting> All => [quiet, json];

    /// <summary>What is asked for.</summary>
    public Voice Parse(Request request) => new(request.Flag(quiet), request.Flag(json));
}
