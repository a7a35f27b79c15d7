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
    [OnlyWithout("DOTNET_EnableAVX512")]
    public void Without_AVX512_there_is_none() => Off(Avx512BW.IsSupported || Vector512.IsHardwareAccelerated);

    [OnlyWithout("DOTNET_EnableAVXVNNI")]
    public void Without_AVX_VNNI_there_is_none() => Off(AvxVnni.IsSupported);

    [OnlyWithout("DOTNET_EnableAVX2")]
    public void Without_AVX2_there_is_neither_it_nor_FMA() => Off(Avx2.IsSupported || Fma.IsSupported);

    [OnlyWithout("DOTNET_EnableHWIntrinsic")]
    public void Without_intrinsics_there_are_none() => Off(Vector128.IsHardwareAccelerated || Sse2.IsSupported && Vector256.IsHardwareAccelerated);

    [Fact]
    public void Leave_a_scalar_kernel_in_any_case() => Assert.All(
        [DotKernels.Int16[0].IsSupported, DotKernels.Single[0].IsSupported, DotKernels.Double[0].IsSupported], Assert.True);

    private void Off(bool on)
    {
        log.WriteLine($"Vector128 {Vector128.IsHardwareAccelerated}, AVX2 {Avx2.IsSupported}, FMA {Fma.IsSupported}, AVX-VNNI {AvxVnni.IsSupported}, AVX-512 {Avx512BW.IsSupported}");
        Assert.False(on);
    }

    /// <summary>A fact about a run with an instruction set switched off; skipped, and said so, in any other.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class OnlyWithoutAttribute : FactAttribute
    {
        public OnlyWithoutAttribute(string knob)
        {
            if (Environment.GetEnvironmentVariable(knob) != "0") Skip = $"{knob} is not 0.";
        }
    }
}
