using System.Collections.Immutable;
using System.Numerics;
using Ptq.Engine.Kernels;
using Ptq.Numerics;
using Ptq.Properties.Framework;
using Xunit;

namespace Ptq.Properties;

public class A_dot_product
{
    [Property(Arbitrary = [typeof(Generators)], MaxTest = 300)]
    public bool Of_integers_is_the_same_on_every_path(Rng rng, byte positions, byte steps, byte panels) =>
        Agrees(DotKernels.Int16, rng, positions % 20, steps % 40, panels % 7 + 1, x => (short)(Math.Clamp(x, -3, 3) * 85), x => (int)(x * 1e8), (s, x, w) => s + x * w);

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 300)]
    public bool Of_integers_a_channel_each_is_the_same_on_every_path(Rng rng, byte positions, byte steps, byte panels) =>
        Agrees(ChannelKernel.All, rng, positions % 20, steps % 40, panels % 7 + 1, x => (short)(Math.Clamp(x, -3, 3) * 85), x => (int)(x * 1e8), (s, x, w) => s + x * w, channels: true);

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 300)]
    public bool Of_bytes_is_the_same_on_every_path(Rng rng, byte positions, byte steps, byte panels) =>
        Agrees(DotKernels.Int8, rng, positions % 20, steps % 40, panels % 7 + 1, x => x switch { < -0.8 => (byte)128, > 0.8 => (byte)127, > 0.4 => (byte)255, _ => (byte)(int)(x * 1000) }, x => (int)(x * 1e8), (s, x, w) => s + x * (sbyte)w);

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 300)]
    public bool Of_floats_fuses_in_index_order_on_every_path(Rng rng, byte positions, byte steps, byte panels) =>
        Agrees(DotKernels.Single, rng, positions % 20, steps % 40, panels % 7 + 1, x => (float)x, x => (float)x, (s, x, w) => MathF.FusedMultiplyAdd(x, w, s));

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 300)]
    public bool Of_doubles_adds_exact_products_in_index_order_on_every_path(Rng rng, byte positions, byte steps, byte panels) =>
        Agrees(DotKernels.Double, rng, positions % 20, steps % 40, panels % 7 + 1, x => (float)x, x => x, (s, x, w) => s + x * w);

    [Fact]
    public void A_path_that_reads_past_its_inputs_is_refused() => Assert.All(DotKernels.Int16.Concat(ChannelKernel.All).Where(k => k.IsSupported), kernel =>
        Assert.Throws<ArgumentException>(() => kernel.Run(new short[kernel.Reach + 2], [0], [3], new short[kernel.Lanes * 2], new int[kernel.Lanes], new int[kernel.Lanes])));

    [Fact]
    public void A_path_of_bytes_that_reads_past_its_inputs_is_refused() => Assert.All(DotKernels.Int8.Where(k => k.IsSupported), kernel =>
        Assert.Throws<ArgumentException>(() => kernel.Run(new byte[kernel.Reach + 2], [0], [3], new byte[kernel.Lanes * 4], new int[kernel.Lanes], new int[kernel.Lanes])));

    private static bool Agrees<TIn, TOut>(ImmutableArray<DotKernel<TIn, TOut>> kernels, Rng rng, int positions, int steps, int panels, Func<double, TIn> input, Func<double, TOut> start, Func<TOut, TIn, TIn, TOut> add, bool channels = false)
        where TIn : unmanaged where TOut : unmanaged, INumber<TOut> => kernels.Where(k => k.IsSupported).All(kernel =>
    {
        var stream = rng;
        T[] Drawn<T>(int count, Func<double, T> from)
        {
            var normals = new double[count];
            stream = stream.FillStandardNormal(normals);
            return Array.ConvertAll(normals, x => from(x));
        }
        var (lanes, depth) = (kernel.Lanes, kernel.Depth);
        var x = Drawn(100 + (channels ? panels * lanes : depth), input);
        var weights = Drawn(panels * steps * lanes * depth, input);
        var starts = Drawn(panels * lanes, start);
        var at = Drawn(positions, n => Math.Min(50, (int)Math.Abs(n * 20)));
        var reads = Drawn(steps, n => Math.Min(50, (int)Math.Abs(n * 20)));
        var sums = new TOut[positions * panels * lanes];
        kernel.Run(x, at, reads, weights, starts, sums);
        return Enumerable.Range(0, sums.Length).All(i =>
        {
            var (position, panel, lane) = (i / (panels * lanes), i / lanes % panels, i % lanes);
            var sum = starts[panel * lanes + lane];
            for (var s = 0; s < steps; s++)
                for (var d = 0; d < depth; d++)
                    sum = add(sum, x[at[position] + reads[s] + (channels ? panel * lanes + lane : d)], weights[((panel * steps + s) * lanes + lane) * depth + d]);
            return sum == sums[i];
        });
    });
}
