using LanguageExt;
using Ptq.Calibration;
using Ptq.Deployment;
using Ptq.Engine;
using Ptq.Engine.Kernels;
using Ptq.Errors;
using Ptq.Experiments.Figures;
using Ptq.Experiments.Runtime;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Tensors;
using static LanguageExt.Prelude;

namespace Ptq.Experiments.Bench;

/// <summary>Single layers, on every path that the processor has, beside its peak of the same run and the ONNX Runtime's QDQ file.</summary>
internal static class LayerBench
{
    private const string Theirs = "ORT QDQ";

    /// <summary>What was measured of a layer.</summary>
    /// <param name="Rows">A path each, the fastest last; then what the fastest has of the peak.</param>
    /// <param name="Point">For the figure.</param>
    public sealed record Measured(IReadOnlyList<BenchRow> Rows, RooflineFigure.Point Point);

    private sealed record Layer(string Name, int Channels, int Side, int Kernel, int Outputs, int Batch)
    {
        public long Operations => 2L * Batch * Outputs * SumLength * Side * Side;

        public int SumLength => Channels * Kernel * Kernel;

        /// <summary>Of inputs, outputs and weights, each once, a byte a code.</summary>
        public long Bytes => (long)Batch * (Channels + Outputs) * Side * Side + (long)Outputs * SumLength;
    }

    private static IReadOnlyList<Layer> Layers =>
    [
        new("conv 3x3, 64 to 64, 56x56", 64, 56, 3, 64, 1), new("conv 3x3, 128 to 128, 28x28", 128, 28, 3, 128, 1), new("conv 1x1, 256 to 256, 28x28", 256, 28, 1, 256, 1),
        new("conv 3x3, 16 to 32, 14x14", 16, 14, 3, 32, 32), new("conv 3x3, 1 to 16, 28x28", 1, 28, 3, 16, 32), new("conv 1x1, 16 to 64, 28x28", 16, 28, 1, 64, 1),
        new("matrix 1024 x 1024, 32 rows", 1024, 1, 1, 1024, 32), new("matrix 1024 x 1024, 1 row", 1024, 1, 1, 1024, 1),
    ];

    /// <summary>How many layers there are.</summary>
    public static int Count => Layers.Count;

    /// <summary>One of them.</summary>
    public static Either<PtqError, Measured> Of(int index, double? peak, RuntimeServer? server)
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
               let engines = Enum.GetValues<VectorWidth>().Select(width => (Width: width, Engine: IntegerEngine.Compile(graph, width))).GroupBy(e => e.Engine.Steps[0].Kernel, StringComparer.Ordinal).Select(g => g.First()).ToArray()
               let ours = engines.Select(e => Contender.Of(e.Engine.Steps[0].Kernel, () => e.Engine.Run(images)))
               from measured in Interleaved.Of([.. ours, .. server is null ? (Contender[])[] : [new(Theirs, milliseconds => server.Time(Theirs, milliseconds).MapLeft(Error))]])
               from dropped in server is null ? unit : server.Drop(Theirs).MapLeft(Error)
               select Told(layer, [.. engines.Select(e => (e.Width, e.Engine.Steps[0].Kernel))], measured, peak);
    }

    private static Measured Told(Layer layer, IReadOnlyList<(VectorWidth Width, string Kernel)> paths, Interleaved measured, double? peak)
    {
        double Gops(string path) => measured.Of(path) * layer.Operations / 1e9;
        BenchRow Row(string path, Target? target) => BenchRow.Of("layers", layer.Name, $"{layer.Batch}", path, "speed", Gops(path), "GOPS", measured.Against(path, Theirs, Theirs), target);
        var fastest = paths[^1].Kernel;
        var isLong = layer.SumLength >= 256 && layer.Side > 1;
        var rows = paths.Select(p => Row(p.Kernel, p.Kernel == fastest && layer is { Kernel: 3, Channels: >= 64 } ? new(1.2, 1.5) : null)).ToList();
        foreach (var width in Enum.GetValues<VectorWidth>().Where(w => w > paths[^1].Width)) rows.Add(BenchRow.NotRun("layers", layer.Name, $"{layer.Batch}", $"int16, {(int)width} bits", "speed", "GOPS", "no such vectors"));
        if (isLong && paths.Any(p => p.Width == VectorWidth.Bits256)) rows.Add(BenchRow.Of("layers", layer.Name, $"{layer.Batch}", paths.First(p => p.Width == VectorWidth.Bits256).Kernel, "without AVX-512 and VNNI", Gops(paths.First(p => p.Width == VectorWidth.Bits256).Kernel), "GOPS", target: new(150, 200, OfRatio: false)));
        if (peak is { } most) rows.Add(BenchRow.Of("layers", layer.Name, $"{layer.Batch}", fastest, "share of vpmaddwd's peak", Gops(fastest) / most, ""));
        return new(rows, new(layer.Name, (double)layer.Operations / layer.Bytes, Gops(fastest), measured.Calls.ContainsKey(Theirs) ? Gops(Theirs) : null));
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
