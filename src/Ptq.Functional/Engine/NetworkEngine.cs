using System.Collections.Concurrent;
using LanguageExt;
using Ptq.Engine.Operators;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>
/// A network made ready for inputs of certain shapes. All shapes are known then, and everything that follows from constants
/// and shapes alone has been computed: what is left is arithmetic. Floating-point elements of every width are computed as float32.
/// </summary>
public sealed class NetworkEngine
{
    private const long MostFolded = 1 << 30; // products: a second

    private readonly record struct Step(Operation Operation, Prepared Prepared, bool OfConstants, string[] Dead);

    private readonly Network network;
    private readonly KnownTensors known;
    private readonly Step[] steps;
    private readonly ConcurrentBag<SpareArrays> spare = []; // from run to run, as many as ran at once

    private NetworkEngine(Network network, Dictionary<string, TensorType> types, KnownTensors known, Step[] steps) =>
        (this.network, Types, this.known, this.steps) = (network, types, known, steps);

    /// <summary>Type and shape of every tensor.</summary>
    public IReadOnlyDictionary<string, TensorType> Types { get; }

    /// <summary>The operators that can run, by full name, sorted.</summary>
    public static IEnumerable<string> Operators => OperatorTable.Names;

    /// <summary>
    /// Makes a network ready. Constants of more than 32 MiB together, counted as float32, stay as they are, and every run packs the weights that it comes to: it takes
    /// the room of the largest layer then instead of that of the network.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="inputs">The shape of every input.</param>
    /// <param name="limits">What the network may ask for; <see cref="EngineLimits.Default"/> where they are not given.</param>
    /// <returns>The engine; or the input that has no such shape, or the operation that cannot be done or asks for too much.</returns>
    public static Either<PtqError, NetworkEngine> Prepare(Network network, ByName<Shape> inputs, EngineLimits? limits = null) => Prepare(network, inputs, KnownTensors.Ready, limits);

