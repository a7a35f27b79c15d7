using LanguageExt;
using Ptq.Engine.Operators;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>An operation that cannot run, and why.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="IsKnown">Whether there is such an operator at all.</param>
/// <param name="Error">What does not fit.</param>
public sealed record RefusedOperation(Operation Operation, bool IsKnown, PtqError Error);

/// <summary>What can be said of a network for inputs of certain shapes, whether or not all of it can run.</summary>
public sealed class NetworkSurvey
{
    private NetworkSurvey(IReadOnlyDictionary<string, TensorType> types, IReadOnlyList<RefusedOperation> refused) => (Types, Refused) = (types, refused);

    /// <summary>Type and shape of the tensors that do not depend on a refused operation.</summary>
    public IReadOnlyDictionary<string, TensorType> Types { get; }

    /// <summary>Every operation whose operator does not exist here, and those that do not fit although all they read is known; in order.</summary>
    public IReadOnlyList<RefusedOperation> Refused { get; }

    /// <summary>Looks at all operations of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="inputs">The shape of every input.</param>
    /// <param name="limits">What the network may ask for; <see cref="EngineLimits.Default"/> where they are not given.</param>
    /// <returns>The survey; or the input that has no such shape.</returns>
    public static Either<PtqError, NetworkSurvey> Of(Network network, ByName<Shape> inputs, EngineLimits? limits = null) => NetworkEngine.TypesOf(network, inputs).Map(types =>
    {
        var (known, refused, folded) = (new KnownTensors(network, types), new List<RefusedOperation>(), 0L);
        foreach (var operation in network.Operations)
        {
            if (OperatorTable.Find(operation.FullOp) is null) refused.Add(new(operation, false, NetworkEngine.Unsupported(operation, network.Opset)));
            else if (operation.Inputs.AsEnumerable().All(name => name.Length == 0 || types.ContainsKey(name)))
                NetworkEngine.Prepare(operation, network.Opset, types, known, limits ?? EngineLimits.Default, ref folded).Match(
                    Right: prepared => NetworkEngine.Note(operation, prepared, types),
                    Left: error => refused.Add(new(operation, true, error)));
        }
        return new NetworkSurvey(types, refused);
    });
}
