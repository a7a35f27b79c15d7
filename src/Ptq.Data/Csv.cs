using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using CsvHelper.TypeConversion;

namespace Ptq.Data;

/// <summary>Tables as comma-separated text (RFC 4180, but with the line ends of Unix).</summary>
public static class Csv
{
    /// <summary>A header from the public properties of <typeparamref name="T"/> in their order, or their
    /// <c>[Name]</c> (on a record's parameter: <c>[property: Name("…")]</c>), then a line a row. Numbers are in the invariant culture and read back
    /// as they were; truth values are <c>true</c> and <c>false</c>.</summary>
    public static string Write<T>(IEnumerable<T> rows)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var csv = new CsvWriter(text, new CsvConfiguration(CultureInfo.InvariantCulture) { NewLine = "\n" }))
        {
            csv.Context.TypeConverterOptionsCache.GetOptions<double>().Formats = ["R"];
            csv.Context.TypeConverterOptionsCache.GetOptions<float>().Formats = ["R"];
            csv.Context.TypeConverterCache.AddConverter<bool>(new LowercaseTruth());
            csv.WriteHeader<T>();
            csv.NextRecord();
            foreach (var row in rows)
            {
                csv.WriteRecord(row);
                csv.NextRecord();
            }
        }
        return text.ToString();
    }

    private sealed class LowercaseTruth : BooleanConverter
    {
        public override string? ConvertToString(object? value, IWriterRow row, MemberMapData memberMapData) =>
            value is bool truth ? truth ? "true" : "false" : base.ConvertToString(value, row, memberMapData);
    }
}
