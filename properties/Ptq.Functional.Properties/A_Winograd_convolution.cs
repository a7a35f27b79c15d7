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
using static Ptq.Properties.Expect;

namespace Ptq.Properties;

public class A_Winograd_convolution
{
    private static readonly ConvolutionAlgorithm[] Tiled = [ConvolutionAlgorithm.Winograd2, ConvolutionAlgorithm.Winograd4];

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 250)]
    public bool Has_the_sums_of_the_reference_on_every_path(Rng rng)
    {
        var drawn = new Drawn(rng);
        var op = Drawn(drawn);
        var x = Codes(drawn, op);
        var expected = Convolution.Accumulate(op, QTensor.Of(op.InputShape.Batch(1), Values.From(x.Select(code => (int)code))));
        return Enum.GetValues<VectorWidth>().All(width => Tiled.All(algorithm =>
        {
            var stage = new DotStage(op, new(0, op.InputShape), new(1, op.OutputShape), 16, width, algorithm);
            return stage.Choice.Taken == algorithm && Sums(stage, op, x).SequenceEqual(expected.AsEnumerable());
        }));
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 100)]
    public bool Has_a_bound_that_a_sum_reaches_and_none_passes(Rng rng)
    {
        var drawn = new Drawn(rng);
        var op = Drawn(drawn);
        var bound = Certificate(op, 4).Bound;
        var (low, high) = (op.InputParams.Grid.Min, op.InputParams.Grid.Max);
        var seen = Enumerable.Range(0, op.Weights.Shape[0]).SelectMany(o => new[] { 1, -1 }.Select(sign =>
        {
            // One window, every input at the end of its range that suits its weight.
            var codes = Weights(op).Skip(o * op.Weights.Shape.Stride(0)).Take(op.Weights.Shape.Stride(0)).Select(w => w * sign > 0 ? high : low).ToArray();
            var window = op with { InputShape = Shape.Of(op.InputShape[0], 3, 3), OutputShape = Shape.Of(op.OutputShape[0], 1, 1), Window = Window.Square(3), Bias = op.Bias.Map(_ => 0) };
            return Convolution.Accumulate(window, QTensor.Of(window.InputShape.Batch(1), Values.From(codes))).AsEnumerable().Max(sum => Math.Abs((long)sum));
        })).Max();
        return seen == bound;
    }

    [Theory, InlineData(2), InlineData(4)]
    public void Transforms_inputs_up_to_the_bound_that_its_proof_takes(int tile)
    {
        var (side, kernel) = (tile + 2, (tile == 2 ? WinogradKernel.Of2 : WinogradKernel.Of4)[0]);
        short[] Transformed(short[] d)
        {
            var v = new short[d.Length];
            kernel.Input(d, [0], side, 1, v, 1, 1);
            return v;
        }
        // The transform is linear: what it makes of ones alone are its coefficients.
        short[][] coefficients = [.. Enumerable.Range(0, side * side).Select(a => Transformed([.. Enumerable.Range(0, side * side).Select(i => (short)(i == a ? 1 : 0))]))];
        foreach (var (low, high) in new[] { (0, 255), (-255, 0), (-128, 127), (-7, 248) })
        {
            var largest = Enumerable.Range(0, side * side).Max(place => new[] { 1, -1 }.Max(sign =>
                Math.Abs((int)Transformed([.. coefficients.Select(c => (short)(c[place] * sign > 0 ? high : low))])[place])));
            Assert.Equal(largest, new WinogradMatrices(tile).LargestInput(low, high));
            Assert.InRange(largest, 1, short.MaxValue);
        }
        Assert.Equal(tile == 2 ? 9 * 255 : 49 * 255, new WinogradMatrices(tile).LargestFilter(255));
    }

    [Fact]
    public void Refuses_tiles_of_four_where_128_channels_weigh_127_and_would_be_wrong_there()
    {
        var op = Layer(Shape.Of(128, 6, 6), 8, Window.Square(3, 1, 1), AffineParams.Of(1, 0, Grid.UInt8), Grid.Int8, 0, _ => 127, 0);
        var x = Enumerable.Repeat((short)255, op.InputShape.Count).ToArray();
        var expected = Convolution.Accumulate(op, QTensor.Of(op.InputShape.Batch(1), Values.From(x.Select(code => (int)code))));
        Assert.True(expected.AsEnumerable().Max() >= 1 << 25);
        var (four, two) = (Certificate(op, 4), Certificate(op, 2));
        Assert.False(four.Exact);
        Assert.Equal((128L * 9 * 127 * 255, 1L << 25), (four.Bound, four.Limit));
        Assert.True(two.Exact);

        foreach (var wanted in Tiled)
        {
            var stage = new DotStage(op, new(0, op.InputShape), new(1, op.OutputShape), 16, VectorWidth.Bits512, wanted);
            Assert.Equal(ConvolutionAlgorithm.Winograd2, stage.Choice.Taken);
            Assert.Contains("Winograd F(2x2)", stage.Plan.Kernel, StringComparison.Ordinal);
            Assert.Equal("sums ≤ 37,307,520 < 536,870,912; F(4x4) refused: sums up to 37,307,520, not below 33,554,432", stage.Plan.Proof);
            Assert.Equal(expected.AsEnumerable(), Sums(stage, op, x));
        }
        var unproved = new WinogradPlan(4, op.InputShape, op.Window, op.Weights.Shape, Weights(op), op.Bias.Span, VectorWidth.Bits512);
        var sums = new int[unproved.Positions * unproved.Stride];
        var padded = new short[unproved.BufferLength];
        for (var line = 0; line < unproved.Input.Lines; line++) x.AsSpan(0, unproved.Input.LineLength).CopyTo(padded.AsSpan(unproved.Input.LineStart(line)));
        unproved.Run(padded, 0, 0, unproved.Positions, sums, new short[unproved.Scratch.Inputs], new int[unproved.Scratch.Sums]);
        Assert.NotEqual(expected[4 * 6 + 4], sums[(4 * 6 + 4) * unproved.Stride]); // where a tile begins, so that the scale is the largest, and no padding is under the window
    }

    [Fact]
    public void Is_refused_where_the_window_is_another_one()
    {
        foreach (var window in new[] { Window.Square(3, 2, 1), Window.Square(3, 1, 2, 2), new Window(new(3), new(1)) })
        {
            var filters = Shape.Of(32, 32, window.Rows.Kernel, window.Columns.Kernel);
            Assert.False(WinogradCertificate.Of(4, window, filters, 1, new short[filters.Count], 0, 255).Exact);
        }
        Assert.False(WinogradCertificate.Of(2, Window.Square(3), Shape.Of(32, 16, 3, 3), 2, new short[32 * 16 * 9], 0, 255).Exact);
    }

    [Fact]
    public void Is_taken_where_channels_are_many_and_not_where_they_are_few()
    {
        ConvolutionAlgorithm Taken(int channels, int side) => new DotStage(Layer(Shape.Of(channels, side, side), channels, Window.Square(3, 1, 1), AffineParams.Of(1, 0, Grid.UInt8), Grid.Int8, 0, i => i % 7 - 3, 0),
            new(0, Shape.Of(channels, side, side)), new(1, Shape.Of(channels, side, side)), 16, VectorWidth.Bits128).Choice.Taken; // no products of bytes are in question there
        Assert.Equal(ConvolutionAlgorithm.Winograd4, Taken(64, 56));
        Assert.Equal(ConvolutionAlgorithm.Winograd4, Taken(128, 28));
        Assert.Equal(ConvolutionAlgorithm.Winograd4, Taken(32, 14));
        Assert.Equal(ConvolutionAlgorithm.Direct, Taken(4, 28));
        Assert.Equal(ConvolutionAlgorithm.Direct, Taken(64, 1));
    }

    [Fact]
    public void Allocates_nothing_in_a_run()
    {
        var op = Layer(Shape.Of(32, 14, 14), 32, Window.Square(3, 1, 1), AffineParams.Of(1, 3, Grid.UInt8), Grid.Int8, 0, i => i % 7 - 3, 5);
        foreach (var algorithm in Tiled)
        {
            var stage = new DotStage(op, new(0, op.InputShape), new(1, op.OutputShape), 16, VectorWidth.Bits512, algorithm);
            var workspace = Space(stage, op);
            stage.Run(workspace, 1);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 10; i++) stage.Run(workspace, 1);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    private static Workspace Space(DotStage stage, QOp.Dot op) => new(new([0, 1], [op.InputShape.Count, op.OutputShape.Count]), [stage], 1, op.InputShape.Count);

    /// <summary>[O, H, W], as the reference has them.</summary>
    private static int[] Sums(DotStage stage, QOp.Dot op, short[] x)
    {
        var workspace = Space(stage, op);
        ChannelOrder.ToLast(x, op.InputShape, workspace.Image(new(0, op.InputShape), 0));
        Array.Fill(workspace.Padded, (short)-9999); // what a run before left
        Array.Fill(workspace.Sums, 123456789);
        var kept = new int[stage.SumsPerImage];
        stage.Run(workspace, 1, kept, SumWork.All);
        var plane = op.OutputShape.Stride(0);
        return [.. Enumerable.Range(0, op.OutputShape.Count).Select(i => kept[i % plane * stage.Stride + i / plane])];
    }

    private static WinogradCertificate Certificate(QOp.Dot op, int tile) =>
        WinogradCertificate.Of(tile, op.Window, op.Weights.Shape, op.Groups, Weights(op), op.InputParams.Grid.Min - op.InputParams.ZeroPoint, op.InputParams.Grid.Max - op.InputParams.ZeroPoint);

    private static short[] Weights(QOp.Dot op) => [.. op.Weights.Codes.AsEnumerable().Select((w, i) => (short)(w - op.WeightParams.Of(i / op.Weights.Shape.Stride(0)).ZeroPoint))];

    private static QOp.Dot Drawn(Drawn drawn)
    {
        var (channels, outputs) = (drawn.Of(1, 2, 3, 7, 8, 9, 16, 17, 24, 33, 40), drawn.Of(1, 2, 5, 8, 12, 16, 17, 24, 33, 40));
        WindowAxis Axis(int length) => new(3, 1, Math.Max(drawn.From(0, 2), 3 - length), drawn.From(0, 2));
        var (height, width) = (drawn.From(1, 20), drawn.From(1, 20));
        var window = new Window(Axis(height), Axis(width));
        var (grid, weights) = (drawn.Of(Grid.UInt8, Grid.Int8), drawn.Of(Grid.UInt8, Grid.Int8));
        var (kind, phase) = (drawn.From(0, 5), drawn.From(1, 5));
        int Weight(int i) => kind switch
        {
            0 => weights.Max,
            1 => weights.Min,
            2 => i / phase % 2 == 0 ? weights.Max : weights.Min,
            3 => drawn.Of(weights.Max, weights.Min),
            _ => drawn.From(weights.Min, weights.Max),
        };
        return Layer(Shape.Of(channels, height, width), outputs, window, AffineParams.Of(1, drawn.Of(grid.Min, grid.Max, drawn.From(grid.Min, grid.Max)), grid), weights, drawn.Of(0, weights.Min, drawn.From(weights.Min, weights.Max)), Weight, drawn.From(-1_000_000, 1_000_000));
    }

    private static short[] Codes(Drawn drawn, QOp.Dot op)
    {
        var (grid, kind, phase) = (op.InputParams.Grid, drawn.From(0, 4), drawn.From(1, 5));
        return [.. Enumerable.Range(0, op.InputShape.Count).Select(i => (short)(kind switch
        {
            0 => grid.Max,
            1 => grid.Min,
            2 => i / phase % 2 == 0 ? grid.Max : grid.Min,
            3 => drawn.Of(grid.Max, grid.Min),
            _ => drawn.From(grid.Min, grid.Max),
        }))];
    }

    private static QOp.Dot Layer(Shape input, int outputs, Window window, AffineParams codes, Grid grid, int zero, Func<int, int> weight, int bias)
    {
        var filters = Shape.Of(outputs, input[0], 3, 3);
        var weights = TensorParams.PerTensor(AffineParams.Of(1, zero, grid));
        var y = AffineParams.Of(1000, 0, Grid.Int8);
        return new("x", "y", input, Shape.Of(outputs, window.Rows.Outputs(input[1]), window.Columns.Outputs(input[2])), codes, QTensor.Of(filters, Values.From(Enumerable.Range(0, filters.Count).Select(weight))), weights,
            Values.From(Enumerable.Range(0, outputs).Select(o => bias + o)), window, 1, Requantizer.Create(Contract.MlasFloat32, codes, weights, outputs, y, null));
    }
}
