using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Ptq.Engine.Kernels;
using Xunit;
using Xunit.Abstractions;

namespace Ptq.Tests.Engine;

/// <summary>A run with an instruction set switched off proves something only where it is off.</summary>
[Trait("Category", "Paths")]
public class Instruction_sets(ITestOutputHelper log)
{
    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVXVNNI")]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public void Are_off_where_they_were_switched_off(string knob)
    {
        log.WriteLine($"Vector128 {Vector128.IsHardwareAccelerated}, AVX2 {Avx2.IsSupported}, FMA {Fma.IsSupported}, AVX-VNNI {AvxVnni.IsSupported}, AVX-512 {Avx512BW.IsSupported}");
        if (Environment.GetEnvironmentVariable(knob) != "0") return;
        Assert.False(knob switch
        {
            "DOTNET_EnableAVX512" => Avx512BW.IsSupported || Vector512.IsHardwareAccelerated,
            "DOTNET_EnableAVXVNNI" => AvxVnni.IsSupported,
            "DOTNET_EnableAVX2" => Avx2.IsSupported || Fma.IsSupported,
            _ => Vector128.IsHardwareAccelerated,
        });
    }

    [Fact]
    public void Leave_a_scalar_kernel_in_any_case() => Assert.All(
        [DotKernels.Int16[0].IsSupported, DotKernels.Single[0].IsSupported, DotKernels.Double[0].IsSupported], Assert.True);
}
