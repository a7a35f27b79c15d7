using LanguageExt;
using Ptq.Cli.Options;
using Ptq.Deployment;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;

namespace Ptq.Cli.Reports;

/// <summary>A layer whose weights became codes, and how its output fares; scale and range are those of the output's codes, where it has
/// any. The SQNR is infinite (in JSON: null) where nothing differs, and none where the output's name is not in the float network.</summary>
internal sealed record LayerRow(string Node, string Op, string Output, double? SqnrDb, double? ClippedPercent, double? MaxError, string Scheme, double? Scale, int? ZeroPoint, double? Low, double? High)
{
    /// <summary>A row of a table; the layer that is pointed at has an asterisk.</summary>
    public IReadOnlyList<string> Cells(string? pointedAt) =>
    [
        Shown.Name(Node), Op, (SqnrDb is { } db ? Shown.Number(db) : "") + (Node == pointedAt ? " *" : ""), ClippedPercent is { } c ? Shown.Number(c, "0.000") : "", Scheme,
        Scale is { } s ? Shown.Digits(s) : "", Shown.Range(Low, High),
    ];
}

/// <summary>An operation that stays in float.</summary>
internal sealed record LeftRow(string Node, string Op, string Reason);

/// <summary>A weight scale that was raised for its bias.</summary>
internal sealed record RaisedRow(string Node, int Channel, double From, double To);

/// <summary>What <c>ptq quantize</c> did; with <c>--json</c>, what it prints. The comparison is over the first calibration samples.</summary>
internal sealed record QuantizationReport(string Command, string Model, string Output, int Samples, string Weights, int WeightBits, string Activations, string Range, string Format, int ComparedSamples,
    IReadOnlyList<LayerRow> Layers, IReadOnlyList<TensorComparison> Tensors, IReadOnlyList<OutputComparison> Outputs, IReadOnlyList<LeftRow> Left, IReadOnlyList<RaisedRow> Raised,
    double SqnrThreshold, string? FirstBelowThreshold, long BytesBefore, long BytesAfter, IReadOnlyList<string> Remarks)
{
    private const string BytesTo01 = "0.00392156862745098";

    /// <summary>Puts together what is known of a quantized network.</summary>
    public static QuantizationReport Of(Comparison compared, QuantizedNetwork quantized, QuantizationRequest request, int samples, long before, long after, IEnumerable<string> remarks)
    {
        var tensors = compared.Tensors.ToDictionary(t => t.Tensor, StringComparer.Ordinal);
        LayerRow Layer(PlannedLayer layer)
        {
            var scheme = $"{request.Weights} s{request.WeightBits}, {(layer.HasCodes ? request.Activations : "float")}";
            return tensors.TryGetValue(layer.Output, out var t)
                ? new(layer.Node, layer.Op, layer.Output, t.SqnrDb, t.ClippedPercent, t.MaxError, scheme, t.Scale, t.ZeroPoint, t.Low, t.High)
                : new(layer.Node, layer.Op, layer.Output, null, null, null, scheme, null, null, null, null);
        }
        LayerRow[] layers = [.. quantized.Plan.Layers.AsEnumerable().Select(Layer)];
        return new("quantize", compared.Fp32, compared.Int8, samples, request.Weights, request.WeightBits, request.Activations, request.Range, request.Format, compared.N, layers, compared.Tensors, compared.Outputs,
            [.. quantized.Plan.Left.AsEnumerable().Select(l => new LeftRow(l.Node, l.Op, l.Reason))], [.. quantized.Raised.AsEnumerable().Select(r => new RaisedRow(r.Node, r.Channel, r.From, r.To))],
            compared.SqnrThreshold, layers.FirstOrDefault(l => l.SqnrDb < compared.SqnrThreshold)?.Node, before, after, [.. remarks, .. compared.Remarks]);
    }

    /// <summary>A remark on inputs that were calibrated over 0…255: a network rarely wants that.</summary>
    public static IEnumerable<string> BytesAsTheyAre(Network network, ByName<Histogram> observations) =>
        from input in network.Inputs.AsEnumerable()
        let seen = observations.Find(input.Name)
        where seen.Match(h => h.Minimum >= 0 && h.Maximum is > 128 and <= 255, () => false)
        select $"input {Quoted.Text(input.Name)} was calibrated over 0…255. Where the network was trained on images of 0…1, give --input-scale {BytesTo01}";
}
