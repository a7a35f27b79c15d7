using CsvHelper.Configuration.Attributes;
using Ptq.Data;
using Xunit;

namespace Ptq.Tests.Data;

public class Csv_is_plain_text
{
    private sealed record Row(string Method, int Bits, [property: Name("accuracy %")] double Accuracy, bool Deployable, float? Scale);

    [Fact]
    public void A_table_is_a_header_and_its_rows() => Assert.Equal(
        "Method,Bits,accuracy %,Deployable,Scale\nmin-max,8,97.31,true,0.1\n\"a,b \"\"c\"\"\",-4,0.30000000000000004,false,\n",
        Csv.Write([new Row("min-max", 8, 97.31, true, 0.1f), new Row("a,b \"c\"", -4, 0.1 + 0.2, false, null)]));

    [Fact]
    public void A_table_without_rows_is_a_header() => Assert.Equal("Method,Bits,accuracy %,Deployable,Scale\n", Csv.Write<Row>([]));

    private sealed record Number(double Value);

    [Fact]
    public void Numbers_read_back_as_they_were()
    {
        double[] numbers = [0, -0.0, 1e-300, double.Epsilon, double.MaxValue, 1.0 / 3, 1e22, double.NaN, double.NegativeInfinity];
        var lines = Csv.Write(numbers.Select(x => new Number(x))).Split('\n')[1..^1];
        Assert.Equal(numbers, lines.Select(line => double.Parse(line, System.Globalization.CultureInfo.InvariantCulture)));
    }
}
