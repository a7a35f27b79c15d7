namespace Ptq.Experiments.Equality;

internal static class EqualityTables
{
    public static string Summary(IReadOnlyList<EqualityRow> rows) => "";
}
