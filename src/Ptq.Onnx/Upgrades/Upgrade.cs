using System.Collections.Frozen;
using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Onnx.Upgrades;

/// <summary>Operations of operator set 13 that do what one of an older set does; the last keeps its name.</summary>
internal delegate IEnumerable<Operation> Rewrite(Operation operation, Older older);

/// <summary>Networks of operator sets 6 to 12 as networks of 13 (the changes are those of ONNX's operator change log).</summary>
internal static class Upgrade
{
    /// <summary>The first operator set that no longer wants the rewriting, and the rewriting.</summary>
    private static readonly FrozenDictionary<string, (int Until, Rewrite Rewrite)> All = ((string Op, int Until, Rewrite Rewrite)[])
    [
        .. AttributesAsInputs.All,
        .. Broadcasts.All,
        .. Softmaxes.All,
        .. Resizes.All,
        .. Inference.All,
    ] is var all ? all.ToFrozenDictionary(o => o.Op, o => (o.Until, o.Rewrite), StringComparer.Ordinal) : throw new System.Diagnostics.UnreachableException();

    /// <summary>The operations, in the order given, as those of operator set 13.</summary>
    /// <param name="graph">Where they stand, for messages.</param>
    /// <param name="opset">Their operator set.</param>
    /// <param name="inputs">What the network takes.</param>
    /// <param name="constants">Its constants; more are added.</param>
    /// <param name="operations">In an order in which they can run.</param>
    /// <param name="outputs">What it gives.</param>
    public static IEnumerable<Operation> To13(Spot graph, int opset, IEnumerable<Port> inputs, Dictionary<string, Constant> constants, IReadOnlyCollection<Operation> operations, IEnumerable<Port> outputs)
    {
        var older = new Older(graph, opset, inputs, constants, operations, outputs);
        return operations.SelectMany(operation => All.TryGetValue(operation.FullOp, out var upgrade) && opset < upgrade.Until ? upgrade.Rewrite(operation, older) : [operation]).Select(older.Noted);
    }
}
