using LanguageExt;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;
using static LanguageExt.Prelude;

namespace Ptq.Onnx;

/// <summary>From ONNX operators (the operator schemas, opsets 6 to 21) to layers.</summary>
internal static class OnnxImport
{
    private const string Supported = "Add, AveragePool, BatchNormalization, Clip, Constant, Conv, Dropout, Flatten, Gemm, GlobalAveragePool, Identity, MatMul, MaxPool, Relu, Reshape to [N, K], Softmax";

    public static Either<PtqError, Graph> ToGraph(string file, OnnxModel model)
    {
        var constants = new Dictionary<string, OnnxTensor>(StringComparer.Ordinal);
        foreach (var initializer in model.Initializers) constants[initializer.Name] = initializer;
        var inputs = model.Inputs.Where(i => !constants.ContainsKey(i.Name)).ToArray(); // before IR 4 initializers are inputs too
        if (inputs is not [var input]) return new PtqError.BadFile(file, "graph inputs", $"{inputs.Length}", "one");
        if (model.Outputs is not [var output]) return new PtqError.BadFile(file, "graph outputs", $"{model.Outputs.Count}", "one");
        if (input.Dims.Length is not (2 or 4) || input.Dims.Skip(1).Any(d => d is < 1 or > int.MaxValue) || !Shape.Fits(input.Dims.AsSpan(1)))
            return new PtqError.BadFile(file, $"input '{input.Name}'", $"dimensions [{string.Join(", ", input.Dims)}]", "[N, C, H, W] or [N, K], fixed but for N");

        var aliases = new Dictionary<string, string>(StringComparer.Ordinal);
        string Resolved(string tensor) => aliases.TryGetValue(tensor, out var source) ? source : tensor;
        var (nodes, names) = (new List<Node>(), new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal));
        foreach (var node in model.Nodes)
        {
            if (node.Outputs.Length == 0) return new PtqError.BadGraph(node.Name, "outputs", "none", "at least one");
            var read = node with { Inputs = [.. node.Inputs.Select(Resolved)] };
            if (node is { Op: "Constant", Domain: "" })
            {
                if (node.Tensor("value") is not { } value) return new PtqError.BadGraph(node.Name, "value", "none", "a tensor");
                constants[node.Outputs[0]] = value;
                continue;
            }
            if (node is { Op: "Identity" or "Dropout", Domain: "", Inputs.Length: > 0 })
            {
                if (constants.TryGetValue(read.Inputs[0], out var constant)) constants[node.Outputs[0]] = constant;
                else aliases[node.Outputs[0]] = read.Inputs[0];
                continue;
            }
            switch (new Reading(read, constants, model.Opset).Layer().Case)
            {
                case LeftCase<PtqError, Layer>(var error): return error;
                case RightCase<PtqError, Layer>(var layer):
                    var name = node.Name;
                    while (!names.Add(name)) name += "'";
                    nodes.Add(new(name, layer, Values.Of<string>(read.Inputs.AsSpan(0, Math.Min(layer.Arity, read.Inputs.Length))), node.Outputs[0]));
                    break;
            }
        }
        return Graph.Create(input.Name, Shape.Of([.. input.Dims.Skip(1).Select(d => (int)d)]), Values.From(nodes), Resolved(output.Name));
    }

    /// <summary>A node and the constants it may read.</summary>
    private sealed record Reading(OnnxNode Node, IReadOnlyDictionary<string, OnnxTensor> Constants, long Opset)
    {
        public Either<PtqError, Layer> Layer() => (Node.Domain, Node.Op) switch
        {
            ("", "Conv") => Conv(),
            ("", "Gemm") => Gemm(),
            ("", "MatMul") => MatMul(),
            ("", "Relu") => new Layer.Relu(),
            ("", "Clip") => Clip(),
            ("", "Add") => new Layer.Add(),
            ("", "MaxPool") => Pool().Map(window => (Layer)new Layer.MaxPool2d(window)),
            ("", "AveragePool") => Pool().Map(window => (Layer)new Layer.AveragePool2d(window, Node.Int("count_include_pad", 0) != 0)),
            ("", "GlobalAveragePool") => new Layer.GlobalAveragePool(),
            ("", "Flatten") => Node.Int("axis", 1) == 1 ? new Layer.Flatten() : Bad("axis", $"{Node.Int("axis", 1)}", "1"),
            ("", "Reshape") => Reshape(),
            ("", "Softmax") => Node.Int("axis", Opset < 13 ? 1 : -1) is 1 or -1 ? new Layer.Softmax() : Bad("axis", $"{Node.Int("axis", -1)}", "the last"),
            ("", "BatchNormalization") => BatchNorm(),
            _ => Bad("op", $"{(Node.Domain.Length > 0 ? $"{Node.Domain}." : "")}{Node.Op} (opset {Opset})", Supported),
        };

        private Either<PtqError, Layer> Conv() =>
            from weights in Constant(1, "weights")
            from bias in Optional(2, "bias", weights.Shape.Rank > 0 ? weights.Shape[0] : 0)
            from window in Window(weights.Shape.Rank == 4 ? [weights.Shape[2], weights.Shape[3]] : [])
            select (Layer)new Layer.Conv2d(weights, bias, window, (int)Node.Int("group", 1));

        /// <summary>alpha · A · B + beta · C, with B and C constant.</summary>
        private Either<PtqError, Layer> Gemm() =>
            from none in Node.Int("transA", 0) == 0 ? Right<PtqError, int>(0) : Bad("transA", "1", "0")
            from b in Constant(1, "B")
            from weights in Matrix(b, transposed: Node.Int("transB", 0) != 0)
            from bias in Optional(2, "C", weights.Shape[0])
            select (Layer)new Layer.Linear(Scaled(weights, Node.Float("alpha", 1)), bias.Map(c => c * Node.Float("beta", 1)));

        private Either<PtqError, Layer> MatMul() =>
            from b in Constant(1, "B")
            from weights in Matrix(b, transposed: false)
            select (Layer)new Layer.Linear(weights, Values.Of<float>(new float[weights.Shape[0]]));

        private Either<PtqError, Layer> Clip() => Opset < 11
            ? new Layer.Clip(Node.Float("min", -float.MaxValue), Node.Float("max", float.MaxValue))
            : from min in End(1, "min", -float.MaxValue) from max in End(2, "max", float.MaxValue) select (Layer)new Layer.Clip(min, max);

        private Either<PtqError, float> End(int place, string name, float otherwise) => Given(place)
            ? Constant(place, name).Bind(t => t.Data.Length == 1 ? Right<PtqError, float>(t.Data[0]) : Bad(name, $"{t.Shape}", "one number"))
            : otherwise;

        /// <summary>Only what keeps the images apart and makes a vector of each: [0 or −1 or N, K] or [0, −1].</summary>
        private Either<PtqError, Layer> Reshape() =>
            Constants.TryGetValue(Node.Inputs.ElementAtOrDefault(1) ?? "", out var shape) && shape.ToIntegers().Case is RightCase<string, Values<long>>(var to) && to.Length == 2
                ? new Layer.Flatten() : Bad("shape", "one that is not [N, K], or no constant", "a constant [N, K]");

        private Either<PtqError, Layer> BatchNorm() =>
            from scale in Constant(1, "scale")
            from bias in Constant(2, "B")
            from mean in Constant(3, "mean")
            from variance in Constant(4, "var")
            select (Layer)new Layer.BatchNorm(scale.Data, bias.Data, mean.Data, variance.Data, Node.Float("epsilon", 1e-5f));

        private Either<PtqError, Window> Pool() =>
            Node.Int("ceil_mode", 0) != 0 ? Bad("ceil_mode", "1", "0")
            : Node.Outputs.Length > 1 && Node.Outputs[1].Length > 0 ? Bad("outputs", "indices of the largest values", "the values alone")
            : Window(Node.Ints("kernel_shape"));

        private Either<PtqError, Window> Window(long[] kernel)
        {
            var (strides, pads, dilations) = (Node.Ints("strides", 1, 1), Node.Ints("pads", 0, 0, 0, 0), Node.Ints("dilations", 1, 1));
            if (Node.Text("auto_pad", "NOTSET") is not ("NOTSET" or "VALID") and var automatic) return Bad("auto_pad", automatic, "NOTSET or VALID");
            if (kernel.Length != 2 || strides.Length != 2 || pads.Length != 4 || dilations.Length != 2) return Bad("window", $"{kernel.Length} axes", "2: images");
            if (kernel.Concat(strides).Concat(pads).Concat(dilations).Any(n => n is < 0 or > int.MaxValue)) return Bad("window", "a number out of range", "0 to 2³¹ − 1");
            WindowAxis Axis(int i) => new((int)kernel[i], (int)strides[i], (int)pads[i], (int)pads[i + 2], (int)dilations[i]);
            return new Window(Axis(0), Axis(1));
        }

        /// <summary>[outputs, K] of a constant [K, outputs], or of one that is stored transposed.</summary>
        private Either<PtqError, Tensor> Matrix(Tensor b, bool transposed)
        {
            if (b.Shape.Rank != 2) return Bad("B", $"{b.Shape}", "a matrix");
            if (transposed) return b;
            var (rows, columns) = (b.Shape[0], b.Shape[1]);
            return Tensor.Of(Shape.Of(columns, rows), Values.From(from o in Enumerable.Range(0, columns) from k in Enumerable.Range(0, rows) select b.Data[k * columns + o]));
        }

        private bool Given(int place) => place < Node.Inputs.Length && Node.Inputs[place].Length > 0;

        private Either<PtqError, Tensor> Constant(int place, string name)
        {
            if (!Given(place)) return Bad(name, "none", "a constant");
            return Constants.TryGetValue(Node.Inputs[place], out var tensor)
                ? tensor.ToTensor().MapLeft(seen => (PtqError)new PtqError.BadGraph(Node.Name, $"{name} '{Node.Inputs[place]}'", seen, "float, float16 or double elements that fill their shape, inside the file"))
                : Bad($"{name} '{Node.Inputs[place]}'", "a tensor that is computed", "a constant");
        }

        private Either<PtqError, Values<float>> Optional(int place, string name, int count) => Given(place)
            ? Constant(place, name).Map(t => t.Data.Length == 1 && count > 1 ? Values.From(Enumerable.Repeat(t.Data[0], count)) : t.Data)
            : Values.Of<float>(new float[count]);

        private static Tensor Scaled(Tensor t, float factor) => factor == 1 ? t : Tensor.Of(t.Shape, t.Data.Map(x => x * factor));

        private PtqError Bad(string place, string seen, string wanted) => new PtqError.BadGraph(Node.Name, place, seen, wanted);
    }
}
