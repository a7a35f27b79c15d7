using System.Collections.Immutable;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Ptq.Engine.Kernels;
using Ptq.Numerics;
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
        [DotKernels.Int16[0].IsSupported, DotKernels.Int8[0].IsSupported, DotKernels.Single[0].IsSupported, DotKernels.Double[0].IsSupported], Assert.True);

    [Fact]
    public void Decide_which_kernels_ran()
    {
        var (x, steps, weights, starts) = (new short[70], Enumerable.Range(0, 5).Select(i => 2 * i).ToArray(), new short[2 * 5 * 16], new int[16]);
        for (var i = 0; i < x.Length; i++) x[i] = (short)(i * 37 % 511 - 255);
        for (var i = 0; i < starts.Length; i++) starts[i] = i - 8;
        int[] positions = [.. Enumerable.Range(0, 30)];
        Values<int> Sums(DotKernel<short, int> kernel, int depth)
        {
            for (var output = 0; output < starts.Length; output++) // as this kernel reads them, a weight for every output and input
                for (var input = 0; input < steps.Length * depth; input++)
                    weights[((output / kernel.Lanes * steps.Length + input / depth) * kernel.Lanes + output % kernel.Lanes) * depth + input % depth] = (short)((output * 31 + input * 7) % 511 - 255);
            var sums = new int[positions.Length * starts.Length];
            kernel.Run(x, positions, steps, weights, starts, sums);
            return Values.Freeze(sums);
        }
        foreach (var (name, kernels) in ((string, ImmutableArray<DotKernel<short, int>>)[])[("dot", DotKernels.Int16), ("depthwise", ChannelKernel.All)])
            foreach (var kernel in kernels)
            {
                log.WriteLine($"{name} int16, {kernel.Width.Name}: {(kernel.IsSupported ? "ran" : "not run, this processor or setting has no such vectors")}");
                if (kernel.IsSupported) Assert.Equal(Sums(kernels[0], kernel.Depth), Sums(kernel, kernel.Depth));
            }
        foreach (var kernel in DotKernels.Int8)
        {
            log.WriteLine($"dot int8, {kernel.Width.Name}{(kernel.Instruction.Length > 0 ? $", {kernel.Instruction}" : "")}: {(kernel.IsSupported ? "ran" : "not run, this processor or setting has no such instruction")}");
            if (kernel.IsSupported) Assert.Equal(ByteSums(DotKernels.Int8[0]), ByteSums(kernel));
        }
    }

    /// <summary>As <see cref="Decide_which_kernels_ran"/> has them of 16 bits: every byte is an input somewhere, 0 and 255 too, and weights are from −128 to 127.</summary>
    private static Values<int> ByteSums(DotKernel<byte, int> kernel)
    {
        int[] steps = [.. Enumerable.Range(0, 5).Select(i => 4 * i)], positions = [.. Enumerable.Range(0, 240)], starts = [.. Enumerable.Range(-8, 16)];
        byte[] x = [.. Enumerable.Range(0, 260).Select(i => (byte)(i * 37 + 255))];
        var weights = new byte[steps.Length * kernel.Depth * starts.Length];
        for (var output = 0; output < starts.Length; output++)
            for (var input = 0; input < steps.Length * kernel.Depth; input++)
                weights[((output / kernel.Lanes * steps.Length + input / kernel.Depth) * kernel.Lanes + output % kernel.Lanes) * kernel.Depth + input % kernel.Depth] = unchecked((byte)(output * 31 + input * 7 + 128));
        var sums = new int[positions.Length * starts.Length];
        kernel.Run(x, positions, steps, weights, starts, sums);
        return Values.Freeze(sums);
    }

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
