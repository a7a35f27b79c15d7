using System.Text.Json;
using Ptq.Numerics;
using Xunit;

namespace Ptq.Tests.Numerics;

/// <summary>golden/elementary.json and golden/elementary_mpmath.json name their makers: values to 60 digits, rounded once.</summary>
[Trait("Category", "Paths")]
public class Elementary_functions
{
    private static readonly JsonElement Golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "elementary.json"))).RootElement;

    [Fact]
    public void Exp_is_the_nearest_double_but_for_rare_neighbours() => Check("exp", Elementary.Exp);

    [Fact]
    public void Log_is_the_nearest_double_but_for_rare_neighbours() => Check("log", Elementary.Log);

    [Theory]
    [InlineData("expm1", 1)]
    [InlineData("log1p", 1.5)]
    [InlineData("erf", 1)]
    [InlineData("tanh", 2.5)]
    [InlineData("sinh", 2)]
    [InlineData("cosh", 1.5)]
    [InlineData("asinh", 2)]
    [InlineData("acosh", 2.5)]
    [InlineData("atanh", 2.5)]
    [InlineData("sin", 1)]
    [InlineData("cos", 1)]
    [InlineData("tan", 2.5)]
    [InlineData("asin", 2.5)]
    [InlineData("acos", 2.5)]
    [InlineData("atan", 1.5)]
    public void The_others_keep_the_bound_that_they_state(string name, double units)
    {
        Func<double, double> f = name switch
        {
            "expm1" => Elementary.Expm1, "log1p" => Elementary.Log1p, "erf" => Elementary.Erf, "tanh" => Elementary.Tanh, "sinh" => Elementary.Sinh,
            "cosh" => Elementary.Cosh, "asinh" => Elementary.Asinh, "acosh" => Elementary.Acosh, "atanh" => Elementary.Atanh, "sin" => Elementary.Sin,
            "cos" => Elementary.Cos, "tan" => Elementary.Tan, "asin" => Elementary.Asin, "acos" => Elementary.Acos, "atan" => Elementary.Atan,
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
        };
        var rows = Others.GetProperty(name).Deserialize<double[][]>()!;
        Assert.True(rows.Length >= 100);
        Assert.All(rows, row => Assert.InRange(Distance(f(row[0]), row[1]), 0, (long)(units + 0.5))); // the golden value is itself half a unit off
    }

    [Fact]
    public void A_power_keeps_the_bound_that_it_states()
    {
        var rows = Others.GetProperty("pow").Deserialize<double[][]>()!;
        Assert.True(rows.Length >= 100);
        Assert.All(rows, row => Assert.InRange(Distance(Elementary.Pow(row[0], row[1]), row[2]), 0, 1));
    }

    [Theory] // IEEE 754-2019, 9.2.1
    [InlineData(double.NaN, 0, 1)]
    [InlineData(double.NaN, -0.0, 1)]
    [InlineData(1, double.NaN, 1)]
    [InlineData(double.NaN, 1, double.NaN)]
    [InlineData(2, double.NaN, double.NaN)]
    [InlineData(-0.0, -3, double.NegativeInfinity)]
    [InlineData(0, -3, double.PositiveInfinity)]
    [InlineData(-0.0, -2, double.PositiveInfinity)]
    [InlineData(-0.0, -2.5, double.PositiveInfinity)]
    [InlineData(-0.0, double.NegativeInfinity, double.PositiveInfinity)]
    [InlineData(-0.0, 3, -0.0)]
    [InlineData(-0.0, 1, -0.0)]
    [InlineData(-0.0, 4, 0.0)]
    [InlineData(-0.0, 0.5, 0.0)]
    [InlineData(-0.0, 1e300, 0.0)]
    [InlineData(-1, double.PositiveInfinity, 1)]
    [InlineData(-1, double.NegativeInfinity, 1)]
    [InlineData(0.5, double.PositiveInfinity, 0)]
    [InlineData(-0.5, double.NegativeInfinity, double.PositiveInfinity)]
    [InlineData(2, double.NegativeInfinity, 0)]
    [InlineData(double.PositiveInfinity, -0.5, 0)]
    [InlineData(double.PositiveInfinity, 0.5, double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity, 3, double.NegativeInfinity)]
    [InlineData(double.NegativeInfinity, 0.5, double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity, -3, -0.0)]
    [InlineData(double.NegativeInfinity, -4, 0.0)]
    [InlineData(-8, 1.0 / 3, double.NaN)]
    [InlineData(-2, 3, -8)]
    [InlineData(-2, -1, -0.5)]
    [InlineData(-1, 9007199254740993, 1)]
    [InlineData(10, 309, double.PositiveInfinity)]
    [InlineData(-10, 309, double.NegativeInfinity)]
    [InlineData(10, -330, 0)]
    [InlineData(2, -1074, double.Epsilon)]
    [InlineData(double.Epsilon, 0.25, 1.4908919308538355e-81)]
    public void Powers_have_the_ends_of_IEEE_754(double x, double y, double power) =>
        Assert.Equal(BitConverter.DoubleToInt64Bits(power), BitConverter.DoubleToInt64Bits(Elementary.Pow(x, y)));

    [Fact]
    public void Odd_functions_keep_the_sign_of_zero_and_all_keep_NaN()
    {
        Func<double, double>[] odd = [Elementary.Expm1, Elementary.Log1p, Elementary.Erf, Elementary.Tanh, Elementary.Sinh, Elementary.Asinh, Elementary.Atanh, Elementary.Sin, Elementary.Tan, Elementary.Asin, Elementary.Atan];
        Assert.All(odd, f => Assert.True(double.IsNegative(f(-0.0)) && f(-0.0) == 0 && !double.IsNegative(f(0.0))));
        Assert.All([.. odd, Elementary.Cosh, Elementary.Acosh, Elementary.Cos, Elementary.Acos, Elementary.Log, Elementary.Exp], f => Assert.Equal(double.NaN, f(double.NaN)));
    }

    [Fact]
    public void Ends_of_the_others_are_those_of_IEEE_754()
    {
        var infinity = double.PositiveInfinity;
        Assert.Equal((-1, infinity), (Elementary.Expm1(-infinity), Elementary.Expm1(infinity)));
        Assert.Equal((-infinity, infinity, double.NaN), (Elementary.Log1p(-1), Elementary.Log1p(infinity), Elementary.Log1p(-2)));
        Assert.Equal((-1, 1), (Elementary.Tanh(-infinity), Elementary.Erf(infinity)));
        Assert.Equal((-infinity, infinity, infinity), (Elementary.Sinh(-infinity), Elementary.Cosh(-infinity), Elementary.Sinh(711)));
        Assert.Equal((-infinity, infinity, double.NaN), (Elementary.Asinh(-infinity), Elementary.Acosh(infinity), Elementary.Acosh(0.5)));
        Assert.Equal((-infinity, infinity, double.NaN), (Elementary.Atanh(-1), Elementary.Atanh(1), Elementary.Atanh(2)));
        Assert.Equal((double.NaN, double.NaN, double.NaN), (Elementary.Sin(infinity), Elementary.Cos(-infinity), Elementary.Tan(infinity)));
        Assert.Equal((-Math.PI / 2, Math.PI / 2, double.NaN), (Elementary.Asin(-1), Elementary.Atan(infinity), Elementary.Asin(2)));
        Assert.Equal((0, Math.PI, double.NaN), (Elementary.Acos(1), Elementary.Acos(-1), Elementary.Acos(-2)));
    }

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

    private static readonly JsonElement Others = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "elementary_mpmath.json"))).RootElement;

    private static long Distance(double a, double b) => Math.Abs(BitConverter.DoubleToInt64Bits(a) - BitConverter.DoubleToInt64Bits(b));

    private static void Check(string name, Func<double, double> f)
    {
        var pairs = Golden.GetProperty(name).Deserialize<double[][]>()!;
        Assert.NotEmpty(pairs);
        var off = pairs.Count(p => f(p[0]) != p[1]);
        Assert.All(pairs, p => Assert.InRange(BitConverter.DoubleToInt64Bits(f(p[0])) - BitConverter.DoubleToInt64Bits(p[1]), -1, 1));
        Assert.True(off <= pairs.Length / 20, $"{off} of {pairs.Length} are a unit off.");
    }
}
