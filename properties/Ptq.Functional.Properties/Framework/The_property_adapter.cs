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

    [Property]
    public bool Runs_async_bodies_instances_and_several_parameters(int a, float[] xs) => a - a == 0 && xs.Length >= 0;
}
