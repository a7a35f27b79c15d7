using System.Reflection;
using Xunit;
using Xunit.Sdk;

namespace Ptq.Properties.Framework;

public class The_property_adapter
{
    [Fact]
    public void Finds_its_own_discoverer()
    {
        var names = typeof(PropertyAttribute).GetCustomAttributesData()
            .Single(a => a.AttributeType == typeof(XunitTestCaseDiscovererAttribute)).ConstructorArguments;
        Assert.NotNull(Type.GetType($"{names[0].Value}, {names[1].Value}"));
    }

    [Fact]
    public void Fails_a_law_that_is_false_and_shows_the_smallest_counterexample()
    {
        var recorder = Checked(nameof(Every_number_is_below_ten));
        var message = Assert.IsType<PropertyFailedException>(recorder.Failure).Message;
        Assert.Contains("x = 10", message, StringComparison.Ordinal);
        Assert.Contains("[Property(Replay = ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Passes_a_law_that_is_true_also_in_an_asynchronous_body() => Assert.Null(Checked(nameof(A_sum_does_not_depend_on_the_order)).Failure);

    [Fact]
    public void Fails_a_law_that_throws() => Assert.NotNull(Checked(nameof(Nothing_holds)).Failure);

    [Fact]
    public void Draws_the_same_cases_where_a_seed_is_given()
    {
        int[] Cases(string? seed)
        {
            seen.Clear();
            var method = GetType().GetMethod(nameof(Notes), BindingFlags.NonPublic | BindingFlags.Instance)!;
            FsCheck.Check.Method(new PropertyAttribute().ToConfig(new Recorder(method), seed), method, Microsoft.FSharp.Core.FSharpOption<object>.Some(this));
            return [.. seen];
        }
        Assert.Equal(Cases("1"), Cases("1"));
        Assert.NotEqual(Cases("1"), Cases("2"));
        Assert.NotEqual(Cases(null), Cases(null));
    }

    private readonly List<int> seen = [];

    private void Notes(int x) => seen.Add(x);

    private bool Every_number_is_below_ten(int x) => x < 10;

    private static async Task<bool> A_sum_does_not_depend_on_the_order(int a, int b)
    {
        await Task.Yield();
        return a + b == b + a;
    }

    private static void Nothing_holds(int x) => throw new InvalidOperationException($"{x}");

    private Recorder Checked(string name)
    {
        var method = GetType().GetMethod(name, BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static)!;
        var recorder = new Recorder(method);
        FsCheck.Check.Method(new PropertyAttribute { MaxTest = 1000 }.ToConfig(recorder), method, Microsoft.FSharp.Core.FSharpOption<object>.Some(this));
        return recorder;
    }
}
