using System.Reflection;
using Ptq.Tests.Architecture;
using Xunit;

namespace Ptq.Tests.Packages;

/// <summary>What a package offers is written down beside it, so that a change of it is seen. <c>PTQ_WRITE_PUBLIC_API=1 dotnet test</c> writes the files anew.</summary>
public class The_public_interface
{
    [Theory]
    [InlineData("Ptq.Functional")]
    [InlineData("Ptq.Onnx")]
    [InlineData("Ptq.Data")]
    public void Is_the_one_that_is_written_down(string package)
    {
        var path = Path.Combine(Repository.Root, "src", package, "PublicApi.txt");
        var api = PublicApi.Of(Assembly.Load(package));
        if (Environment.GetEnvironmentVariable("PTQ_WRITE_PUBLIC_API") == "1") File.WriteAllText(path, api);
        Assert.Equal(File.ReadAllText(path).Split('\n'), api.Split('\n'));
    }
}
