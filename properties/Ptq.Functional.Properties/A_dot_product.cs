using System.Collections.Immutable;
using System.Numerics;
using Ptq.Engine.Kernels;
using Ptq.Numerics;
using Ptq.Properties.Framework;
using Ptq.Quantization;
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

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 300)]
    public bool Requantized_in_registers_has_the_codes_of_its_sums(Rng rng, byte positions, byte steps, byte panels, sbyte zero, byte cut, bool pooled) =>
        Requantizes(DotKernels.Int16, rng, positions, steps, panels, zero, cut, pooled, n => (short)(Math.Clamp(n, -3, 3) * 85)) &&
        Requantizes(DotKernels.Int8, rng, positions, steps, panels, zero, cut, pooled, n => unchecked((byte)(sbyte)(Math.Clamp(n, -3, 3) * 42))) &&
        Requantizes(ChannelKernel.All, rng, positions, steps, panels, zero, cut, false, n => (short)(Math.Clamp(n, -3, 3) * 85));

    private static bool Requantizes<TIn>(ImmutableArray<DotKernel<TIn, int>> kernels, Rng rng, byte positions, byte steps, byte panels, sbyte zero, byte cut, bool pooled, Func<double, TIn> input) where TIn : unmanaged =>
        kernels.Where(k => k.IsSupported && k.Codes is not null).All(kernel =>
    {
        var (windows, count, outputs, channel) = (positions % 20, steps % 12, (panels % 3 + 1) * (pooled ? 2 : 1) * kernel.Lanes, panels % 5);
        var stream = rng;
        double[] Drawn(int length)
        {
            var normals = new double[length];
            stream = stream.FillStandardNormal(normals);
            return normals;
        }
        int[] Places(int length) => [.. Drawn(length).Select(n => Math.Min(50, (int)Math.Abs(n * 20)))];
        var x = Drawn(100 + kernel.Reach + outputs).Select(input).ToArray();
        var weights = Drawn(outputs * count * kernel.Depth).Select(input).ToArray();
        var starts = Drawn(outputs).Select(n => (int)(n * 1e4)).ToArray();
        starts[0] = int.MaxValue;
        starts[^1] = int.MinValue;
        var (at, reads) = (Places(windows * (pooled ? 4 : 1)), Places(count));
        var high = 127 - cut / 4;
        var requantizer = (Requantizer.Float32)Requantizer.Create(AffineParams.Of(1, zero, Grid.Int8), (Math.Min((int)zero, high), high), Values.From(Drawn(channel + outputs).Select(n => (float)Math.Exp(n * 4 - 7))));
        var sums = new int[at.Length * outputs];
        kernel.Run(x, at, reads, weights, starts, sums);
        var stride = outputs + channel;
        var (expected, codes) = (Enumerable.Repeat((short)999, windows * stride).ToArray(), Enumerable.Repeat((short)999, windows * stride).ToArray());
        for (var w = 0; w < windows; w++)
            for (var o = 0; o < outputs; o++) expected[w * stride + o] = (short)Enumerable.Range(0, pooled ? 4 : 1).Max(i => requantizer.Apply(sums[(w * (pooled ? 4 : 1) + i) * outputs + o], channel + o));
        kernel.Codes!(x, at, reads, weights, starts, requantizer, channel, codes, stride, pooled);
        return codes.SequenceEqual(expected);
    });

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
