using System.Globalization;
using LanguageExt;
using Ptq.Calibration;
using Ptq.Deployment;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Quantization;
using static LanguageExt.Prelude;

namespace Ptq.Cli.Options;

/// <summary>How a network is quantized, and how the user wrote that.</summary>
/// <param name="Weights"><c>per-channel</c> or <c>per-tensor</c>.</param>
/// <param name="WeightBits">8 or 7.</param>
/// <param name="Activations"><c>u8</c>, <c>s8</c> or <c>s8-symmetric</c>.</param>
/// <param name="Range"><c>minmax</c>, <c>percentile:P</c> or <c>mse</c>.</param>
/// <param name="Format"><c>qdq</c> or <c>qoperator</c>.</param>
/// <param name="IntegerActivations">Whether Mul, Sigmoid and LeakyRelu run on codes too.</param>
/// <param name="Options">What they mean.</param>
internal sealed record QuantizationRequest(string Weights, int WeightBits, string Activations, string Range, string Format, bool IntegerActivations, QuantizationOptions Options)
{
    /// <summary>The network as it is written.</summary>
    public Network Written(QuantizedNetwork quantized) => Format == "qdq" ? quantized.ToQdq() : quantized.ToQOperator();
}

/// <summary>The settings that say how a network is quantized.</summary>
internal sealed class QuantizationSettings
{
    private const string RangeWanted = "minmax, percentile:P with P from 50 to 100, or mse";

    private readonly Setting weights = Setting.Text("--weights", "SCHEME", "Symmetric weights: per-channel or per-tensor [default: per-channel]");
    private readonly Setting bits = Setting.Text("--weight-bits", "N", "8 or 7. With 7, runtimes whose 8-bit kernels saturate (the ONNX Runtime's on AVX2 without VNNI) give the exact sums [default: 8]");
    private readonly Setting activations = Setting.Text("--activations", "CODES", "u8 or s8, both with a zero point, or s8-symmetric, where it is 0 [default: u8]");
    private readonly Setting range = Setting.Text("--range", "RULE", "The range of an activation: minmax, percentile:P (from the percentile 100 − P to P, as percentile:99.99) or mse (the least mean squared error) [default: minmax]");

    private readonly Setting format = Setting.Text("--format", "FORM", "qdq: QuantizeLinear and DequantizeLinear around float operators, which any runtime reads; or qoperator: QLinearConv and its like, also the ONNX Runtime's own (com.microsoft), whose integers are fixed by the file [default: qdq]");
    private readonly Setting integer = Setting.Flag("--integer-activations", "Mul, Sigmoid and LeakyRelu run on codes too where their neighbours do: faster, a little less exact");

    /// <summary>All of them.</summary>
    public IEnumerable<Setting> All => [weights, bits, activations, range, format, integer];

    /// <summary>What is asked for.</summary>
    public Validation<Fault, QuantizationRequest> Parse(Request request)
    {
        var (w, n, a, r, f) = (request.Text(weights) ?? "per-channel", request.Text(bits) ?? "8", request.Text(activations) ?? "u8", request.Text(range) ?? "minmax", request.Text(format) ?? "qdq");
        return (
            One(weights, w, ("per-channel", Scheme.PerChannelSymmetric), ("per-tensor", Scheme.PerTensorSymmetric)),
            One(bits, n, ("8", Grid.Int8), ("7", Grid.Int7)),
            One(activations, a, ("u8", ActivationScheme.UInt8), ("s8", new ActivationScheme(Grid.Int8, false)), ("s8-symmetric", ActivationScheme.Int8Symmetric)),
            RangeOf(r),
            One(format, f, ("qdq", f), ("qoperator", f))
        ).Apply((scheme, grid, codes, rule, form) => new QuantizationRequest(w, grid.Bits, a, r, form, request.Flag(integer), new(scheme, codes, rule) { WeightGrid = grid }));
    }

    private static Validation<Fault, T> One<T>(Setting setting, string text, params (string Name, T Value)[] choices)
    {
        foreach (var (name, value) in choices)
            if (text == name) return Success<Fault, T>(value);
        return Fail<Fault, T>(new(setting.Name, Quoted.Text(text), string.Join(" or ", choices.Select(c => c.Name))));
    }

    private Validation<Fault, RangeRule> RangeOf(string text) => text switch
    {
        "minmax" => Success<Fault, RangeRule>(new RangeRule.MinMax()),
        "mse" => Success<Fault, RangeRule>(new RangeRule.MeanSquare()),
        _ when text.StartsWith("percentile:", StringComparison.Ordinal) && double.TryParse(text["percentile:".Length..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var p) && p is >= 50 and <= 100 =>
            Success<Fault, RangeRule>(new RangeRule.Percentile(p)),
        _ => Fail<Fault, RangeRule>(new(range.Name, Quoted.Text(text), RangeWanted)),
    };
}
