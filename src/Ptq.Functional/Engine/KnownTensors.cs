using Ptq.Model;
using Ptq.Tensors;

namespace Ptq.Engine;

/// <summary>
/// The tensors of a network that do not depend on its inputs, while it is made ready. Where its constants are small together, everything that follows from them is
/// computed then, and weights are packed. Where they are large that would be the network several times over: large tensors stay as the network holds them then, and
/// become operands, and are packed, whenever they are used. What is small, as all that decides shapes, is known in either case.
/// </summary>
internal sealed class KnownTensors
{
    /// <summary>The most bytes, as float32, that constants may have together for everything to be made ready.</summary>
    public const long Ready = 32L << 20;

    /// <summary>The most elements of a small tensor.</summary>
    private const int Small = 1 << 14;

    private readonly bool sparing;
    private readonly Dictionary<string, Operand> values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Constant> codes = new(StringComparer.Ordinal); // large constants that are no float32

    /// <summary>The constants of a network; their types are noted.</summary>
    /// <param name="network">The network.</param>
    /// <param name="types">Of its tensors; written.</param>
    /// <param name="ready">The most bytes, as float32, that constants may have together for everything to be made ready.</param>
    public KnownTensors(Network network, Dictionary<string, TensorType> types, long ready = Ready)
    {
        sparing = BytesOf(network) > ready;
        for (var i = 0; i < network.Constants.Count; i++)
        {
            var (name, constant) = (network.Constants.Names[i], network.Constants.Items[i]);
            types[name] = new(constant.Type, constant.Shape);
            if (sparing && constant.Type != ElementType.Float32 && constant.Shape.Count > Small) codes[name] = constant;
            else values[name] = constant.ToOperand(); // of float32 no copy
        }
    }

    /// <summary>
    /// At most so many runs of a network at a time. Where its constants stay as they are, every run has its own copies of the weights that it comes to, dequantized and packed:
    /// together they take no more than half the room of all weights, or are those of one run.
    /// </summary>
    public static int Threads(Network network, int threads)
    {
        var all = BytesOf(network);
        return all <= Ready ? threads : (int)Math.Clamp(all / (16L * network.Constants.Items.AsEnumerable().Max(c => c.Shape.Count)), 1, threads);
    }

    private static long BytesOf(Network network) => network.Constants.Items.AsEnumerable().Sum(c => 4L * c.Shape.Count);

    /// <summary>Whether a tensor is known.</summary>
    public bool Has(string name) => values.ContainsKey(name) || codes.ContainsKey(name);

    /// <summary>A known tensor; null where it is not known.</summary>
    public Operand? Find(string name) => values.GetValueOrDefault(name) ?? codes.GetValueOrDefault(name)?.ToOperand();

    /// <summary>A known tensor that an operator may make something of beforehand; null where it is not known, or too large for that.</summary>
    public Operand? FindReady(string name) => values.GetValueOrDefault(name) is { } value && !(sparing && value.Shape.Count > Small) ? value : null;

    /// <summary>A large constant that is not known as an operand.</summary>
    public Constant? FindCodes(string name) => codes.GetValueOrDefault(name);

    /// <summary>Whether what follows from known tensors is better computed in every run than kept.</summary>
    public bool IsTooLarge(TensorType type) => sparing && type.Shape.Count > Small;

    /// <summary>Notes a tensor.</summary>
    public void Add(string name, Operand value) => values[name] = value;

    /// <summary>The tensors that are there as operands.</summary>
    public Dictionary<string, Operand> Operands() => new(values, StringComparer.Ordinal);
}
