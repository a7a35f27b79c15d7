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
    /// <param name="Rows">A path each, the chosen one last; then what they have of the peaks.</param>
    /// <param name="Point">For the figure.</param>
    public sealed record Measured(IReadOnlyList<BenchRow> Rows, RooflineFigure.Point Point);

    /// <summary>A way to run a layer.</summary>
    /// <param name="Width">The narrowest vectors that it is had with.</param>
    /// <param name="Algorithm">Direct with 16-bit integers, direct with bytes, or what the engine chooses.</param>
    /// <param name="Engine">Compiled for it.</param>
    private sealed record Way(VectorWidth Width, ConvolutionAlgorithm Algorithm, IntegerEngine Engine)
    {
        public string Kernel { get; } = Engine.Steps[0].Kernel;

        /// <summary>All that differ in the kernel, each once: direct and as chosen on every width, bytes where the processor multiplies them; what the engine takes by itself is the last.</summary>
        public static IReadOnlyList<Way> All(QuantizedGraph graph)
        {
            ConvolutionAlgorithm[] algorithms = DotKernels.HasInt8(VectorWidth.Bits512) ? [ConvolutionAlgorithm.Direct, ConvolutionAlgorithm.Direct8, ConvolutionAlgorithm.Auto] : [ConvolutionAlgorithm.Direct, ConvolutionAlgorithm.Auto];
            var ways =
                from width in Enum.GetValues<VectorWidth>()
                from algorithm in algorithms
                where algorithm != ConvolutionAlgorithm.Direct8 || DotKernels.HasInt8(width)
                select new Way(width, algorithm, IntegerEngine.Compile(graph, width, algorithm));
            var usual = IntegerEngine.Compile(graph).Steps[0].Kernel;
            return [.. ways.DistinctBy(way => way.Kernel, StringComparer.Ordinal).OrderBy(way => way.Kernel == usual)];
        }
    }

    private sealed record Layer(string Name, int Channels, int Side, int Kernel, int Outputs, int Batch)
    {
        public long Operations => 2L * Batch * Outputs * SumLength * Side * Side;

        public int SumLength => Channels * Kernel * Kernel;

        /// <summary>A product of matrices that is bound by its multiplications.</summary>
        public bool IsLong => SumLength >= 256 && Batch * Side > 1;

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
    /// <param name="index">Its number.</param>
    /// <param name="peak">Of vpmaddwd; null where there is none.</param>
    /// <param name="bytePeak">Of vpdpbusd; null where there is none.</param>
    /// <param name="server">The runtime, to be timed beside.</param>
    public static Either<PtqError, Measured> Of(int index, double? peak, double? bytePeak, RuntimeServer? server)
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
               let ways = Way.All(graph)
               let ours = ways.Select(way => Contender.Of(way.Kernel, () => way.Engine.Run(images)))
               from measured in Interleaved.Of([.. ours, .. server is null ? (Contender[])[] : [new(Theirs, milliseconds => server.Time(Theirs, milliseconds).MapLeft(Error))]])
               from dropped in server is null ? unit : server.Drop(Theirs).MapLeft(Error)
               select Told(layer, ways, measured, peak, bytePeak);
    }

    private static Measured Told(Layer layer, IReadOnlyList<Way> ways, Interleaved measured, double? peak, double? bytePeak)
    {
        double Gops(string path) => measured.Of(path) * layer.Operations / 1e9;
        BenchRow Row(string path, Target? target) => BenchRow.Of("layers", layer.Name, $"{layer.Batch}", path, "speed", Gops(path), "GOPS", measured.Against(path, Theirs, Theirs), target);
        var chosen = ways[^1].Kernel;
        var rows = ways.Select(way => Row(way.Kernel, way.Kernel == chosen && layer is { Kernel: 3, Channels: >= 64 } ? new(1.2, 1.5) : null)).ToList();
        foreach (var width in Enum.GetValues<VectorWidth>().Where(w => w > ways.Max(way => way.Width))) rows.Add(BenchRow.NotRun("layers", layer.Name, $"{layer.Batch}", $"int16, {(int)width} bits", "speed", "GOPS", "no such vectors"));
        if (layer.IsLong && ways.FirstOrDefault(way => way is { Width: VectorWidth.Bits256, Algorithm: ConvolutionAlgorithm.Direct }) is { Kernel: var plain })
            rows.Add(BenchRow.Of("layers", layer.Name, $"{layer.Batch}", plain, "without AVX-512 and VNNI", Gops(plain), "GOPS", target: new(150, 200, OfRatio: false)));
        if (layer.IsLong) rows.Add(ShareOfBytes(layer, ways, Gops, bytePeak));
        if (peak is { } most) rows.Add(BenchRow.Of("layers", layer.Name, $"{layer.Batch}", chosen, "share of vpmaddwd's peak", Gops(chosen) / most, ""));
        return new(rows, new(layer.Name, (double)layer.Operations / layer.Bytes, Gops(chosen), measured.Calls.ContainsKey(Theirs) ? Gops(Theirs) : null));
    }

    private static BenchRow ShareOfBytes(Layer layer, IReadOnlyList<Way> ways, Func<string, double> gops, double? peak)
    {
        const string Metric = "share of vpdpbusd's peak";
        var target = new Target(0.88, 0.97, OfRatio: false);
        return (peak, ways.FirstOrDefault(way => way.Algorithm == ConvolutionAlgorithm.Direct8)) is ({ } most, { Kernel: var path })
            ? BenchRow.Of("layers", layer.Name, $"{layer.Batch}", path, Metric, gops(path) / most, "", target: target)
            : BenchRow.NotRun("layers", layer.Name, $"{layer.Batch}", "int8, 256 bits", Metric, "", "no AVX-VNNI", target);
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
