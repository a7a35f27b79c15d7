using System.Text.Json;
using Ptq.Numerics;
using Xunit;

namespace Ptq.Tests.Numerics;

/// <summary>golden/elementary.json names its maker: values to 60 digits, rounded once.</summary>
[Trait("Category", "Paths")]
public class Elementary_functions
{
    private static readonly JsonElement Golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "elementary.json"))).RootElement;

    [Fact]
    public void Exp_is_the_nearest_double_but_for_rare_neighbours() => Check("exp", Elementary.Exp);

    [Fact]
    public void Log_is_the_nearest_double_but_for_rare_neighbours() => Check("log", Elementary.Log);

    [Fact]
    public void Ends_are_those_of_IEEE_754()
    {
        Assert.Equal(double.PositiveInfinity, Elementary.Exp(double.PositiveInfinity));
        Assert.Equal(double.PositiveInfinity, Elementary.Exp(710));
        Assert.Equal(0, Elementary.Exp(double.NegativeInfinity));
        Assert.Equal(0, Elementary.Exp(-746));
        Assert.Equal(double.Epsilon, Elementary.Exp(-745.1));
        Assert.Equal(double.NaN, Elementary.Exp(double.NaN));
        Assert.Equal(double.NegativeInfinity, Elementary.Log(0));
        Assert.Equal(double.NaN, Elementary.Log(-1));
        Assert.Equal(double.PositiveInfinity, Elementary.Log(double.PositiveInfinity));
    }

    private static void Check(string name, Func<double, double> f)
    {
        var pairs = Golden.GetProperty(name).Deserialize<double[][]>()!;
        Assert.NotEmpty(pairs);
        var off = pairs.Count(p => f(p[0]) != p[1]);
        Assert.All(pairs, p => Assert.InRange(BitConverter.DoubleToInt64Bits(f(p[0])) - BitConverter.DoubleToInt64Bits(p[1]), -1, 1));
        Assert.True(off <= pairs.Length / 20, $"{off} of {pairs.Length} are a unit off.");
    }
}
