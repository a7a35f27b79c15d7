using Ptq.Experiments.Reports;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Reports;

/// <summary>What commands write into the README.</summary>
public class Marked_text
{
    private const string Page = "before\n<!-- a -->\nold\n<!-- /a -->\nafter\n";

    [Fact]
    public void Is_replaced_between_its_markers()
    {
        var once = Right(Marked.Replace("page", Page, "a", "| new |\n"));
        Assert.Equal("before\n<!-- a -->\n\n| new |\n\n<!-- /a -->\nafter\n", once);
        Assert.Equal(once, Right(Marked.Replace("page", once, "a", "| new |")));
    }

    [Theory]
    [InlineData("before\n")]
    [InlineData("<!-- /a -->\n<!-- a -->\n")]
    [InlineData("<!-- a -->\n<!-- a -->\n<!-- /a -->\n")]
    [InlineData("<!-- a -->\n")]
    public void Wants_both_markers_once(string page) =>
        Assert.Equal("page: markers of 'a': saw other lines, wanted the lines <!-- a --> and <!-- /a --> once each, in this order", Marked.Replace("page", page, "a", "x").Match(Right: _ => "", Left: e => e.Describe()));

    [Fact]
    public void Tables_set_numbers_to_the_right() =>
        Assert.Equal("| name | count |\n|---|---:|\n| a\\|b | 1 |\n", Markdown.Table(["name", "count#"], [["a|b", "1"]]));
}
