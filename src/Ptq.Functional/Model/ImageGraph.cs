using LanguageExt;
using Ptq.Errors;
using Ptq.Numerics;
using Ptq.Tensors;
using static LanguageExt.Prelude;

namespace Ptq.Model;

/// <summary>Networks of images as graphs of layers, which have integer forms: one input [N, C, H, W] or [N, K], one output, every operation a <see cref="Layer"/>.</summary>
public static class ImageGraph
{
    private const string Supported = "Add, AveragePool, BatchNormalization, Clip, Conv, Dropout, Flatten, Gemm, GlobalAveragePool, Identity, MatMul, MaxPool, Relu, Reshape to [N, K], Softmax";

    /// <summary>The graph, BatchNorms where they are.</summary>
    /// <returns>The graph; or the operation and attribute that it cannot express.</returns>
    public static Either<PtqError, Graph> Of(Network network)
    {
        if (network.Inputs is not { Length: 1 }) return new PtqError.BadGraph("", "inputs", $"{network.Inputs.Length}", "one");
        if (network.Outputs is not { Length: 1 }) return new PtqError.BadGraph("", "outputs", $"{network.Outputs.Length}", "one");
        var input = network.Inputs[0];
        if (!input.HasShape || input.Dims.Length is not (2 or 4) || input.Dims.AsEnumerable().Skip(1).Any(d => d.Length < 1)) return new PtqError.BadGraph("", $"input '{input.Name}'", $"{input}", "[N, C, H, W] or [N, K], fixed but for N");
        var lengths = input.Dims.AsEnumerable().Skip(1).Select(d => d.Length).ToArray();
        if (!Shape.Fits([.. lengths.Select(n => (long)n)])) return new PtqError.BadGraph("", $"input '{input.Name}'", $"{input}", "fewer than 2³¹ elements");

        var aliases = new Dictionary<string, string>(StringComparer.Ordinal);
        string Resolved(string tensor) => aliases.TryGetValue(tensor, out var source) ? source : tensor;
        var nodes = new List<Node>();
        foreach (var operation in network.Operations)
        {
            var read = operation with { Inputs = operation.Inputs.Map(Resolved) };
            if (read is { Domain: "", Op: "Identity" or "Dropout" })
            {
                aliases[read.Output] = read.Input(0);
                continue;
            }
            switch (new Reading(read, network).Layer().Case)
            {
                case LeftCase<PtqError, Layer>(var error): return error;
                case RightCase<PtqError, Layer>(var layer): nodes.Add(new(operation.Name, layer, Values.Of(read.Inputs.Span[..Math.Min(layer.Arity, read.Inputs.Length)]), operation.Output)); break;
            }
        }
        return Graph.Create(input.Name, Shape.Of(lengths), Values.From(nodes), Resolved(network.Outputs[0].Name));
    }

    /// <summary>An operation and the constants that it may read.</summary>
    private sealed record Reading(Operation Operation, Network Network)
    {
        public Either<PtqError, Layer> Layer() => Operation.FullOp switch
        {
            "Conv" => Conv(),
            "Gemm" => Gemm(),
            "MatMul" => Weights(transposed: false).Map(w => (Layer)new Layer.Linear(w, Values.Of<float>(new float[w.Shape[0]]))),
            "Relu" => new Layer.Relu(),
            "Clip" => from min in End(1, "min", -float.MaxValue) from max in End(2, "max", float.MaxValue) select (Layer)new Layer.Clip(min, max),
            "Add" => new Layer.Add(),
            "MaxPool" => Pool().Map(window => (Layer)new Layer.MaxPool2d(window)),
            "AveragePool" => Pool().Map(window => (Layer)new Layer.AveragePool2d(window, Operation.Whole("count_include_pad", 0) != 0)),
            "GlobalAveragePool" => new Layer.GlobalAveragePool(),
            "Flatten" => Operation.Whole("axis", 1) == 1 ? new Layer.Flatten() : Bad("axis", $"{Operation.Whole("axis", 1)}", "1"),
            "Reshape" => Reshape(),
            "Softmax" => Operation.Whole("axis", -1) is 1 or -1 ? new Layer.Softmax() : Bad("axis", $"{Operation.Whole("axis", -1)}", "the last"),
            "BatchNormalization" => BatchNorm(),
            _ => Bad("op", $"{Operation.FullOp} (opset {Network.Opset})", Supported),
        };

        private Either<PtqError, Layer> Conv() =>
            from weights in Constant(1, "weights")
            from bias in Optional(2, "bias", weights.Shape.Rank > 0 ? weights.Shape[0] : 0)
            from window in Window(weights.Shape.Rank == 4 ? [weights.Shape[2], weights.Shape[3]] : [])
            from groups in Operation.Whole("group", 1) is > 0 and <= int.MaxValue and var g ? Right<PtqError, int>((int)g) : Bad("group", $"{Operation.Whole("group", 1)}", "1 to 2³¹ − 1")
            select (Layer)new Layer.Conv2d(weights, bias, window, groups);

