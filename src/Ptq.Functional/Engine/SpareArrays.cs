using Ptq.Engine.Operators;
using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>
/// The arrays of tensors that nobody reads any more, for the next ones of their lengths: memory that is new costs more than most operators. A tensor that an operator might pass on,
/// as a view or a part of its output, keeps its array.
/// </summary>
internal sealed class SpareArrays
{
    private const int MostKept = 1 << 24; // elements

    private readonly Dictionary<int, Stack<float[]>> free = [];
    private readonly Dictionary<string, float[]> used = new(StringComparer.Ordinal);
    private int kept;

    /// <summary>Runs an operation.</summary>
    public Operand[] Run(Operation operation, Prepared prepared, Operand?[] inputs)
    {
        if (prepared.Into is not { } into)
        {
            foreach (var name in operation.Inputs) used.Remove(name);
            return prepared.Run(inputs);
        }
        var length = prepared.Outputs[0].Shape.Count;
        var array = Take(length);
        var results = into(inputs, array);
        if (operation.Outputs[0].Length > 0) used[operation.Outputs[0]] = array;
        return results;
    }

    /// <summary>Nobody reads a tensor any more.</summary>
    public void Release(string name)
    {
        if (!used.Remove(name, out var array) || array.Length > MostKept - kept) return;
        if (!free.TryGetValue(array.Length, out var arrays)) free[array.Length] = arrays = [];
        arrays.Push(array);
        kept += array.Length;
    }

    /// <summary>Leaves the arrays that are still in use to their tensors.</summary>
    public void Forget() => used.Clear();

    private float[] Take(int length)
    {
        if (!free.TryGetValue(length, out var arrays) || !arrays.TryPop(out var array)) return new float[length];
        kept -= length;
        return array;
    }
}
