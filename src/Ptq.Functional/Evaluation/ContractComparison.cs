using LanguageExt;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Evaluation;

/// <summary>On how many codes of a layer other contracts of requantization differ from the operator's own, on the same accumulators.</summary>
/// <param name="Node">The layer.</param>
/// <param name="Op">QLinearConv, QLinearMatMul or QGemm.</param>
/// <param name="Codes">How many codes it wrote.</param>
/// <param name="Different">On how many of them each contract differs.</param>
/// <param name="Furthest">By how many steps at most.</param>
public sealed record ContractDifference(string Node, string Op, long Codes, Values<long> Different, int Furthest)
{
    /// <summary>Of both parts of the data.</summary>
    public ContractDifference Combine(ContractDifference other) =>
        this with { Codes = Codes + other.Codes, Different = Values.From(Different.AsEnumerable().Zip(other.Different.AsEnumerable(), (a, b) => a + b)), Furthest = Math.Max(Furthest, other.Furthest) };
}

/// <summary>Compares what contracts of requantization make of the accumulators of a network of operators on codes.</summary>
public static class ContractComparison
{
    /// <summary>A layer with what its accumulators need to become codes.</summary>
    private sealed record LayerSums(Operation Layer, string Sums, Values<long> Bias, bool ChannelsLast, Requantizer[] Requantizers)
    {
        public ContractDifference Nothing => new(Layer.Name, Layer.Op, 0, Values.From(Requantizers.Select(_ => 0L)), 0);

        /// <summary>Compares the codes that the layer wrote.</summary>
        public ContractDifference Of(Operand sums, Operand codes)
        {
            var (different, furthest) = (new long[Requantizers.Length], 0);
            var channels = codes.Shape[ChannelsLast ? codes.Shape.Rank - 1 : 1];
            var plane = ChannelsLast ? 1 : codes.Shape.Stride(1);
            for (var i = 0; i < codes.Shape.Count; i++)
            {
                var channel = i / plane % channels;
                var accumulator = unchecked((int)(sums.Integers[i] + (Bias.Length == 0 ? 0 : Bias[channel])));
                for (var k = 0; k < Requantizers.Length; k++)
                {
                    var distance = Math.Abs(Requantizers[k].Apply(accumulator, channel) - (int)codes.Integers[i]);
                    if (distance == 0) continue;
                    different[k]++;
                    furthest = Math.Max(furthest, distance);
                }
            }
            return Nothing with { Codes = codes.Shape.Count, Different = Values.Of<long>(different), Furthest = furthest };
        }
    }

    /// <summary>The differences of every QLinearConv, QLinearMatMul and QGemm whose parameters are constant, summed over batches.</summary>
    /// <param name="onCodes">The network, in QOperator form.</param>
    /// <param name="contracts">The contracts.</param>
    /// <param name="batches">The inputs, by name.</param>
    /// <param name="threads">At most so many threads, from 1; the result does not depend on it.</param>
    /// <param name="progress">Told how many batches are done, from any thread.</param>
    /// <returns>A row for each layer, in order; or the operation that cannot run.</returns>
    public static Either<PtqError, Values<ContractDifference>> Of(Network onCodes, IReadOnlyList<Contract> contracts, IEnumerable<ByName<Operand>> batches, int threads = 1, Action<int>? progress = null)
    {
        var (network, layers) = WithSums(onCodes, contracts);
        var byTensor = layers.SelectMany((layer, i) => new[] { (layer.Sums, i), (Sums: layer.Layer.Output, i) }).ToDictionary(t => t.Sums, t => t.i, StringComparer.Ordinal);
        Either<PtqError, ContractDifference?[]> Differences(NetworkEngine engine, ByName<Operand> batch)
        {
            var (first, found) = (new Operand?[layers.Length], new ContractDifference?[layers.Length]);
            return engine.Run(batch, (name, value) =>
            {
                if (!byTensor.TryGetValue(name, out var i)) return;
                if (first[i] is not { } sums) first[i] = value; // the sums are written right before the codes
                else (found[i], first[i]) = (layers[i].Of(sums, value), null);
            }).Map(_ => found);
        }

        var total = layers.Select(layer => layer.Nothing).ToArray();
        return BatchRuns.Each(network, batches, threads, progress, shapes => NetworkEngine.Prepare(network, shapes), Differences, found =>
        {
            for (var i = 0; i < total.Length; i++)
                if (found[i] is { } some) total[i] = total[i].Combine(some); // none for a layer that no input has a part in
        }).Map(_ => Values.Of<ContractDifference>(total));
    }

