using Ptq.Engine;
using Ptq.Engine.Kernels;
using Ptq.Engine.Reference;
using Ptq.Engine.Stages;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Properties.Framework;
using Ptq.Quantization;
using Ptq.Tensors;
using Xunit;

namespace Ptq.Properties;

public class An_eight_bit_convolution
{
    [Property(Arbitrary = [typeof(Generators)], MaxTest = 250)]
    public bool Has_the_sums_and_the_codes_of_the_reference_on_every_path(Rng rng)
    {
        var drawn = new Drawn(rng);
        var op = Layer(drawn);
        var x = Codes(drawn, op);
        var expected = Convolution.Accumulate(op, QTensor.Of(op.InputImage.Batch(1), Values.From(x.Select(code => (int)code))));
        var plane = expected.Length / op.OutputShape[0];
        return Enum.GetValues<VectorWidth>().All(width =>
        {
            var stage = new DotStage(op, new(0, op.InputShape), new(1, op.OutputShape), 3, width, ConvolutionAlgorithm.Direct8);
            var workspace = new Workspace(new([0, 1], [op.InputShape.Count, op.OutputShape.Count]), [stage], 2, op.InputShape.Count);
            Array.Fill(workspace.Padded, (short)-9999); // what a run before left
            for (var image = 0; image < 2; image++) ChannelOrder.ToLast(x, op.InputShape, workspace.Image(new(0, op.InputShape), image));
            var kept = new int[2 * stage.SumsPerImage];
            stage.Run(workspace, 2, kept, SumWork.All);
            var (outputs, size) = (op.OutputShape[0] / op.Groups, kept.Length / 2);
            int Sum(int i, int image) // [group][position] within what one call takes
            {
                var (o, at) = (i / plane, i % plane);
                var (first, positions) = stage.ByImage ? (image * size, plane) : (0, 2 * plane);
                return kept[first + (o / outputs * positions + (stage.ByImage ? at : image * plane + at)) * stage.Stride + o % outputs];
            }
            var codes = new short[op.OutputShape.Count];
            return stage.Choice.Taken == (op.IsDepthwise ? ConvolutionAlgorithm.Direct : ConvolutionAlgorithm.Direct8) && Enumerable.Range(0, 2).All(image =>
            {
                ChannelOrder.ToFirst(workspace.Image(new(1, op.OutputShape), image), op.OutputShape, codes);
                return Enumerable.Range(0, codes.Length).All(i => (op.IsDepthwise || Sum(i, image) == expected[i]) && codes[i] == op.Requantizer.Apply(expected[i], i / plane));
            });
        });
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 200)]
    public bool Is_refused_where_a_weight_is_no_signed_byte(Rng rng)
    {
        var drawn = new Drawn(rng);
        var weight = drawn.Each(8, _ => drawn.From(-128, 127));
        weight[drawn.From(0, 7)] = drawn.Of(-129, 128, 255, -255);
        var op = Made(Shape.Of(8, 1, 1), 1, 1, Window.Square(1), AffineParams.Of(1, 0, Grid.UInt8), _ => 0, 0);
        var choice = AlgorithmChoice.Of(op, [.. weight.Select(w => (short)w)], ConvolutionAlgorithm.Direct8, 1);
        return choice.Taken == ConvolutionAlgorithm.Direct && choice.Proof(1).Contains("; bytes refused: weights of", StringComparison.Ordinal);
    }

    [Theory, InlineData(-128), InlineData(127)]
    public void Does_not_saturate_at_the_ends(int weight)
    {
        var op = Made(Shape.Of(70, 5, 5), 9, 1, Window.Square(3, 1, 1), AffineParams.Of(1, 0, Grid.UInt8), _ => weight, 0);
        var x = Enumerable.Repeat((short)255, op.InputShape.Count).ToArray();
        var expected = Convolution.Accumulate(op, QTensor.Of(op.InputShape.Batch(1), Values.From(x.Select(code => (int)code))));
        foreach (var width in Enum.GetValues<VectorWidth>())
        {
            var plan = new EightBitPlan(op, Enumerable.Repeat((short)weight, op.Weights.Codes.Length).ToArray(), 1, width);
            var (padded, sums) = (new short[plan.BufferLength], new int[plan.Positions * plan.Stride]);
            plan.Border(0, padded);
            plan.Pad(x, 0, 0, padded);
            plan.Run(padded, 0, 0, plan.Positions, sums, [], []);
            Assert.Equal(expected.AsEnumerable(), Enumerable.Range(0, expected.Length).Select(i => sums[i % 25 * plan.Stride + i / 25]));
        }
    }

    [Fact]
    public void Is_chosen_where_there_is_an_instruction_and_Winograd_pays_less()
    {
        ConvolutionAlgorithm Taken(int channels, int side, double bytes) => AlgorithmChoice.Of(
            Made(Shape.Of(channels, side, side), channels, 1, Window.Square(3, 1, 1), AffineParams.Of(1, 0, Grid.UInt8), i => i % 7 - 3, 0), [.. Enumerable.Range(0, channels * channels * 9).Select(i => (short)(i % 7 - 3))], ConvolutionAlgorithm.Auto, bytes).Taken;
        Assert.Equal(ConvolutionAlgorithm.Direct, Taken(8, 28, 0));
        Assert.Equal(ConvolutionAlgorithm.Direct8, Taken(8, 28, 1.1));
        Assert.Equal(ConvolutionAlgorithm.Winograd4, Taken(64, 56, 0));
        Assert.Equal(ConvolutionAlgorithm.Winograd4, Taken(64, 56, 1.1));
        Assert.Equal(ConvolutionAlgorithm.Direct8, Taken(64, 56, 2.5));
        Assert.Equal(DotKernels.HasInt8(VectorWidth.Bits512), WinogradCost.Bytes(VectorWidth.Bits512) > 0);
        Assert.Equal(0, WinogradCost.Bytes(VectorWidth.Bits128));
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 200)]
    public bool Narrows_codes_of_any_number(Rng rng)
    {
        var drawn = new Drawn(rng);
        var low = drawn.Of(-128, 0, -127);
        var codes = drawn.Each(drawn.From(0, 150), _ => drawn.From(low, low + 255));
        var bytes = new byte[codes.Length + 1];
        bytes[^1] = 77;
        ByteCodes.Narrow([.. codes.Select(c => (short)c)], (short)low, bytes);
        return bytes[^1] == 77 && codes.Select(c => (byte)(c - low)).SequenceEqual(bytes[..^1]);
    }

    private static QOp.Dot Layer(Drawn drawn)
    {
        var groups = drawn.Of(1, 1, 1, 2, 3, 5);
        var (channels, outputs) = (groups * drawn.From(1, 70 / groups), groups * drawn.From(1, 70 / groups));
        var (height, width) = (drawn.From(1, 20), drawn.From(1, 20));
        WindowAxis Axis(int length)
        {
            var (kernel, dilation, before, after) = (drawn.From(1, 4), drawn.From(1, 3), drawn.From(0, 3), drawn.From(0, 3));
            return new(kernel, drawn.From(1, 3), before, Math.Max(after, (kernel - 1) * dilation + 1 - length - before), dilation);
        }
        var grid = drawn.Of(Grid.UInt8, Grid.Int8);
        var kind = drawn.From(0, 4);
        return Made(Shape.Of(channels, height, width), outputs, groups, new(Axis(height), Axis(width)), AffineParams.Of(1, drawn.Of(grid.Min, grid.Max, drawn.From(grid.Min, grid.Max)), grid),
            _ => kind switch { 0 => 127, 1 => -128, 2 => drawn.Of(-128, 127), _ => drawn.From(-128, 127) }, drawn.From(-1_000_000, 1_000_000));
    }

    private static short[] Codes(Drawn drawn, QOp.Dot op)
    {
        var (grid, kind) = (op.InputParams.Grid, drawn.From(0, 3));
        return [.. drawn.Each(op.InputShape.Count, _ => kind switch { 0 => grid.Max, 1 => grid.Min, 2 => drawn.Of(grid.Max, grid.Min), _ => drawn.From(grid.Min, grid.Max) }).Select(c => (short)c)];
    }

    private static QOp.Dot Made(Shape input, int outputs, int groups, Window window, AffineParams codes, Func<int, int> weight, int bias)
    {
        var filters = Shape.Of(outputs, input[0] / groups, window.Rows.Kernel, window.Columns.Kernel);
        var weights = TensorParams.PerTensor(AffineParams.Of(1, 0, Grid.Int8));
        return new("x", "y", input, Shape.Of(outputs, window.Rows.Outputs(input[1]), window.Columns.Outputs(input[2])), codes, QTensor.Of(filters, Values.From(Enumerable.Range(0, filters.Count).Select(weight))), weights,
            Values.From(Enumerable.Range(0, outputs).Select(o => bias + o)), window, groups, Requantizer.Create(Contract.MlasFloat32, codes, weights, outputs, AffineParams.Of(1000, 0, Grid.Int8), null));
    }
}
