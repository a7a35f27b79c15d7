using LanguageExt;
using Ptq.Calibration;
using Ptq.Deployment;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Experiments.Runtime;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Tensors;
using static LanguageExt.Prelude;

namespace Ptq.Experiments.Bench;

/// <summary>Single layers of long sums, beside the processor's peak of the same run and the ONNX Runtime's QDQ file.</summary>
internal static class LayerBench
{
    private const string Ours = "int8", Theirs = "ORT QDQ";

    private sealed record Layer(string Name, int Channels, int Side, int Kernel, int Outputs, int Batch)
    {
        public long Operations => 2L * Batch * Outputs * Channels * Kernel * Kernel * Side * Side;
    }

    private static IReadOnlyList<Layer> Layers =>
    [
        new("conv 3x3, 64 to 64, 56x56", 64, 56, 3, 64, 1), new("conv 3x3, 128 to 128, 28x28", 128, 28, 3, 128, 1), new("conv 1x1, 256 to 256, 28x28", 256, 28, 1, 256, 1),
        new("matrix 1024 x 1024, 32 rows", 1024, 1, 1, 1024, 32), new("matrix 1024 x 1024, 1 row", 1024, 1, 1, 1024, 1),
    ];

    /// <summary>How many layers there are.</summary>
    public static int Count => Layers.Count;

    /// <summary>The row of one of them.</summary>
    public static Either<PtqError, BenchRow> Of(int index, double? peak, RuntimeServer? server)
    {
        var layer = Layers[index];
        var (network, images) = Made(layer);
        var batch = ByName<Operand>.Of([("x", Operand.Of(images))]);
        return from plan in QuantizationPlan.Of(network, batch.Map((_, x) => x.Shape), [])
               from seen in NetworkCalibration.Observe(plan.Network, plan.Observed, [batch])
               from quantized in QuantizedNetwork.Create(plan, seen, QuantizationOptions.Default)
               from graph in quantized.ToGraph()
               from file in OnnxFile.Write(quantized.ToQdq())
               from kept in server is null ? unit : server.Keep(Theirs, file, [RuntimeTensor.From("x", images)]).MapLeft(Error)
               let engine = IntegerEngine.Compile(graph)
               let contenders = (IReadOnlyList<Contender>)[Contender.Of(Ours, () => engine.Run(images)), .. server is null ? (Contender[])[] : [new(Theirs, milliseconds => server.Time(Theirs, milliseconds).MapLeft(Error))]]
               from measured in Interleaved.Of(contenders)
               from dropped in server is null ? unit : server.Drop(Theirs).MapLeft(Error)
               let gops = measured.Of(Ours) * layer.Operations / 1e9
               let share = peak is { } most ? $"{gops / most:0.00} of the peak" : "no peak"
               select BenchRow.Of("layers", layer.Name, $"{layer.Batch}", share, "speed", gops, "GOPS", measured.Against(Ours, Theirs, Theirs), layer.Kernel == 3 ? new(1.2, 1.5) : null);
    }

    private static PtqError Error(RuntimeFailure failure) => new PtqError.BadRequest("--onnxruntime", failure.Message, "a model that it runs");

    private static (Network, Tensor) Made(Layer layer)
    {
        var rng = Rng.FromSeed(1);
        Tensor Normal(double deviation, params int[] lengths)
        {
            var normals = new double[Shape.Of(lengths).Count];
            rng = rng.FillStandardNormal(normals);
            return Tensor.Of(Shape.Of(lengths), Values.From(normals.Select(x => (float)(x * deviation))));
        }
        var isMatrix = layer.Side == 1;
        var inputs = layer.Channels * layer.Kernel * layer.Kernel;
        var (w, b) = (Normal(1 / Math.Sqrt(inputs), isMatrix ? [layer.Outputs, layer.Channels] : [layer.Outputs, layer.Channels, layer.Kernel, layer.Kernel]), Normal(0.1, layer.Outputs));
        var pad = layer.Kernel / 2;
        var operation = isMatrix
            ? new Operation("layer", "Gemm", ["x", "w", "b"], "y", ("transB", new AttributeValue.Whole(1)))
            : new Operation("layer", "Conv", ["x", "w", "b"], "y", ("pads", new AttributeValue.Wholes([pad, pad, pad, pad])));
        int[] lengths = isMatrix ? [layer.Channels] : [layer.Channels, layer.Side, layer.Side];
        var network = Network.Create(17, [new Port("x", ElementType.Float32, [new Dimension(-1, "N"), .. lengths.Select(n => new Dimension(n))])], ByName<Constant>.Of([("w", Constant.Of(w)), ("b", Constant.Of(b))]),
            [operation], [new Port("y", ElementType.Float32, [], false)], NetworkInfo.Named("layer"));
        return (network.IfLeft(error => throw new InvalidOperationException(error.Describe())), Normal(1, [layer.Batch, .. lengths]));
    }
}
