using Ptq.Evaluation;
using Xunit;

namespace Ptq.Tests.Evaluation;

public class Published_statistics
{
    [Theory] // Newcombe, "Two-Sided Confidence Intervals for the Single Proportion", Statistics in Medicine 17, 1998, table I, method 3
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void Score_intervals(int successes, int trials, double low, double high)
    {
        var interval = Wilson.Of(successes, trials);
        Assert.Equal((low, high), (Math.Round(interval.Low, 4), Math.Round(interval.High, 4)));
    }

    [Theory] // two-sided exact sign probabilities
    [InlineData(2, 9, 0.06543)] // Fay, R package exact2x2, example of mcnemar.exact: b = 2, c = 9
    [InlineData(9, 2, 0.06543)]
    [InlineData(0, 0, 1)]
    [InlineData(5, 5, 1)]
    [InlineData(0, 6, 0.03125)] // 2 / 2⁶
    public void Exact_McNemar_tests(int worse, int better, double p) => Assert.Equal(p, Math.Round(new McNemar(worse + better, worse, better).P, 5));

    [Fact]
    public void A_model_does_not_differ_from_itself()
    {
        var same = McNemar.Of([0, 1, 2, 2], [0, 1, 1, 2], [0, 1, 1, 2]);
        Assert.Equal((0, 0, 0, 1.0), (same.Flips, same.Worse, same.Better, same.P));
    }

    [Fact]
    public void Far_tails_keep_their_digits() => Assert.Equal(Math.ScaleB(2, -1000), new McNemar(1000, 0, 1000).P);

    [Fact]
    public void Flips_between_two_wrong_classes_count_for_neither()
    {
        var m = McNemar.Of([0, 0, 0, 0], [1, 0, 2, 0], [2, 0, 0, 1]);
        Assert.Equal((3, 1, 1), (m.Flips, m.Worse, m.Better));
    }
}