    /// <summary>The network with the accumulators of its layers beside their codes.</summary>
    private static (Network, LayerSums[]) WithSums(Network onCodes, IReadOnlyList<Contract> contracts)
    {
        var (operations, layers) = (new List<Operation>(), new List<LayerSums>());
        var names = onCodes.Operations.AsEnumerable().SelectMany(o => o.Outputs.AsEnumerable().Append(o.Name)).Concat(onCodes.Constants.Names.AsEnumerable()).Concat(onCodes.Inputs.AsEnumerable().Select(p => p.Name)).ToHashSet(StringComparer.Ordinal);
        string Fresh(string wish)
        {
            while (!names.Add(wish)) wish += "_";
            return wish;
        }

        foreach (var layer in onCodes.Operations)
        {
            if (LayerOf(onCodes, layer, contracts, Fresh) is var (sums, before))
            {
                operations.AddRange(before);
                layers.Add(sums);
            }
            operations.Add(layer);
        }
        var network = Network.Create(onCodes.Opset, onCodes.Inputs, onCodes.Constants, Values.From(operations), onCodes.Outputs, onCodes.Info);
        return (network.IfLeft(error => throw new InvalidOperationException(error.Describe())), [.. layers]);
    }

    private static (LayerSums, Operation[])? LayerOf(Network network, Operation layer, IReadOnlyList<Contract> contracts, Func<string, string> fresh)
    {
        if (layer.FullOp is not ("QLinearConv" or "QLinearMatMul" or "com.microsoft.QGemm") || layer.FullOp == "com.microsoft.QGemm" && (layer.Input(7).Length == 0 || layer.Real("alpha", 1) != 1)) return null;
        Operand? Constant(int place) => network.Constants.Find(layer.Input(place)).Case is SomeCase<Constant>(var c) ? c.ToOperand() : null;
        var (isGemm, isConv, (scalePlace, zeroPlace)) = (layer.Op == "QGemm", layer.Op == "QLinearConv", CodeMeanings.ParametersOf(layer)!.Value);
        if (Constant(1) is not { Shape.Count: 1 } sx || Constant(4) is not { Shape.Count: > 0 } sw || Constant(3) is not { Shape.Rank: >= 2 } w || Constant(scalePlace) is not { Shape.Count: 1 } sy || Constant(zeroPlace) is not { Shape.Count: 1 } zy) return null;
        var (transA, transB) = (isGemm && layer.Whole("transA", 0) != 0, isGemm && layer.Whole("transB", 0) != 0);
        var channels = w.Shape[isConv || transB ? 0 : w.Shape.Rank - 1];
        var biasPlace = isConv ? 8 : isGemm ? 6 : layer.Inputs.Length;
        var (hasBias, bias) = (layer.Input(biasPlace).Length > 0, Constant(biasPlace));
        if (sw.Shape.Count != 1 && sw.Shape.Count != channels || hasBias && bias?.Shape.Count != channels) return null;

        var operations = new List<Operation>();
        string Turned(string tensor, bool turn)
        {
            if (!turn) return tensor;
            var result = fresh($"{layer.Name}_{tensor}_turned");
            operations.Add(new(fresh($"{result}_Transpose"), "Transpose", [tensor], result, ("perm", new AttributeValue.Wholes([1, 0]))));
            return result;
        }

        var sums = fresh($"{layer.Output}_sums");
        operations.Add(new(fresh($"{layer.Name}_sums"), isConv ? "ConvInteger" : "MatMulInteger", [Turned(layer.Input(0), transA), Turned(layer.Input(3), transB), layer.Input(2), layer.Input(5)], [sums], isConv ? layer.Attributes : ByName<AttributeValue>.Of([])));
        AffineParams Scale(float s) => AffineParams.Of(s, 0, Grid.Int8); // only the scale decides
        var weights = sw.Shape.Count == 1 ? TensorParams.PerTensor(Scale(sw.Floats[0])) : TensorParams.PerChannel(0, sw.Floats.Map(Scale));
        var output = AffineParams.Of(sy.Floats[0], (int)zy.Integers[0], zy.Type == ElementType.Int8 ? Grid.Int8 : Grid.UInt8);
        return (new(layer, sums, bias?.Integers ?? [], !isConv, [.. contracts.Select(contract => Requantizer.Create(contract, Scale(sx.Floats[0]), weights, channels, output))]), [.. operations]);
    }
}
