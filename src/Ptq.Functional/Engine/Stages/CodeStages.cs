using Ptq.Engine.Kernels;
using Ptq.Engine.Reference;
using Ptq.Quantization;

namespace Ptq.Engine.Stages;

/// <summary>Another code for every code.</summary>
internal sealed class TableStage(QOp.Table op, Slot input, Slot output) : Stage
{
    private readonly short[] table = [.. op.Codes.AsEnumerable().Select(code => (short)code)];

    public override void Run(Workspace workspace, int images)
    {
        var from = workspace[input][..(images * input.Size)];
        var to = workspace[output];
        var lowest = op.Lowest;
        Elementwise.Lookup(table, lowest, from, to);
    }
}

/// <summary>The sum of two tensors.</summary>
internal sealed class AddStage(QOp.Add op, Slot a, Slot b, Slot output, VectorWidth widest) : Stage
{
    public override void Run(Workspace workspace, int images)
    {
        var x = workspace[a][..(images * a.Size)];
        var y = workspace[b];
        var to = workspace[output];
        if (op.Sum is { } sum) AddKernel.Run(sum, x, y, to, widest);
        else
            for (var i = 0; i < x.Length; i++) to[i] = (short)IntegerOps.Sum(op, x[i], y[i]);
    }
}

/// <summary>From rows, columns, channels to one axis in C order.</summary>
internal sealed class FlattenStage(Slot input, Slot output) : Stage
{
    public override void Run(Workspace workspace, int images)
    {
        for (var image = 0; image < images; image++) ChannelOrder.ToFirst(workspace.Image(input, image), input.Shape, workspace.Image(output, image));
    }
}

/// <summary>Softmax of a vector, in float between codes.</summary>
internal sealed class SoftmaxStage(QOp.Softmax op, Slot input, Slot output) : Stage
{
    public override void Run(Workspace workspace, int images)
    {
        var (reals, powers) = (new float[input.Size], new float[input.Size]);
        for (var image = 0; image < images; image++)
        {
            var from = workspace.Image(input, image);
            var to = workspace.Image(output, image);
            for (var i = 0; i < reals.Length; i++) reals[i] = Affine.Dequantize(op.InputParams, from[i]);
            FloatOps.SoftmaxRow(reals, powers);
            for (var i = 0; i < reals.Length; i++) to[i] = (short)Affine.Quantize(op.Rule, op.Result, powers[i]);
        }
    }
}
