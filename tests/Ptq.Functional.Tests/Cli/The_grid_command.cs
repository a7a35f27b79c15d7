using Xunit;

namespace Ptq.Tests.Cli;

public class The_grid_command
{
    [Fact]
    public void Reports_every_bad_option_at_once()
    {
        var run = Experiments.Run("grid", "--model", "x", "--percentiles", "99,most", "--point", "a1", "--images", "0", "--threads", "-1");
        Assert.Equal(2, run.ExitCode);
        foreach (var line in (string[])["--model: saw 'x'", "--percentiles: saw 'most', wanted percentiles from 50 to 100", "--point: saw 'a1', wanted NAME=P,P,…", "--images: saw '0'", "--threads: saw '-1'"])
            Assert.Contains(line, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_the_points_where_there_is_no_such_one()
    {
        using var scratch = new Scratch();
        var run = Experiments.Run("grid", "--point", "a9=99", "--images", "10", "--out", scratch["out"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("--point: saw 'a9', wanted inp, ", run.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(scratch["out"], "grid.csv")));
    }

    [Fact]
    public void Writes_every_combination_and_names_the_best()
    {
        using var scratch = new Scratch();
        var run = Experiments.Run("grid", "--percentiles", "99.9", "--point", "a1=99,99.9", "--point", "out=90,99.9,100", "--images", "100", "--out", scratch["out"]);
        Assert.Equal(0, run.ExitCode);
        var lines = File.ReadAllLines(Path.Combine(scratch["out"], "grid.csv"));
        Assert.Equal("combination,percentiles,right,accuracy", lines[0]);
        var rows = lines[1..].Select(line => line.Split(',')).ToArray();
        Assert.Equal(6, rows.Length);
        Assert.All(rows, row => Assert.Equal(row[2], $"{double.Parse(row[3], System.Globalization.CultureInfo.InvariantCulture):0}")); // of 100 images
        Assert.Contains("a1 p = 99; ", rows[0][1], StringComparison.Ordinal);
        Assert.EndsWith("out p = 100", rows[5][1], StringComparison.Ordinal);
        var best = rows.MaxBy(row => int.Parse(row[2], System.Globalization.CultureInfo.InvariantCulture))!; // of equals the first
        Assert.Matches($"\n +{best[0]} +{best[3].Replace(".", "\\.", StringComparison.Ordinal)} ", run.Output);
    }
}
