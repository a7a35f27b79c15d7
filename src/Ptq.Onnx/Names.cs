using Ptq.Model;

namespace Ptq.Onnx;

/// <summary>A name of its own for every operation.</summary>
internal static class Names
{
    /// <summary>
    /// Names stay as they are where they are unique. A missing one becomes operator and first output, as <c>Relu_y</c>; of equal ones the
    /// first keeps its name and the others are numbered.
    /// </summary>
    public static IEnumerable<Operation> Unique(IReadOnlyList<Operation> operations)
    {
        var given = new HashSet<string>(operations.Select(o => o.Name), StringComparer.Ordinal);
        var (used, numbers) = (new HashSet<string>(StringComparer.Ordinal), new Dictionary<string, int>(StringComparer.Ordinal));
        foreach (var operation in operations)
        {
            if (operation.Name.Length > 0 && used.Add(operation.Name))
            {
                yield return operation;
                continue;
            }
            var stem = operation.Name.Length > 0 ? operation.Name : $"{operation.Op}_{operation.Outputs.AsEnumerable().First(o => o.Length > 0)}";
            var name = stem;
            while (given.Contains(name) || !used.Add(name)) name = $"{stem}_{numbers[stem] = numbers.GetValueOrDefault(stem, 1) + 1}";
            yield return operation with { Name = name };
        }
    }
}
