using Spectre.Console;

namespace Ptq.Terminal;

/// <summary>What a run shows: progress on the error stream, tables on the output.</summary>
public static class Display
{
    private const int Width = 80;

    private static readonly IAnsiConsole Progress = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    private static bool ShowsBars => Progress.Profile.Capabilities.Interactive && !Console.IsErrorRedirected;

    /// <summary>Runs work that reports stages and the share of each that is done: a bar a stage in a terminal, a line a stage
    /// elsewhere, nothing where that is wanted.</summary>
    public static T WithProgress<T>(Func<Action<string, double>, T> work, bool quiet = false)
    {
        if (quiet) return work((_, _) => { });
        if (!ShowsBars)
        {
            var last = "";
            return work((stage, _) =>
            {
                if (stage != last) Console.Error.WriteLine($"{last = stage} …");
            });
        }
        return Progress.Progress().Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn()).Start(context =>
        {
            ProgressTask? task = null;
            var result = work((stage, share) =>
            {
                var shown = Markup.Escape(stage);
                if (task is null || task.Description != shown)
                {
                    if (task is not null) task.Value = 1;
                    task = context.AddTask(shown, maxValue: 1);
                }
                task.Value = share;
            });
            if (task is not null) task.Value = 1;
            return result;
        });
    }

    /// <summary>Gives the terminal its cursor back where a bar may have hidden it: the program is being ended from outside.</summary>
    public static void Leave()
    {
        if (ShowsBars) Console.Error.Write("\e[?25h\n");
    }

    /// <summary>A table below its title; a column whose name ends in # holds numbers and is set to the right.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="columns">The headings.</param>
    /// <param name="rows">A cell for every column.</param>
    /// <param name="width">The most columns of text that it takes, where the terminal has them; what is longer is cut.</param>
    public static void Table(string title, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows, int width = Width)
    {
        var table = new Table { Border = TableBorder.Simple, UseSafeBorder = true };
        foreach (var column in columns)
        {
            var right = column.Length > 0 && column[^1] == '#';
            table.AddColumn(new TableColumn(Markup.Escape(column.TrimEnd('#'))) { Alignment = right ? Justify.Right : Justify.Left, NoWrap = true, Padding = new Padding(0, 0, 1, 0) });
        }
        foreach (var row in rows) table.AddRow(row.Select(cell => Markup.Escape(cell)).ToArray());
        Console.WriteLine($"\n{title}");
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out), Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect });
        console.Profile.Width = Console.IsOutputRedirected ? width : Math.Min(console.Profile.Width, width);
        console.Write(table);
    }

    /// <summary>The files that were written.</summary>
    public static void Files(IEnumerable<string> files)
    {
        Console.WriteLine("\nWrote");
        foreach (var file in files) Console.WriteLine($"  {file}");
    }

    /// <summary>A path as a user in the current folder would type it.</summary>
    public static string Path(string path) => System.IO.Path.GetRelativePath(Directory.GetCurrentDirectory(), path) is var relative && relative.Length < path.Length ? relative : path;
}
