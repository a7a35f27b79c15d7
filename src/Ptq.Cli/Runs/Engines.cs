using System.Collections.Concurrent;
using LanguageExt;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Cli.Runs;

/// <summary>A network made ready for whatever shapes its inputs turn out to have, once for each.</summary>
internal sealed class Engines(ModelFile model)
{
    private readonly ConcurrentDictionary<string, Lazy<Either<PtqError, NetworkEngine>>> ready = new(StringComparer.Ordinal);

    /// <summary>The engine for inputs of some shapes; or what cannot be done, with the file's name.</summary>
    public Either<PtqError, NetworkEngine> For(ByName<Shape> shapes) => ready.GetOrAdd(string.Join(';', shapes.Items.AsEnumerable()),
        _ => new(() => NetworkEngine.Prepare(model.Network, shapes).MapLeft(model.At))).Value;

    /// <summary>Some tensors.</summary>
    public Either<PtqError, ByName<Operand>> Run(ByName<Operand> inputs) =>
        from engine in For(inputs.Map((_, value) => value.Shape))
        from outputs in engine.Run(inputs).MapLeft(model.At)
        select outputs;
}
