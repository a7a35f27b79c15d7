using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ptq.Cli.Reports;

/// <summary>Reports as JSON: keys are the names of a record's properties in snake case, in their order; what is not finite is null.</summary>
internal static class JsonText
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One object.</summary>
    public static string Of(object report) => JsonSerializer.Serialize(report, Options);

    /// <summary>A number as JSON can hold it.</summary>
    public static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