        /// <summary>alpha · A · B + beta · C, with B and C constant.</summary>
        private Either<PtqError, Layer> Gemm() =>
            from none in Operation.Whole("transA", 0) == 0 ? Right<PtqError, int>(0) : Bad("transA", "1", "0")
            from weights in Weights(transposed: Operation.Whole("transB", 0) != 0)
            from bias in Optional(2, "C", weights.Shape[0])
            select (Layer)new Layer.Linear(Scaled(weights, Operation.Real("alpha", 1)), bias.Map(c => c * Operation.Real("beta", 1)));

        private Either<PtqError, float> End(int place, string name, float otherwise) => Operation.Input(place).Length > 0
            ? Constant(place, name).Bind(t => t.Data.Length == 1 ? Right<PtqError, float>(t.Data[0]) : Bad(name, $"{t.Shape}", "one number"))
            : otherwise;

        /// <summary>Only what keeps the images apart and makes a vector of each: [0 or −1 or N, K] or [0, −1].</summary>
        private Either<PtqError, Layer> Reshape() =>
            Network.Constants.Find(Operation.Input(1)).Case is SomeCase<Constant>({ Type.IsFloat: false, Shape.Count: 2 }) ? new Layer.Flatten() : Bad("shape", "one that is not [N, K], or no constant", "a constant [N, K]");

        private Either<PtqError, Layer> BatchNorm() =>
            from scale in Constant(1, "scale")
            from bias in Constant(2, "B")
            from mean in Constant(3, "mean")
            from variance in Constant(4, "var")
            select (Layer)new Layer.BatchNorm(scale.Data, bias.Data, mean.Data, variance.Data, Operation.Real("epsilon", 1e-5f));

        private Either<PtqError, Window> Pool() =>
            Operation.Whole("ceil_mode", 0) != 0 ? Bad("ceil_mode", "1", "0")
            : Operation.Outputs.Length > 1 && Operation.Outputs[1].Length > 0 ? Bad("outputs", "indices of the largest values", "the values alone")
            : Window(Operation.Wholes("kernel_shape", []));

        private Either<PtqError, Window> Window(Values<long> kernel)
        {
            var (strides, pads, dilations) = (Operation.Wholes("strides", [1, 1]), Operation.Wholes("pads", [0, 0, 0, 0]), Operation.Wholes("dilations", [1, 1]));
            if (Operation.Text("auto_pad", "NOTSET") is not ("NOTSET" or "VALID") and var automatic) return Bad("auto_pad", automatic, "NOTSET or VALID");
            if (kernel.Length != 2 || strides.Length != 2 || pads.Length != 4 || dilations.Length != 2) return Bad("window", $"{kernel.Length} axes", "2: images");
            if (kernel.AsEnumerable().Concat(strides.AsEnumerable()).Concat(pads.AsEnumerable()).Concat(dilations.AsEnumerable()).Any(n => n is < 0 or > int.MaxValue)) return Bad("window", "a number out of range", "0 to 2³¹ − 1");
            WindowAxis Axis(int i) => new((int)kernel[i], (int)strides[i], (int)pads[i], (int)pads[i + 2], (int)dilations[i]);
            return new Window(Axis(0), Axis(1));
        }

        /// <summary>The matrix B as [outputs, K], from [K, outputs] or as it is where it is stored transposed.</summary>
        private Either<PtqError, Tensor> Weights(bool transposed) => Constant(1, "B").Bind(b =>
        {
            if (b.Shape.Rank != 2) return Bad("B", $"{b.Shape}", "a matrix");
            if (transposed) return b;
            var (rows, columns) = (b.Shape[0], b.Shape[1]);
            return Right<PtqError, Tensor>(Tensor.Of(Shape.Of(columns, rows), Values.Create<float, (Tensor B, int Rows, int Columns)>(b.Data.Length, (b, rows, columns), static (dst, s) =>
            {
                for (var i = 0; i < dst.Length; i++) dst[i] = s.B.Data[i % s.Rows * s.Columns + i / s.Rows];
            })));
        });

        private Either<PtqError, Tensor> Constant(int place, string name)
        {
            if (Operation.Input(place).Length == 0) return Bad(name, "none", "a constant");
            var where = $"{name} '{Operation.Input(place)}'";
            return Network.Constants.Find(Operation.Input(place)).Case is not SomeCase<Constant>(var constant) ? Bad(where, "a tensor that is computed", "a constant")
                : constant.Type.IsFloat ? constant.ToOperand().ToTensor() : Bad(where, constant.Type.Name, "floating-point numbers");
        }

        private Either<PtqError, Values<float>> Optional(int place, string name, int count) => Operation.Input(place).Length > 0
            ? Constant(place, name).Map(t => t.Data.Length == 1 && count > 1 ? Values.From(Enumerable.Repeat(t.Data[0], count)) : t.Data)
            : Values.Of<float>(new float[count]);

        private static Tensor Scaled(Tensor t, float factor) => factor == 1 ? t : Tensor.Of(t.Shape, t.Data.Map(x => x * factor));

        private PtqError Bad(string place, string seen, string wanted) => new PtqError.BadGraph(Operation.Name, place, seen, wanted);
    }
}
