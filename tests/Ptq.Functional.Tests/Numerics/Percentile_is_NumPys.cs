using System.Text.Json;
using Ptq.Numerics;
using Xunit;

namespace Ptq.Tests.Numerics;

/// <summary>golden/numpy_percentile.json names its maker.</summary>
[Trait("Category", "Paths")]
public class Percentile_is_NumPys
{
    [Fact]
    public void Every_case_in_every_bit()
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "numpy_percentile.json")));
        foreach (var c in golden.RootElement.GetProperty("cases").EnumerateArray())
        {
            var sample = SortedSample.Of(c.GetProperty("values").Deserialize<float[]>());
            Assert.Equal(c.GetProperty("expected").Deserialize<double[]>(), c.GetProperty("percent").Deserialize<double[]>()!.Select(sample.Percentile));
        }
    }

    [Fact]
    public void Nothing_and_NaN_have_none()
    {
        Assert.Throws<ArgumentException>(() => SortedSample.Of([]));
        Assert.Throws<ArgumentException>(() => SortedSample.Of([1, float.NaN]));
        Assert.Throws<ArgumentOutOfRangeException>(() => SortedSample.Of([1]).Percentile(100.1));
    }
}