    /// <summary>The same with so many bytes of constants that are made ready beforehand.</summary>
    internal static Either<PtqError, NetworkEngine> Prepare(Network network, ByName<Shape> inputs, long ready, EngineLimits? limits = null) => TypesOf(network, inputs).Bind(types =>
    {
        var (known, steps, most, folded) = (new KnownTensors(network, types, ready), new List<Step>(), limits ?? EngineLimits.Default, 0L);
        var computed = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal); // from constants, but too large to be kept
        foreach (var operation in network.Operations)
            switch (Prepare(operation, network.Opset, types, known, most, ref folded).Case)
            {
                case LeftCase<PtqError, Prepared>(var error): return error;
                case RightCase<PtqError, Prepared>(var prepared):
                    Note(operation, prepared, types);
                    if (operation.Outputs.AsEnumerable().All(o => o.Length == 0 || known.Has(o))) break;
                    var ofConstants = operation.Inputs.AsEnumerable().All(name => name.Length == 0 || known.Has(name) || computed.Contains(name));
                    if (ofConstants) computed.UnionWith(operation.Outputs.AsEnumerable());
                    steps.Add(new(operation, prepared, ofConstants, []));
                    break;
            }
        if (network.Outputs.AsEnumerable().FirstOrDefault(output => !types.ContainsKey(output.Name)) is { } missing) return NotWritten("", missing.Name);
        var ordered = WithLastReaders(steps);
        return Peak(network, types, known, ordered, folded, most) is { } tooMuch ? tooMuch : Prelude.Right<PtqError, NetworkEngine>(new(network, types, known, ordered));
    });

    /// <summary>How many runs of a network there should be at a time, so that the weights of large ones are not in memory too often.</summary>
    /// <param name="network">The network.</param>
    /// <param name="threads">The most that may be.</param>
    public static int ThreadsFor(Network network, int threads) => KnownTensors.Threads(network, threads);

    /// <summary>Some tensors, for inputs of the shapes that the engine was made for.</summary>
    /// <param name="inputs">Every input of the network.</param>
    /// <param name="wanted">The tensors; the network's outputs where none is named.</param>
    /// <returns>The tensors; or the operation whose inputs have elements that it cannot take, as an index out of range.</returns>
    /// <exception cref="ArgumentException">An input is missing or of another type or shape, or there is no such tensor.</exception>
    public Either<PtqError, ByName<Operand>> Run(ByName<Operand> inputs, Values<string> wanted = default)
    {
        var names = new System.Collections.Generic.HashSet<string>((wanted.Length == 0 ? network.Outputs.Map(o => o.Name) : wanted).AsEnumerable(), StringComparer.Ordinal);
        if (names.FirstOrDefault(name => !Types.ContainsKey(name)) is { } stranger) throw new ArgumentException($"The network has no tensor '{stranger}'.", nameof(wanted));
        var kept = new Dictionary<string, Operand>(StringComparer.Ordinal);
        return Run(inputs, (name, value, _) =>
        {
            if (names.Contains(name)) kept[name] = value;
        }).Map(_ => ByName<Operand>.Of(names.Select(name => (name, kept.GetValueOrDefault(name) ?? known.Find(name)!))));
    }

    /// <summary>Shows every tensor that depends on the inputs as soon as it is there; none is kept longer than the network itself needs it.</summary>
    /// <param name="inputs">Every input of the network.</param>
    /// <param name="see">Called in the order of computation, the inputs first.</param>
    /// <returns>Nothing; or the operation whose inputs have elements that it cannot take.</returns>
    /// <exception cref="ArgumentException">An input is missing, or of another type or shape.</exception>
    public Either<PtqError, Unit> Run(ByName<Operand> inputs, Action<string, Operand> see) => Run(inputs, (name, value, ofConstants) =>
    {
        if (!ofConstants) see(name, value);
    });

    /// <summary>The same for an onlooker that keeps no tensor: their arrays are written again, in this run and in later ones.</summary>
    internal Either<PtqError, Unit> Show(ByName<Operand> inputs, Action<string, Operand> see)
    {
        var arrays = spare.TryTake(out var taken) ? taken : new SpareArrays();
        var result = Run(inputs, (name, value, ofConstants) =>
        {
            if (!ofConstants) see(name, value);
        }, arrays);
        arrays.Forget();
        spare.Add(arrays);
        return result;
    }

    private Either<PtqError, Unit> Run(ByName<Operand> inputs, Action<string, Operand, bool> see, SpareArrays? arrays = null)
    {
        var values = known.Operands();
        foreach (var port in network.Inputs)
        {
            var value = inputs[port.Name];
            if (value.Signature != Types[port.Name]) throw new ArgumentException($"Input '{port.Name}' was made ready for {Types[port.Name]}, not {value}.", nameof(inputs));
            see(port.Name, values[port.Name] = value, false);
        }
        try
        {
            foreach (var (operation, prepared, ofConstants, dead) in steps)
            {
                var codes = prepared.HasCodes ? operation.Input(0) : "";
                Operand?[] given = [.. operation.Inputs.AsEnumerable().Select(name => name.Length == 0 || name == codes ? null : values.GetValueOrDefault(name) ?? known.Find(name))];
                var results = arrays is null ? prepared.Run(given) : arrays.Run(operation, prepared, given);
                for (var i = 0; i < Math.Min(operation.Outputs.Length, results.Length); i++)
                    if (operation.Outputs[i].Length > 0) see(operation.Outputs[i], values[operation.Outputs[i]] = results[i], ofConstants);
                foreach (var name in dead)
                {
                    values.Remove(name);
                    arrays?.Release(name);
                }
            }
            return Unit.Default;
        }
        catch (Unfit unfit)
        {
            return unfit.Error;
        }
    }

    /// <summary>What an operation makes of constants; null where it cannot run, or would make more than so many elements or take long.</summary>
    internal static Constant[]? Evaluate(Operation operation, int opset, Constant?[] inputs, long limit)
    {
        if (OperatorTable.Find(operation.FullOp) is not { } prepare) return null;
        try
        {
            Operand?[] values = [.. inputs.Select(c => c?.ToOperand())];
            var prepared = prepare(new(operation, opset, [.. values.Select(v => v?.Signature)], values) { Limits = new((int)Math.Min(limit, Site.MostElements), limit, MostFolded) });
            return prepared.Outputs.AsEnumerable().Sum(o => (long)o.Shape.Count) <= limit ? [.. prepared.Run(values).Select(Constant.Of)] : null;
        }
        catch (Unfit)
        {
            return null;
        }
    }

    /// <summary>Types and shapes of the inputs, where they are such as the network takes.</summary>
    internal static Either<PtqError, Dictionary<string, TensorType>> TypesOf(Network network, ByName<Shape> inputs)
    {
        var types = new Dictionary<string, TensorType>(StringComparer.Ordinal);
        foreach (var port in network.Inputs)
        {
            if (inputs.Find(port.Name).Case is not SomeCase<Shape>(var shape)) return new PtqError.BadGraph("", $"input '{port.Name}'", "no shape", $"{port}");
            var type = new TensorType(port.Type, shape);
            if (!port.Takes(type)) return new PtqError.BadGraph("", $"input '{port.Name}'", $"{type}", $"{port}");
            types[port.Name] = type;
        }
        foreach (var name in inputs.Names)
            if (!types.ContainsKey(name)) return new PtqError.BadGraph("", $"input '{name}'", "no such input", string.Join(", ", network.Inputs.AsEnumerable().Select(p => p.Name)));
        return types;
    }

    /// <summary>Notes type and shape of what an operation writes.</summary>
    internal static void Note(Operation operation, Prepared prepared, Dictionary<string, TensorType> types)
    {
        for (var i = 0; i < Math.Min(operation.Outputs.Length, prepared.Outputs.Length); i++)
            if (operation.Outputs[i].Length > 0) types[operation.Outputs[i]] = prepared.Outputs[i];
    }

    /// <summary>An operation made ready, whose inputs' types are known; what follows from known values alone becomes known too and is counted, unless it is too large for that.</summary>
    internal static Either<PtqError, Prepared> Prepare(Operation operation, int opset, Dictionary<string, TensorType> types, KnownTensors known, EngineLimits limits, ref long folded)
    {
        if (OperatorTable.Find(operation.FullOp) is not { } prepare) return Unsupported(operation, opset);
        var names = operation.Inputs.Span.ToArray();
        if (names.FirstOrDefault(name => name.Length > 0 && !types.ContainsKey(name)) is { } missing) return NotWritten(operation.Name, missing);
        TensorType?[] inputs = [.. names.Select(name => name.Length == 0 ? (TensorType?)null : types[name])];
        try
        {
            var (prepared, site) = Prepare(prepare, new(operation, opset, inputs, [.. names.Select(known.FindReady)]) { Limits = limits }, names, known);
            // Every input known: so is what is written.
            if (!prepared.IsConstant && !names.All(name => name.Length == 0 || known.Has(name))) return prepared;
            if (!prepared.IsConstant && prepared.Outputs.AsEnumerable().Any(known.IsTooLarge))
                return operation.FullOp == "DequantizeLinear" && known.FindCodes(names[0]) is { } codes ? DequantizedConstant.Of(site, prepared, codes) : prepared;
            if ((folded += Elements(prepared)) > limits.Together) return TooMuch(operation, folded, limits);
            foreach (var (result, i) in prepared.Run([.. names.Select(known.Find)]).Select((result, i) => (result, i)))
                if (i < operation.Outputs.Length && operation.Outputs[i].Length > 0) known.Add(operation.Outputs[i], result);
            return prepared;
        }
        catch (Unfit unfit)
        {
            return unfit.Error;
        }
    }

    /// <summary>The operation at which there are too many elements at the same time; null where there are never.</summary>
    private static PtqError? Peak(Network network, Dictionary<string, TensorType> types, KnownTensors known, Step[] steps, long folded, EngineLimits limits)
    {
        long Count(string name) => known.Has(name) || !types.TryGetValue(name, out var type) ? 0 : type.Shape.Count;
        var outputs = new System.Collections.Generic.HashSet<string>(network.Outputs.AsEnumerable().Select(o => o.Name), StringComparer.Ordinal);
        var together = folded + network.Inputs.AsEnumerable().Sum(p => Count(p.Name));
        foreach (var (operation, prepared, _, dead) in steps)
        {
            together += Elements(prepared);
            if (together > limits.Together) return TooMuch(operation, together, limits);
            together -= prepared.Outputs.AsEnumerable().Where((_, i) => operation.Outputs.Length <= i || operation.Outputs[i].Length == 0).Sum(o => (long)o.Shape.Count);
            together -= dead.Where(name => !outputs.Contains(name)).Sum(Count); // whoever runs the network keeps its outputs
        }
        return null;
    }

    private static long Elements(Prepared prepared) => prepared.Outputs.AsEnumerable().Sum(o => (long)o.Shape.Count);

    private static PtqError.BadGraph TooMuch(Operation operation, long together, EngineLimits limits) =>
        new(operation.Name, $"{operation.FullOp}, output", $"{together} elements in all tensors up to here that are still needed", $"at most {limits.Together}");

    // Most operators take weights that they do not know yet. Those that do not get them, however large they are.
    private static (Prepared Prepared, Site Site) Prepare(Prepare prepare, Site site, string[] names, KnownTensors known)
    {
        try
        {
            return (prepare(site), site);
        }
        catch (Unfit) when (names.Where((name, i) => site.Known[i] is null && known.Has(name)).Any())
        {
            var whole = site with { Known = [.. names.Select(known.Find)] };
            return (prepare(whole), whole);
        }
    }

    // An operation may name more outputs than its operator gives, as old files do; that matters where one is read.
    private static PtqError NotWritten(string reader, string tensor) => new PtqError.BadGraph(reader, $"tensor '{tensor}'", "an output beyond those that its operator gives", "one that is given");

    /// <summary>The refusal of an operator that is not there.</summary>
    internal static PtqError Unsupported(Operation operation, int opset) =>
        new PtqError.BadGraph(operation.Name, "op", $"{operation.FullOp} (opset {opset})", $"one of {string.Join(", ", Operators)}");

    private static Step[] WithLastReaders(List<Step> steps)
    {
        var read = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal);
        var result = new Step[steps.Count];
        for (var i = steps.Count - 1; i >= 0; i--)
        {
            var operation = steps[i].Operation;
            result[i] = steps[i] with { Dead = [.. operation.Inputs.AsEnumerable().Concat(operation.Outputs.AsEnumerable()).Where(name => name.Length > 0 && read.Add(name))] };
        }
        return result;
    }
}
