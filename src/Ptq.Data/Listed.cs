namespace Ptq.Data;

/// <summary>Names in a message: the first few.</summary>
internal static class Listed
{
    private const int Most = 8;

    /// <summary>The names in quotes.</summary>
    public static string Of(IEnumerable<string> names)
    {
        string[] all = [.. names];
        return all.Length == 0 ? "none" : string.Join(", ", all.Take(Most).Select(Place.Quote)) + (all.Length > Most ? $" and {all.Length - Most} more" : "");
    }
}
